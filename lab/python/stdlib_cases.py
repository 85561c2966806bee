"""Wraps a case of the page of http.cookies: WSGI applications, and jars that are filled and never sent."""

import http.cookies
import inspect

import modules
from stubs import Stub

NAMES = {}
made = []
is_loading = False
original = http.cookies.BaseCookie.__init__


def init(self, *values, **named):
    original(self, *values, **named)
    if is_loading:
        made.append(self)


http.cookies.BaseCookie.__init__ = init


def units(ask, unit):
    global is_loading
    made.clear()
    is_loading = True
    result = []
    try:
        for module in modules.load(ask):
            for name, function in modules.own_members(module, inspect.isfunction):
                if modules.names_of(function)[:2] == ["environ", "start_response"]:
                    result.append(unit(f"{name}()", function))
                else:
                    fill(function)
    finally:
        is_loading = False
    return result + [unit(f"jar {index + 1}", sending(jar)) for index, jar in enumerate(made)]


def fill(function):
    """Calls what fills a jar; one that looks for a cookie nobody sent stops there."""
    try:
        function(*modules.arguments(function, {"environ": {}}, Stub))
    except KeyError:
        pass


def sending(jar):
    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", morsel.OutputString()) for morsel in jar.values()])
        return [b"ok"]

    return app
