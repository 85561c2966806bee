import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "shelf.txt"), "utf8");
const versions = Object.fromEntries(
  [...packages.matchAll(/^ruby-([\w-]+)=(?:\d+:)?([\d.]+)/gm)].map(([, name = "", version = ""]) => [name, version]),
);

/** Rails, Sinatra and Rack, as Debian packs them. */
export const ruby: Stack = {
  name: "ruby",
  shelves: [
    {
      name: "debian",
      folder: folderOf("ruby", "debian", packages),
      versions,
      pages: { rails: ["rails"], rack: ["rack", "sinatra"] },
    },
  ],
  command: (_shelf, _folder, tls) => ["/usr/bin/ruby", join(here, "driver.rb"), tls],
  wanted: () => ({}),
  ownCookies: [],
};
