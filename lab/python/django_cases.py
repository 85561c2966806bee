"""Wraps a case of Django's page: its settings, views and middleware, and the least that makes a site of them."""

import importlib
import importlib.util
import inspect
import os
import re
import sys
import types

import django
import django.contrib.messages
import django.contrib.sessions.backends.signed_cookies
import django.core.asgi
import django.core.handlers.wsgi
import django.core.wsgi
import django.middleware.csrf
import django.views.i18n
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import path
from django.views import View

import modules
from stubs import Stub

OPTIONAL = ("rest_framework.views", "environ", "configurations")
for each in OPTIONAL:
    if importlib.util.find_spec(each.split(".")[0]) is not None and each != "rest_framework.views":
        importlib.import_module(each)

BRINGS = {
    "django.contrib.sessions.middleware.SessionMiddleware": "SESSION_COOKIE_NAME",
    "django.middleware.csrf.CsrfViewMiddleware": "CSRF_COOKIE_NAME",
    "django.middleware.locale.LocaleMiddleware": "LANGUAGE_COOKIE_NAME",
    "django.contrib.auth.middleware.AuthenticationMiddleware": "SESSION_COOKIE_NAME",
}
EARLY = (
    "django.contrib.messages.middleware",
    "django.contrib.messages.storage.fallback",
    "django.contrib.sessions.middleware",
    "django.middleware.locale",
    "django.middleware.security",
    "django.shortcuts",
    "django.views.decorators.cache",
    "django.views.defaults",
    "encodings.idna",
)
for each in EARLY:
    try:
        importlib.import_module(each)
    except ImproperlyConfigured:
        continue  # Django 3.2 asks for settings there: the case's own process imports it.

NAMES = {}
OWN = []
USERS = ("django.contrib.contenttypes", "django.contrib.auth")
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)


def settings_module(ask):
    """The module that the environment, the WSGI or ASGI module or its name makes the settings of production."""
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        return os.environ["DJANGO_SETTINGS_MODULE"]
    if "part" in ask or starters(ask):
        django.core.wsgi.get_wsgi_application = django.core.asgi.get_asgi_application = lambda: None
        importlib.import_module(modules.name_of(ask.get("part") or starters(ask)[0]))
        return os.environ.get("DJANGO_SETTINGS_MODULE")
    candidates = [file for file in ask["files"] if file.endswith(".py") and "settings" in file or is_settings(file)]
    ranked = sorted(candidates, key=lambda file: (not re.search("prod", file), not file.endswith("settings.py"), file.count("/")))
    return modules.name_of(ranked[0]) if ranked else None


def starters(ask):
    """The files that start a site and say which settings it has; WSGI's count before ASGI's."""
    found = [file for file in ask["files"] if file.rsplit("/", 1)[-1] in ("wsgi.py", "asgi.py")]
    named = [file for file in found if "DJANGO_SETTINGS_MODULE" in text_of(file)]
    return sorted(named, key=lambda file: file.endswith("asgi.py"))


def parts(ask):
    """One part for each site: settings are those of a process."""
    sites = [file for file in starters(ask) if file.endswith("wsgi.py")]
    return sites if len(sites) > 1 else []


def is_settings(file):
    return file.endswith(".py") and re.search(r"^(?:\s{4})?[A-Z][A-Z_]+_(?:SECURE|NAME|STORAGE)\b", text_of(file), re.M) is not None


def text_of(file):
    with open(file, encoding="utf-8") as source:
        return source.read()


def configure(ask):
    name = settings_module(ask)
    if name is None:
        settings.configure()
    else:
        os.environ["DJANGO_SETTINGS_MODULE"] = name
        file = next((file for file in ask["files"] if modules.name_of(file) == name), None) if name else None
        if file is not None and re.search(r"^from configurations|^import configurations", all_text(ask), re.M):
            use_configurations(ask, name)
        settings._wrapped = django.conf.empty
        settings.SESSION_COOKIE_NAME
    return name


def all_text(ask):
    return "\n".join(text_of(file) for file in ask["files"] if file.endswith(".py"))


def use_configurations(ask, name):
    """django-configurations: the class comes from the environment, the WSGI module, or its name."""
    import configurations.importer

    text = all_text(ask)
    said = re.search(r"DJANGO_CONFIGURATION[\"']\]?\s*[,=]\s*[\"'](\w+)", text)
    classes = re.findall(r"^class (\w+)\(", text, re.M)
    production = [each for each in classes if re.match("Prod", each)]
    os.environ.setdefault("DJANGO_CONFIGURATION", said[1] if said else (production or classes)[-1])
    configurations.importer.install()


def importable(dotted, is_attribute):
    try:
        if not is_attribute and importlib.util.find_spec(dotted.split(".apps.")[0]) is not None:
            return True
        module, _, name = dotted.rpartition(".")
        return hasattr(importlib.import_module(module), name)
    except (ImportError, ValueError):
        return False


def is_needed(middleware, chain):
    """Where the case says its middleware, only what that cannot do without is added."""
    return "session" in middleware and any("messages" in each or "auth" in each for each in chain)


