"""Runs the cases of Python's pages.

Reads one ask per line, gives each a process of its own (forked, with the frameworks already imported), lets the module
of its framework say what the case serves, asks that three ways on 127.0.0.1 and writes one answer per line.
Shapes: ../protocol.ts.
"""

import encodings.idna  # noqa: F401 (http.client needs it in every child)
import http.client
import importlib
import json
import logging
import os
import re
import signal
import ssl
import sys
import threading
import time
import traceback
import warnings
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import stubs  # noqa: E402

WRAPS = {"django": "django_cases", "flask": "flask_cases", "pyramid": "paste_cases", "beaker": "paste_cases"}
WRAPS |= {"starlette": "starlette_cases", "http-cookies": "stdlib_cases"}
WAYS = ("http", "proxy", "tls")
SECONDS = 20


class Unit:
    """One thing to ask: a WSGI application and the request to send."""

    def __init__(self, origin, app, method="GET", path="/", body=None):
        self.origin, self.app, self.method, self.path, self.body = origin, app, method, path, body


class Quiet(ServerHandler):
    def log_exception(self, _):
        pass


class Request(WSGIRequestHandler):
    scheme = "http"

    def log_message(self, *_):
        pass

    def get_environ(self):
        environ = super().get_environ()
        if self.scheme == "https":
            environ["HTTPS"] = "on"
        return environ


class SecureRequest(Request):
    scheme = "https"


class Server:
    """Serves whichever unit is being asked, over http and over TLS."""

    def __init__(self, tls, host):
        self.app, self.error, self.host = None, None, host
        self.ports = {}
        for scheme, handler in (("http", Request), ("https", SecureRequest)):
            server = WSGIServer(("127.0.0.1", 0), handler)
            server.set_app(self)
            if scheme == "https":
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(os.path.join(tls, "cert.pem"), os.path.join(tls, "key.pem"))
                server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            self.ports[scheme] = server.server_port

    def __call__(self, environ, start_response):
        try:
            return list(self.app(environ, start_response))
        except Exception as error:
            self.error = error
            start_response("500 Error", [("Content-Type", "text/plain")], sys.exc_info())
            return [b""]

    def ask(self, unit, way, cookies=None):
        """Status, Set-Cookie lines and exception of one request, which brings these cookies."""
        self.app, self.error = unit.app, None
        headers = {"Host": self.host}
        if way == "proxy":
            headers.update({"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if unit.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if way == "tls":
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.ports["https"], timeout=10, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=10)
        try:
            connection.request(unit.method, unit.path, unit.body, headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.headers.get_all("Set-Cookie") or [], self.error
        finally:
            connection.close()


def run(ask, tls):
    """Everything that one case answers; runs in a process of its own."""
    folder = ask["folder"]
    os.chdir(folder)
    sys.path.insert(0, folder)
    for name, value in ask["environment"].items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    wrap = importlib.import_module(WRAPS[ask["framework"]])
    used = []
    case_modules = set(sys.modules)

    def again(error):
        if len(used) > 30 or not stubs.fill(error, folder, getattr(wrap, "NAMES", {}), used):
            return False
        for name in set(sys.modules) - case_modules:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and file.startswith(folder):
                del sys.modules[name]
        return True

    while True:
        try:
            units = wrap.units(ask, Unit)
            break
        except (Exception, SystemExit) as error:
            if not again(error):
                return {"id": ask["id"], "answers": [], "notAsked": say(error), "stubs": used}
    server = Server(tls, ask.get("host", "app.example"))
    answers = []
    query = query_of(ask)
    for unit in units:
        unit.path += f"?{query}" if query else ""
        for way in WAYS:
            status, lines, error = server.ask(unit, way)
            for _ in range(20):
                if error is None or not stubs.fill(error, folder, getattr(wrap, "NAMES", {}), used):
                    break
                status, lines, error = server.ask(unit, way)
            answer = {"origin": unit.origin, "way": way, "status": status, "lines": lines}
            answers.append(answer if error is None else {**answer, "error": say(error)})
    answers += deletions(server, units, answers)
    own = getattr(wrap, "OWN", [])
    told = {"id": ask["id"], "answers": answers, "stubs": used, "own": own, "at": int(time.time() * 1000)}
    filled = f" (not there: {', '.join(used)})" if used and ask["names"] else ""
    return told if units else {**told, "notAsked": "it answers no request" + filled}


def deletions(server, units, answers):
    """What the case deletes of the cookies that the lab's own visit brought."""
    again = []
    for way in WAYS:
        brought = [line for each in answers if each["way"] == way and is_visit(each["origin"]) for line in each["lines"]]
        jar = dict(line.split(";")[0].split("=", 1) for line in brought if "=" in line)
        for unit in [each for each in units if jar and not is_visit(each.origin)]:
            status, lines, _ = server.ask(unit, way, jar)
            gone = [line for line in lines if line.split("=")[0] in jar and DELETES.search(line)]
            if gone:
                again.append({"origin": f"{unit.origin} after a visit", "way": way, "status": status, "lines": gone})
    return again


def is_visit(origin):
    return re.search(r"\blab\b", origin) is not None


DELETES = re.compile(r";\s*(?:max-age=0\b|expires=thu, 01[ -]jan[ -]1970)", re.I)


def query_of(ask):
    """A value for each parameter that the case reads by name."""
    names = set()
    for file in ask["files"]:
        if file.endswith(".py"):
            with open(file, encoding="utf-8") as source:
                names |= set(re.findall(r"(?:params|GET|args|values)(?:\.get\(|\[)[\"'](\w+)", source.read()))
    return "&".join(f"{name}=lab" for name in sorted(names))


def say(error):
    if os.environ.get("LAB_TRACE"):
        traceback.print_exception(error, file=sys.stderr)
    return (type(error).__name__ + ": " + str(error).strip().split("\n")[0])[:300]


def whole(ask, tls):
    """Runs one case, and each part of it that needs a process of its own."""
    os.chdir(ask["folder"])
    wrap = importlib.import_module(WRAPS[ask["framework"]])
    parts = getattr(wrap, "parts", lambda _: [])(ask)
    told = [fork({**ask, "part": part}, tls) for part in parts] or [fork(ask, tls)]
    for part, each in zip(parts, told):
        for answer in each["answers"]:
            answer["origin"] = f"{part} {answer['origin']}"
    return {**told[0], "answers": [answer for each in told for answer in each["answers"]]}


def fork(ask, tls):
    """Runs one case in a child and returns what it tells."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        if not os.environ.get("LAB_TRACE"):
            os.dup2(quiet, 2)
        signal.alarm(SECONDS)
        try:
            told = run(ask, tls)
        except BaseException as error:
            told = {"id": ask["id"], "answers": [], "notAsked": say(error)}
        with os.fdopen(writer, "w") as out:
            json.dump(told, out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"id": ask["id"], "answers": [], "notAsked": f"no answer within {SECONDS} s"}


def main(tls, frameworks):
    for framework in frameworks:
        importlib.import_module(WRAPS[framework])
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(whole(json.loads(line), tls)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
