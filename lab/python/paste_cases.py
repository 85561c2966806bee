"""Wraps a case of Pyramid's, WebOb's and Beaker's pages.

What the case makes is recorded and asked on its own: session factories, policies, cookie profiles, Beaker's middleware
and sessions. INI files are loaded by the real PasteDeploy; the package that they name is the case's, or the least that
Pylons or Pyramid would make of the settings.
"""

import functools
import importlib
import importlib.util
import inspect
import os
import re
import sys

import beaker.middleware
import beaker.session
import paste.deploy
import pyramid.authentication
import pyramid.authorization
import pyramid.config
import pyramid.csrf
import pyramid.security
import pyramid.session
import pyramid_beaker
import webob.cookies
from pyramid.response import Response

import modules
from stubs import Stub

made = []
depth = 0
is_loading = False


def outermost(kind, function, wants_self):
    """Keeps what the case's own call made, and not what the framework makes within it."""

    @functools.wraps(function)
    def call(*values, **named):
        global depth
        depth += 1
        if kind == "session" and depth == 1 and is_loading:
            values = (values[0], {"cookie": None, "cookie_out": None}, *values[2:])
        try:
            result = function(*values, **named)
        finally:
            depth -= 1
        if depth == 0 and is_loading:
            made.append((kind, values[0] if wants_self else result))
        return result

    return call


def record_function(kind, module, name):
    if hasattr(module, name):
        setattr(module, name, outermost(kind, getattr(module, name), False))


def record_class(kind, target):
    target.__init__ = outermost(kind, target.__init__, True)


for name in ("SignedCookieSessionFactory", "BaseCookieSessionFactory", "UnencryptedCookieSessionFactoryConfig"):
    record_function("session factory", pyramid.session, name)
for name in ("session_factory_from_settings", "BeakerSessionFactoryConfig"):
    record_function("session factory", pyramid_beaker, name)
record_class("csrf policy", pyramid.csrf.CookieCSRFStoragePolicy)
record_class("ticket policy", pyramid.authentication.AuthTktAuthenticationPolicy)
record_class("ticket helper", pyramid.authentication.AuthTktCookieHelper)
record_class("cookie profile", webob.cookies.CookieProfile)
record_class("cookie profile", webob.cookies.SignedCookieProfile)
record_class("session middleware", beaker.middleware.SessionMiddleware)
record_class("session", beaker.session.Session)
record_class("session", beaker.session.CookieSession)


def touch(environ, start_response):
    """The application behind Beaker: keeps something in the session."""
    session = environ.get("beaker.session")
    if session is not None:
        session["lab"] = 1
        session.save()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


def touching(*_, **__):
    return touch


def load_environment(global_conf, app_conf):
    """What Pylons makes of an INI file: `[DEFAULT]`, then the application's own section."""
    return {**global_conf, **app_conf}


NAMES = {"app": touch, "application": touch, "App": touching, "PylonsApp": touching, "load_environment": load_environment}


def units(ask, unit):
    global is_loading
    made.clear()
    given["routes"] = sorted(set(re.findall(r"route_(?:name=|url\(|path\()[\"'](\w+)", all_text(ask))))
    is_loading = True
    try:
        loaded = modules.load(ask)
        inis = [file for file in ask["files"] if file.endswith((".ini", ".ini_tmpl"))]
        functions = [member for module in loaded for member in modules.own_members(module, inspect.isfunction)]
        settings = settings_of(ask, inis)
        views = []
        used_by_ini = entry_of(loaded) if inis else None
        for name, function in functions:
            if function is not used_by_ini:
                views += call(name, function, settings, ask)
        for module in loaded:
            views += views_of_classes(module)
        apps = apps_of(ask, inis, used_by_ini)
    finally:
        is_loading = False
    parts = [part for part in made if not (apps and part[0] == "session middleware")]
    if any(kind == "session factory" for kind, _ in parts):
        apps = []
    return [
        *(unit(origin, app) for origin, app in apps),
        *(unit(f"{kind} {index + 1}", app_of(kind, part)) for index, (kind, part) in enumerate(parts)),
        *(unit(origin, app) for origin, app in views),
    ]


def all_text(ask):
    texts = []
    for file in ask["files"]:
        with open(file, encoding="utf-8") as source:
            texts.append(source.read())
    return "\n".join(texts)


