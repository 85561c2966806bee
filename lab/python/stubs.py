"""What a page leaves out: names that nothing defines, modules and files that are not there."""

import builtins
import io
import os
import sys
import types


class Stub(str):
    """Stands for anything: it can be called, read, inherited from, spread, and is a text."""

    def __new__(cls, name="stub"):
        return super().__new__(cls, "stub")

    def __call__(self, *values, **named):
        decorates = len(values) == 1 and not named and callable(values[0]) and not isinstance(values[0], Stub)
        return values[0] if decorates else Stub()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()

    def __mro_entries__(self, bases):
        return (object,)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def keys(self):
        return []

    def get(self, key, default=None):
        return default


class StubModule(types.ModuleType):
    __path__ = []
    __all__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(name)


REAL = {"django", "rest_framework", "environ", "configurations", "flask", "flask_login", "werkzeug", "quart", "pyramid"}
REAL |= {"starlette", "fastapi", "fastapi_users", "http"}
REAL |= {"webob", "beaker", "pyramid_beaker", "paste", "flask_talisman", "flask_jwt_extended", "decouple", "flask_session"}


def fill(error, folder, names, used):
    """Defines what `error` says is missing in a file of the case; False where it is no such error."""
    if isinstance(error, NameError) and error.name and not hasattr(builtins, error.name):
        setattr(builtins, error.name, names.get(error.name, Stub(error.name)))
        used.append(error.name)
        return True
    if isinstance(error, FileNotFoundError) and os.path.isabs(str(error.filename)) and error.filename not in used:
        leave_empty(error.filename)
        used.append(error.filename)
        return True
    if isinstance(error, ModuleNotFoundError) and error.name and _raised_in(error, folder):
        if error.name.split(".")[0] in REAL or error.name in sys.modules:
            return False
        sys.modules[error.name] = StubModule(error.name)
        used.append(error.name)
        return True
    return False


def leave_empty(path):
    """A file of the machine that is not there reads as empty."""
    opened = builtins.open
    builtins.open = lambda file, *values, **named: io.StringIO("") if file == path else opened(file, *values, **named)


def _raised_in(error, folder):
    trace, last = error.__traceback__, None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "importlib" not in file:
            last = file
        trace = trace.tb_next
    return last is not None and last.startswith(folder)
