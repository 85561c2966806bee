import type { FileIndex } from "../../language.ts";

/** Where a project names the distributions that it installs. */
const DEPENDENCY_FILES = ["requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile"];

/** The top of the standard library (Python 3.11). */
const STANDARD_LIBRARY = new Set(
  `abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2
  cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent
  configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal
  difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput
  fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
  heapq hmac html http imaplib imghdr imp importlib inspect io ipaddress itertools json keyword linecache
  locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
  netrc nis nntplib nt ntpath numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools
  pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
  pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors
  shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 ssl stat statistics
  string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile
  termios textwrap threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle
  types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound
  wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

const dependencies = new WeakMap<FileIndex, ReadonlySet<string>>();

/**
 * The project file that a Python module name means.
 * @param specifier `a.b.c`, or with leading dots as in `from ..a import b`
 * @param from the importing file, relative to the root
 * @returns undefined when no file of the project is meant
 */
export function resolvePython(specifier: string, from: string, files: FileIndex): string | undefined {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const name = specifier.slice(dots);
  const segments = name === "" ? [] : name.split(".");
  if (segments.some((segment) => segment === "" || /[\s/\\]/.test(segment))) return undefined;
  if (dots > 0) {
    const folder = ancestors(from)[dots - 1];
    return folder === undefined ? undefined : moduleFile(folder, segments, files);
  }
  if (segments.length === 0) return undefined;
  for (const folder of searchPath(from, segments, files)) {
    const found = moduleFile(folder, segments, files);
    // A script named like the library it imports means the library.
    if (found !== undefined && found !== from) return found;
  }
  return undefined;
}

/** The folders above a file, nearest first; the root is the empty string. */
function ancestors(file: string): string[] {
  const segments = file.split("/");
  return segments.map((_, index) => segments.slice(0, segments.length - 1 - index).join("/"));
}

/**
 * Python looks in the script's folder and in `sys.path`, which is not known: any folder between the importer and the
 * root may be on it, least of all a package's own. A bare name that comes with Python or is installed is not sought
 * there.
 */
function searchPath(from: string, segments: readonly string[], files: FileIndex): string[] {
  const [own = "", ...above] = ancestors(from);
  const [top = ""] = segments;
  const isKnown = STANDARD_LIBRARY.has(top) || installedNames(files).has(normalise(top));
  const isForeign = isKnown && segments.length === 1;
  const folders = [own, ...above].filter((folder) => !isForeign || folder === own || folder === "");
  const isPackage = (folder: string) => folder !== "" && files.has(join(folder, "__init__.py"));
  const likely = folders.filter((folder) => !isPackage(folder));
  return [...likely, ...folders.filter(isPackage)].flatMap((folder) => [folder, join(folder, "src")]);
}

function moduleFile(folder: string, segments: readonly string[], files: FileIndex): string | undefined {
  const path = join(folder, ...segments);
  const candidates = segments.length === 0 ? [join(path, "__init__.py")] : [join(path, "__init__.py"), `${path}.py`];
  return candidates.find((file) => files.has(file));
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

/** Names at the start of a line or string where dependencies are listed, without the project's own: rather too many. */
function installedNames(files: FileIndex): ReadonlySet<string> {
  const known = dependencies.get(files);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const file of DEPENDENCY_FILES) {
    const text = (files.read(file) ?? "").replace(/^[ \t]*name[ \t]*=.*$/gm, "");
    for (const [, name] of text.matchAll(/(?:^[ \t]*|["'])([A-Za-z][\w-]*)(?=[ \t]*(?:[<>=!~;[(\]"',\r\n]|$))/gm)) {
      if (name !== undefined) names.add(normalise(name));
    }
  }
  dependencies.set(files, names);
  return names;
}