# INI files


def settings_of(ask, inis):
    """The settings that Pyramid would get from production's file; without one, any name has a text."""
    deployed = [file for file in inis if "development" not in file]
    for file in sorted(deployed, key=lambda file: "prod" not in file):
        prepare(ask, [file], None)
        try:
            return dict(paste.deploy.appconfig(f"config:{os.path.abspath(file)}").local_conf)
        except Exception:
            continue
    return Whatever()


class Whatever(dict):
    def __missing__(self, key):
        return Stub(key)


def entry_of(loaded):
    """The factory that `use = egg:` would find in the case."""
    for module in loaded:
        for name in ("main", "make_app", "app_factory"):
            function = getattr(module, name, None)
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                return function
    return None


def prepare(ask, inis, entry):
    """Makes the packages that the files name into distributions with this module's factory."""
    text = all_text(ask)
    given.update({"entry": entry, "pyramid": "pyramid" in text, "filter": "egg:Beaker" in text})
    for file in inis:
        with open(file, encoding="utf-8") as source:
            text = source.read()
        if file.endswith("_tmpl"):
            with open(file, "w", encoding="utf-8") as target:
                target.write(re.sub(r"\$\{[^}]*\}", "lab", text))
        for egg in re.findall(r"^use\s*[=:]\s*egg:([\w.-]+)", text, re.M):
            if egg.lower() not in ("beaker", "paste", "pastedeploy", "waitress", "gunicorn"):
                distribute(egg)


def distribute(egg):
    folder = os.path.join(os.getcwd(), f"{egg}-0.0.dist-info")
    if os.path.isdir(folder):
        return
    os.makedirs(folder)
    with open(os.path.join(folder, "METADATA"), "w", encoding="utf-8") as metadata:
        metadata.write(f"Metadata-Version: 2.1\nName: {egg}\nVersion: 0.0\n")
    with open(os.path.join(folder, "entry_points.txt"), "w", encoding="utf-8") as points:
        points.write("[paste.app_factory]\nmain = paste_cases:make\n")
    importlib.invalidate_caches()
    if "pkg_resources" in sys.modules:
        sys.modules["pkg_resources"].working_set.add_entry(os.getcwd())


given = {"entry": None, "pyramid": False, "filter": False, "routes": []}


def make(global_conf, **app_conf):
    """The application of the package that an INI file names."""
    config = load_environment(global_conf, app_conf)
    entry = given["entry"]
    if entry is not None:
        names = modules.parameters(entry)
        takes_settings = any(parameter.kind == parameter.VAR_KEYWORD for parameter in names)
        return entry(global_conf, **app_conf) if takes_settings else entry(config)
    if given["pyramid"]:
        return pyramid_app(app_conf)
    if not given["filter"] and any(key.startswith("beaker.session.") for key in config):
        if config.get("beaker.session.type") == "cookie":
            config.setdefault("beaker.session.validate_key", "lab")
        return beaker.middleware.SessionMiddleware(touch, config)
    return touch


def pyramid_app(settings):
    includes = [each for each in settings.get("pyramid.includes", "").split() if importlib.util.find_spec(each)]
    config = pyramid.config.Configurator(settings={**settings, "pyramid.includes": " ".join(includes)})
    return visited(config, keep_session)


def apps_of(ask, inis, entry_function):
    inherited = {
        os.path.normpath(os.path.join(os.path.dirname(file), name))
        for file in inis
        for name in re.findall(r"^use\s*[=:]\s*config:([^\s#]+)", open(file, encoding="utf-8").read(), re.M)
    }
    apps = []
    for file in inis:
        if os.path.normpath(file) in inherited:
            continue
        prepare(ask, [file, *(each for each in inis if os.path.normpath(each) in inherited)], entry_function)
        try:
            app = paste.deploy.loadapp(f"config:{os.path.abspath(file)}")
        except (NameError, ModuleNotFoundError):
            raise
        except Exception as error:
            app = raising(error)
        if callable(app):
            apps.append((file, app))
    return apps


def raising(error):
    def app(environ, start_response):
        raise error

    return app


# The parts


