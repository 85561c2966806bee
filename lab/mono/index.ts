import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "shelf.txt"), "utf8");
const transformer = readFileSync(join(here, "transformer.txt"), "utf8");
const version = /^mono-runtime=([\d.]+)/m.exec(packages)?.[1] ?? "";

/** What applications use and Debian does not pack, by what shows it in their code. */
const UNPACKED: Readonly<Record<string, string>> = {
  "System.Web.Helpers": "System.Web.Helpers",
  "using Owin;": "Katana",
  "using Microsoft.Owin;": "Katana",
  "GetOwinContext()": "Katana",
};

/** ASP.NET's System.Web, in Mono as Debian packs it. */
export const mono: Stack = {
  name: "mono",
  shelves: [
    {
      name: "debian",
      folder: folderOf("mono", "debian", packages + transformer),
      versions: { mono: version },
      pages: { aspnet: ["mono"] },
    },
  ],
  command: (_shelf, folder, tls) => [join(here, "start"), folder, tls],
  wanted: () => ({}),
  ownCookies: [],
  refuses: ({ files }) => {
    const needs = Object.keys(UNPACKED).find((name) => Object.values(files).some((text) => text.includes(name)));
    return needs === undefined ? undefined : `needs ${UNPACKED[needs]}, which is not packed for Mono`;
  },
};
