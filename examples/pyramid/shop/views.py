from pyramid.view import view_config


@view_config(route_name="home", renderer="string")
def home(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    request.response.set_cookie("theme", "dark", max_age=31536000)
    return f"visit {request.session['visits']}"