def app_of(kind, part):
    if kind == "session factory":
        return visited(configurator(session_factory=part), keep_session)
    if kind == "csrf policy":
        config = configurator()
        config.set_csrf_storage_policy(part)
        return visited(config, ask_token)
    if kind == "ticket policy":
        policy = pyramid.authorization.ACLAuthorizationPolicy()
        return visited(configurator(authentication_policy=part, authorization_policy=policy), remember)
    if kind == "ticket helper":
        return visited(configurator(), lambda request: with_headers(part.remember(request, "lab")))
    if kind == "cookie profile":
        return visited(configurator(), lambda request: with_profile(part, request))
    if kind == "session":
        return lambda environ, start_response: save(part, start_response)
    if isinstance(getattr(part, "wrap_app", None), Stub) or isinstance(part.app, Stub):
        part.app = part.wrap_app = touch
    part.options["data_dir"] = part.options.get("data_dir") or os.getcwd()
    return part


def configurator(**options):
    return pyramid.config.Configurator(**options)


def visited(config, view):
    config.add_route("lab", "/")
    for name in given["routes"]:
        config.add_route(name, f"/{name}")
    config.add_view(view, route_name="lab")
    return config.make_wsgi_app()


def keep_session(request):
    request.session["lab"] = 1
    return Response("ok")


def ask_token(request):
    pyramid.csrf.get_csrf_token(request)
    return Response("ok")


def remember(request):
    return with_headers(pyramid.security.remember(request, "lab"))


def with_profile(profile, request):
    return with_headers(profile.bind(request).get_headers({"lab": 1}))


def with_headers(headers):
    response = Response("ok")
    response.headerlist.extend(headers)
    return response


def save(session, start_response):
    session["lab"] = 1
    session.save()
    line = session.request.get("cookie_out") if getattr(session, "use_cookies", True) else None
    start_response("200 OK", [("Content-Type", "text/plain"), *([("Set-Cookie", line)] if line else [])])
    return [b"ok"]


# Functions of the case


def call(name, function, settings, ask):
    """Calls what makes parts; what answers a request becomes an application of its own."""
    names = modules.names_of(function)
    if names[:2] == ["environ", "start_response"]:
        return [(f"{name}()", function)]
    if is_view(names, function, ask):
        return [(f"{name}()", view_app(function, names))]
    known = {"settings": settings, "global_config": {}, "global_conf": {}, "request": {"cookie": None}}
    if "config" in names and "pyramid" in all_text(ask):
        known["config"] = configurator(settings=settings if type(settings) is dict else {})
    elif "config" in names:
        known["config"] = {"beaker.session.type": "memory"}
    more = settings if any(p.kind == p.VAR_KEYWORD for p in modules.parameters(function)) else {}
    missing = {}
    for _ in range(10):
        try:
            function(*modules.arguments(function, known, other), **{**more, **missing})
            return []
        except KeyError as error:
            missing[error.args[0]] = Stub(str(error.args[0]))
    return []


def is_view(names, function, ask):
    if ask["framework"] == "beaker":
        return False
    if names[:1] in (["request"], ["context"]):
        return True
    return not names and "Response(" in inspect.getsource(function)


def other(name):
    if name == "serializer":
        return webob.cookies.JSONSerializer()
    if name in ("app", "application", "wsgi_app"):
        return touch
    return Stub(name)


def policies():
    """The first login policy of the case, which `forget` asks."""
    found = [part for kind, part in made if kind == "ticket policy"]
    authorization = pyramid.authorization.ACLAuthorizationPolicy()
    return {"authentication_policy": found[0], "authorization_policy": authorization} if found else {}


def view_app(function, names):
    def view(request):
        known = {"request": request, "context": None}
        result = function(*modules.arguments(function, known, Stub))
        if isinstance(result, list) and not names[1:]:
            return with_headers(result)
        return result if isinstance(result, webob.Response) else request.response

    return visited(configurator(**policies()), view)


def views_of_classes(module):
    for name, value in modules.own_members(module, inspect.isclass):
        if modules.names_of(value.__init__)[1:2] != ["request"]:
            continue
        for method in vars(value):
            if not method.startswith("_") and callable(getattr(value, method)):
                yield f"{name}.{method}()", method_app(value, method)


def method_app(value, method):
    def view(request):
        result = getattr(value(request), method)()
        return result if isinstance(result, webob.Response) else request.response

    return visited(configurator(), view)
