import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "shelf.txt"), "utf8");
const versions = Object.fromEntries(
  [...packages.matchAll(/^ruby-([\w-]+)=(?:\d+:)?([\d.]+)/gm)].map(([, name = "", version = ""]) => [name, version]),
);

/** What shows that a case wants something that is not there. */
const needs: readonly (readonly [RegExp, string])[] = [
  [/^\s*ActionController::Base\.session\b/m, "needs Rails 2"],
  [/^\s*force_ssl\b/m, "needs Rails 6.0 or older"],
  [/:redis_store\b/, "needs a Redis server"],
  [/:active_record_store\b/, "needs activerecord-session_store and a database"],
];

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
  refuses: ({ files }) => needs.find(([sign]) => Object.values(files).some((text) => sign.test(text)))?.[1],
};
