import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "shelf.txt"), "utf8");
const transformer = readFileSync(join(here, "transformer.txt"), "utf8");
const version = /^mono-runtime=([\d.]+)/m.exec(packages)?.[1] ?? "";

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
  refuses: ({ files }) =>
    Object.values(files).some((text) => text.includes("System.Web.Helpers"))
      ? "needs System.Web.Helpers, which is not packed for Mono"
      : undefined,
};
