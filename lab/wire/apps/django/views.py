from django.http import HttpResponse


def home(request):
    request.session["seen"] = True
    response = HttpResponse("hello")
    response.set_cookie("cart", "1")
    return response
