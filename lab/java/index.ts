import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabCase } from "../case.ts";
import { folderOf, type Shelf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** The pages of each shelf; Spring and JAX-RS are asked in Tomcat, where their jars lie. */
function pagesOf(name: string): Shelf["pages"] {
  if (!name.startsWith("tomcat")) return { servlet: [name] };
  return { servlet: [name], spring: [name], "spring-responsecookie": ["spring-web"], "jax-rs": ["jersey-server"] };
}

/** The generation of the Servlet API that each container speaks; Undertow is only asked what is WildFly's. */
const servlet: Readonly<Record<string, string>> = {
  tomcat9: "4.0",
  tomcat10: "6.0",
  tomcat11: "6.1",
  jetty11: "5.0",
  jetty12: "6.0",
  jetty121: "6.1",
};

/** What came with a generation: text of a case, and what it needs. */
const newer: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [/<attribute-name>Secure|\.setAttribute\("(?:Secure|SameSite)"/, { servlet: "6" }],
  [/\bNewCookie\.Builder\b/, { "jersey-server": ">=3" }],
];

function versionsOf(name: string, text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/<artifactId>([^<]+)<\/artifactId>\s*<version>([^<]+)</g)];
  const versions = Object.fromEntries(found.map(([, artifact = "", version = ""]) => [artifact, version]));
  const generation = servlet[name];
  return { ...versions, [name]: found[1]?.[2] ?? "", ...(generation === undefined ? {} : { servlet: generation }) };
}

/** What no shelf has, by what shows it in a case. */
const needed: readonly (readonly [RegExp, string])[] = [
  [/org\.springframework\.session/, "Spring Session"],
  [/org\.springframework\.boot|\bapplication\.(?:properties|ya?ml)\b/, "Spring Boot"],
  [/org\.springframework\.security/, "Spring Security"],
  [/org\.springframework\.web\.servlet/, "Spring MVC"],
];

/** Tomcat, Jetty and Undertow, with what sets cookies in them. */
export const java: Stack = {
  name: "java",
  shelves: readdirSync(join(here, "shelves")).map((file) => {
    const name = file.replace(/\.xml$/, "");
    const text = readFileSync(join(here, "shelves", file), "utf8");
    const shelf = {
      name,
      folder: folderOf("java", name, text),
      versions: versionsOf(name, text),
      pages: pagesOf(name),
    };
    return name.startsWith("undertow") ? { ...shelf, onDemand: true } : shelf;
  }),
  command: (shelf, folder, tls) => [
    "java",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-cp",
    join(folder, "*"),
    join(here, "Launch.java"),
    join(here, "driver"),
    shelf.name,
    tls,
  ],
  wanted: ({ files }: LabCase) => {
    const text = Object.values(files).join("\n");
    const isWildFly = Object.keys(files).some((file) => file.endsWith("jboss-web.xml"));
    const own = isWildFly ? { "undertow-servlet": "2" } : {};
    return Object.assign(own, ...newer.filter(([sign]) => sign.test(text)).map(([, wanted]) => wanted));
  },
  ownCookies: [],
  refuses: ({ files }) => {
    const text = [...Object.keys(files), ...Object.values(files)].join("\n");
    const [, needs] = needed.find(([sign]) => sign.test(text)) ?? [];
    return needs === undefined ? undefined : `needs ${needs}`;
  },
};