def complete(own_middleware, needs_users):
    """Adds what a site needs and the page does not show; never a setting of a cookie."""
    apps = [app for app in settings.INSTALLED_APPS if importable(app, False)]
    users = USERS if needs_users else ()
    settings.INSTALLED_APPS = apps + [app for app in users if not any(each.startswith(app) for each in apps)]
    chain = [each for each in settings.MIDDLEWARE if importable(each, True)]
    wanted = (*MIDDLEWARE, "django.contrib.auth.middleware.AuthenticationMiddleware") if needs_users else MIDDLEWARE
    missing = [each for each in wanted if each not in chain and (not chain or is_needed(each, chain))]
    OWN.append(settings.LANGUAGE_COOKIE_NAME)
    OWN.extend(getattr(settings, BRINGS[each]) if each in BRINGS else "messages" for each in missing)
    after = chain.index(MIDDLEWARE[0]) + 1 if MIDDLEWARE[0] in chain else 0
    own = [each for each in own_middleware if each not in chain]
    settings.MIDDLEWARE = [*own, *chain[:after], *missing, *chain[after:]]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.ROOT_URLCONF = "lab_urls"
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    settings.LOGGING_CONFIG = None
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    if not getattr(settings._wrapped, "SECRET_KEY", ""):
        settings.SECRET_KEY = "lab" * 20
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    settings.USE_I18N = True
    settings.USE_TZ = True


def units(ask, unit):
    name = configure(ask)
    in_settings = {name} | {module for module in sys.modules if "settings" in module and module.split(".")[0] != "django"}
    skip = lambda file: (  # noqa: E731
        modules.name_of(file) in in_settings
        or file.rsplit("/", 1)[-1] in ("manage.py", "wsgi.py", "asgi.py", "urls.py")
        or "settings" in file
        or is_settings(file)
    )
    needs_users = re.search(r"contrib\.auth|request\.user|rest_framework|REST_AUTH", all_text(ask)) is not None
    setup_is_early = False
    try:
        loaded = modules.load(ask, skip)
    except django.core.exceptions.AppRegistryNotReady:
        setup_is_early = True
        complete([], needs_users)
        django.setup()
        loaded = modules.load(ask, skip)
    own_middleware = [f"{m.__name__}.{n}" for m in loaded for n, v in vars(m).items() if is_middleware(m, v)]
    if setup_is_early:
        settings.MIDDLEWARE = [*own_middleware, *settings.MIDDLEWARE]
    else:
        complete(own_middleware, needs_users)
        django.setup()
    urls = types.ModuleType("lab_urls")
    sys.modules["lab_urls"] = urls
    views = [view for module in loaded for view in views_of(module)]
    alone = not views and not own_middleware
    views += [each for module in loaded for each in helpers_of(module, alone)]
    urls.urlpatterns = [path("lab", visit), path("lab/language", django.views.i18n.set_language)]
    urls.urlpatterns += [path(f"case/{index}", view) for index, (_, view) in enumerate(views)]
    django.views.i18n.set_language.csrf_exempt = True
    app = django.core.handlers.wsgi.WSGIHandler()
    asked = [
        (f"{name}()" if method == "GET" else f"{name}() {method}", method, f"/case/{index}")
        for index, (name, view) in enumerate(views)
        for method in getattr(view, "methods", ("GET",))
    ]
    return [
        *(unit(origin, app, method, where) for origin, method, where in asked),
        unit("lab visit", app, "GET", "/lab"),
        unit("lab language", app, "POST", "/lab/language", "language=de&next=/lab"),
    ]


def visit(request):
    """Fills the session, asks for the CSRF token and leaves a message."""
    if hasattr(request, "session"):
        request.session["lab"] = 1
    django.middleware.csrf.get_token(request)
    if hasattr(request, "_messages"):
        django.contrib.messages.info(request, "lab")
    response = HttpResponse("ok")
    if hasattr(settings, "REST_AUTH") and importlib.util.find_spec("dj_rest_auth") is not None:
        jwt = importlib.import_module("dj_rest_auth.jwt_auth")
        jwt.set_jwt_cookies(response, "lab", "lab")
    return response


def is_middleware(module, value):
    if getattr(value, "__module__", None) != module.__name__:
        return False
    if inspect.isclass(value):
        return "get_response" in modules.names_of(value.__init__) or "process_response" in vars(value)
    return inspect.isfunction(value) and modules.names_of(value)[:1] == ["get_response"]


REQUEST = ("request", "req", "r", "_request")


def views_of(module):
    for name, value in modules.own_members(module, callable):
        if is_middleware(module, value):
            continue
        if inspect.isclass(value):
            if issubclass(value, View):
                yield name, lenient(value.as_view())
        elif hasattr(value, "cls") or modules.names_of(value)[:1] and modules.names_of(value)[0] in REQUEST:
            if "response" not in modules.names_of(value):
                yield name, lenient(value)


def lenient(view):
    """A page's view often returns nothing, and takes more than a URL says."""

    def call(request):
        request.csrf_processing_done = True
        known = {name: request for name in REQUEST}
        result = view(*modules.arguments(view, known, Stub)) if not hasattr(view, "view_class") else view(request)
        return result if hasattr(result, "headers") or hasattr(result, "set_cookie") else HttpResponse("ok")

    call.csrf_exempt = True
    kind = getattr(view, "view_class", None)
    if kind is not None:
        call.methods = [method.upper() for method in ("get", "post", "put", "delete") if hasattr(kind, method)] or ["GET"]
    return call


def helpers_of(module, alone):
    """Functions that are given a response; beside views only those that want nothing else."""
    for name, value in modules.own_members(module, inspect.isfunction):
        names = modules.names_of(value)
        if "response" in names and (alone or names == ["response"]):
            yield name, helper(value)


def helper(function):
    def call(request):
        response = HttpResponse("ok")
        known = {"response": response, **{name: request for name in REQUEST}}
        function(*modules.arguments(function, known, Stub))
        return response

    return call
