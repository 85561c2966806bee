"""Wraps a case of Starlette's page: its applications, middleware, endpoints and transports."""

import inspect

import fastapi
import starlette.applications
import starlette.middleware.sessions
import starlette.requests
import starlette.responses

import asgi
import modules
from stubs import Stub

try:
    import fastapi_users.authentication as users
except ImportError:
    users = None

NAMES = {}
OWN = ["lab"]
made = []
is_loading = False


def record(kind, target):
    original = target.__init__

    def init(self, *values, **named):
        original(self, *values, **named)
        if is_loading and not any(part is self for _, part in made):
            made.append((kind, self))

    init.__signature__ = inspect.signature(original)
    target.__init__ = init


record("app", starlette.applications.Starlette)
record("app", fastapi.FastAPI)
record("middleware", starlette.middleware.sessions.SessionMiddleware)
if users is not None:
    record("transport", users.CookieTransport)


def units(ask, unit):
    global is_loading
    made.clear()
    is_loading = True
    try:
        loaded = modules.load(ask)
    finally:
        is_loading = False
    apps = [part for kind, part in made if kind == "app"]
    endpoints = [] if apps else [each for module in loaded for each in modules.own_members(module, inspect.isfunction)]
    result = []
    for index, app in enumerate(apps):
        result += units_of_app(app, f"app {index + 1} " if len(apps) > 1 else "", unit)
    if endpoints:
        result += units_of_endpoints(endpoints, unit)
    for index, (kind, part) in enumerate(made):
        if kind == "middleware":
            result.append(unit(f"middleware {index + 1}", asgi.bridge(part), "GET", "/lab"))
        if kind == "transport":
            result.append(unit(f"transport {index + 1}", asgi.bridge(log_in(part))))
    return result


def units_of_app(app, prefix, unit):
    app.add_route("/lab", visit)
    asked = [(method, route.path) for route in app.routes for method in methods_of(route)]
    return [
        unit(f"{prefix}lab visit" if path == "/lab" else f"{prefix}{method} {path}", asgi.bridge(app), method, path)
        for method, path in asked
    ]


def methods_of(route):
    methods = (getattr(route, "methods", None) or set()) - {"HEAD"}
    is_docs = getattr(route, "path", "") in ("/openapi.json", "/docs", "/redoc", "/docs/oauth2-redirect")
    return [] if is_docs else sorted(methods)


async def visit(request):
    if "session" in request.scope:
        request.session["lab"] = 1
    return starlette.responses.PlainTextResponse("ok")


def units_of_endpoints(endpoints, unit):
    """The page shows functions only: each becomes a route behind a session of the lab's own."""
    app = starlette.applications.Starlette()
    for name, function in endpoints:
        app.add_route(f"/{name}", lenient(function))
    app.add_middleware(starlette.middleware.sessions.SessionMiddleware, secret_key="lab", session_cookie="lab")
    return [unit(f"{name}()", asgi.bridge(app), "GET", f"/{name}") for name, _ in endpoints]


def lenient(function):
    async def call(request):
        response = starlette.responses.PlainTextResponse("ok")
        result = function(*modules.arguments(function, {"request": request, "response": response}, Stub))
        if inspect.isawaitable(result):
            result = await result
        return result if isinstance(result, starlette.responses.Response) else response

    return call


def log_in(transport):
    async def app(scope, receive, send):
        response = await transport.get_login_response("lab")
        await response(scope, receive, send)

    return app
