import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "shelf.txt"), "utf8");
const transformer = readFileSync(join(here, "transformer.txt"), "utf8");
const version = /^mono-runtime=([\d.]+)/m.exec(packages)?.[1] ?? "";

const unpacked = "which is not packed for Mono";
const unhosted = "which the lab does not host";

/** What a case would take, by what shows it in its code. */
const NEEDS: Readonly<Record<string, string>> = {
  "System.Web.Helpers": `System.Web.Helpers, ${unpacked}`,
  "using Owin;": `Katana, ${unpacked}`,
  "using Microsoft.Owin;": `Katana, ${unpacked}`,
  "GetOwinContext()": `Katana, ${unpacked}`,
  "using System.Web.Http;": `ASP.NET Web API, ${unhosted}`,
  "using System.Web.Mvc;": `ASP.NET MVC, ${unhosted}`,
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
    const texts = Object.values(files);
    const [, needs] = Object.entries(NEEDS).find(([sign]) => texts.some((text) => text.includes(sign))) ?? [];
    return needs === undefined ? undefined : `needs ${needs}`;
  },
};
