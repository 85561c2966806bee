from django.http import HttpResponse, HttpResponseRedirect


def home(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(f"visit {request.session['visits']}")


def theme(request, name):
    response = HttpResponseRedirect("/")
    response.set_cookie("theme", name, max_age=31536000)
    return response
