"""Wraps a case of Flask's page: its applications, factories and views, and the least that makes them answer."""

import importlib
import inspect
import re

import flask
import flask.sessions
import werkzeug.middleware.proxy_fix  # noqa: F401

import asgi
import modules
from stubs import Stub

try:
    import quart
except ImportError:
    quart = None

try:
    import flask_login
except ImportError:
    flask_login = None



def token(*_):
    """A token that flask-jwt-extended itself reads."""
    return importlib.import_module("flask_jwt_extended").create_access_token("lab")


NAMES = {"token": token}
OWN = []
made = {"apps": [], "blueprints": [], "quarts": []}


def record(kind, key):
    original = kind.__init__

    def init(self, *values, **named):
        original(self, *values, **named)
        made[key].append(self)

    kind.__init__ = init


record(flask.Flask, "apps")
record(flask.Blueprint, "blueprints")
if quart is not None:
    record(quart.Quart, "quarts")


def units(ask, unit):
    for found in made.values():
        found.clear()
    loaded = modules.load(ask, lambda file: "gunicorn" in file)
    functions = [member for module in loaded for member in modules.own_members(module, inspect.isfunction)]
    if not made["apps"]:
        for name, function in functions:
            if "Flask(" in inspect.getsource(function) or name in ("create_app", "make_app"):
                function(*modules.arguments(function, {}, lambda _: "production"))
    if made["quarts"]:
        return [each for app in made["quarts"] for each in units_of_quart(app, unit)]
    if not made["apps"]:
        made["apps"].append(app_of(functions))
    result = []
    for index, app in enumerate(list(made["apps"])):
        result += units_of_app(app, f"app {index + 1} " if len(made["apps"]) > 1 else "", ask["names"], unit)
    return result


def app_of(functions):
    """The page shows functions only: each becomes a view of an application."""
    app = flask.Flask("lab")
    for name, function in functions:
        if "response" in modules.names_of(function) or "resp" in modules.names_of(function):
            app.add_url_rule(f"/case/{name}", name, helper(function))
        else:
            app.add_url_rule(f"/case/{name}", name, lenient(function))
    return app


def helper(function):
    def call():
        response = flask.make_response("ok")
        known = {"response": response, "resp": response, "request": flask.request}
        function(*modules.arguments(function, known, Stub))
        return response

    return call


def lenient(function):
    def call(**_):
        result = function(*modules.arguments(function, {"request": flask.request}, Stub))
        return "ok" if result is None or isinstance(result, Stub) else result

    return call


def units_of_app(app, prefix, names, unit):
    app.config["PROPAGATE_EXCEPTIONS"] = True
    if not app.secret_key and app.config["SESSION_COOKIE_NAME"] in names:
        app.secret_key = "lab"
    if "flask-jwt-extended" in app.extensions:
        app.config["JWT_SECRET_KEY"] = app.config.get("JWT_SECRET_KEY") or "lab" * 16
    for blueprint in made["blueprints"]:
        if blueprint.name not in app.blueprints and len(made["apps"]) == 1:
            app.register_blueprint(blueprint)
    for endpoint, view in list(app.view_functions.items()):
        if endpoint != "static" and not endpoint.startswith("lab"):
            app.view_functions[endpoint] = tolerant(view)
    app.add_url_rule("/lab", "lab", visit)
    manager = getattr(app, "login_manager", None)
    OWN.append(app.config.get("REMEMBER_COOKIE_NAME") or "remember_token")
    if manager is not None and flask_login is not None:
        app.add_url_rule("/lab/login", "lab_login", log_in)
        if manager._user_callback is None:
            manager.user_loader(lambda _: None)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    asked = [(method_of(rule), path_of(rule), rule.endpoint) for rule in rules]
    return [
        unit(f"{prefix}lab {path}" if endpoint.startswith("lab") else f"{prefix}{method} {path}", app, method, path)
        for method, path, endpoint in asked
    ]


def units_of_quart(app, unit):
    """Quart is asked through `asgi.bridge`; its routes have the same shape as Flask's."""

    async def keep_session():
        if app.secret_key:
            quart.session["lab"] = 1
        return "ok"

    app.add_url_rule("/lab", "lab", keep_session)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and not rule.websocket]
    return [
        unit(f"lab {path_of(rule)}" if rule.endpoint == "lab" else path_of(rule), asgi.bridge(app), method_of(rule), path_of(rule))
        for rule in rules
    ]


def tolerant(view):
    def call(*values, **named):
        result = view(*values, **named)
        return "ok" if result is None or isinstance(result, Stub) else result

    return call


def method_of(rule):
    return "GET" if "GET" in rule.methods else sorted(rule.methods - {"OPTIONS", "HEAD"})[0]


def path_of(rule):
    return re.sub(r"<[^>]+>", "1", rule.rule)


def visit():
    if flask.current_app.secret_key or type(flask.current_app.session_interface) is not flask.sessions.SecureCookieSessionInterface:
        flask.session["lab"] = 1
    return "ok"


def log_in():
    class User(flask_login.UserMixin):
        id = "7"

    flask_login.login_user(User(), remember=True)
    return "ok"
