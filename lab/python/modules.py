"""The Python modules of a case."""

import importlib
import inspect


def name_of(file):
    return file[: -len(".py")].replace("/", ".").removesuffix(".__init__")


def is_test(file):
    base = file.rsplit("/", 1)[-1]
    return base.startswith("test") or base.endswith("_test.py") or base == "conftest.py"


def load(ask, skip=lambda file: False):
    """Imports every Python file of the case, in the order of the page."""
    files = [file for file in ask["files"] if file.endswith(".py") and not is_test(file) and not skip(file)]
    return [importlib.import_module(name_of(file)) for file in files]


def own_members(module, kind):
    """What the module itself defines, in the order of its text."""
    return [(name, value) for name, value in vars(module).items() if kind(value) and value.__module__ == module.__name__]


def parameters(function):
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def names_of(function):
    return [parameter.name for parameter in parameters(function)]


def arguments(function, known, other):
    """Positional arguments for what `function` needs: by name from `known`, else `other(name)`."""
    needed = (p for p in parameters(function) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    return [known[p.name] if p.name in known else other(p.name) for p in needed if p.default is p.empty or p.name in known]
