import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabCase } from "../case.ts";
import { cache, folderOf, type Shelf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));

const pyramid = { pyramid: ["pyramid", "webob"], beaker: ["beaker", "pastedeploy"] };
const pages: Readonly<Record<string, Shelf["pages"]>> = {
  django52: { django: ["django"] },
  django32: { django: ["django"] },
  flask31: { flask: ["flask", "werkzeug", "flask-login"] },
  flask22: { flask: ["flask", "werkzeug", "flask-login"] },
  pyramid20: pyramid,
  starlette: { starlette: ["starlette", "fastapi"], "http-cookies": ["python"] },
  pyramid110: pyramid,
};

/** Names and versions of a file of requirements. */
function requirements(text: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^([\w.-]+)\s*(?:\[[^\]]*\])?\s*((?:==|~=|>=?|<=?)[^\s;#]*)/gm)];
  return Object.fromEntries(lines.map(([, name = "", range = ""]) => [name.toLowerCase().replaceAll("_", "-"), range]));
}

/** The version of Python that an environment was made with. */
function pythonOf(folder: string): string {
  try {
    return /^version = (\S+)/m.exec(readFileSync(join(folder, "pyvenv.cfg"), "utf8"))?.[1] ?? "3";
  } catch {
    return "3";
  }
}

/** Django, Flask, Starlette, and what stands on WebOb or Beaker. */
export const python: Stack = {
  name: "python",
  shelves: readdirSync(join(here, "shelves")).map((file) => {
    const name = file.replace(/\.txt$/, "");
    const text = readFileSync(join(here, "shelves", file), "utf8");
    const versions = Object.entries(requirements(text));
    return {
      name,
      folder: folderOf("python", name, text),
      versions: {
        python: pythonOf(join(cache, folderOf("python", name, text))),
        ...Object.fromEntries(versions.map(([key, range]) => [key, range.replace(/^==/, "")])),
      },
      pages: pages[name] ?? {},
    };
  }),
  command: (shelf, folder, tls) => [
    join(folder, "bin", "python"),
    join(here, "driver.py"),
    tls,
    ...Object.keys(shelf.pages),
  ],
  wanted: ({ files }: LabCase) => requirements(files["requirements.txt"] ?? ""),
  refuses: ({ expected }) =>
    expected.some(({ because }) => /\bwhoever runs it\b/.test(because)) ? "needs what its users set" : undefined,
};
