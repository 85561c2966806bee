/**
 * Makes the folder of a framework: its declaration, and its page with one case that fails until it is written.
 *
 *     npm run new framework <name> [-- --language python]
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

interface Start {
  /** Endings of the files that can matter. */
  readonly extensions: readonly string[];
  /** The qualified name of the call below. */
  readonly callee: (name: string) => string;
  readonly secure: string;
  readonly file: string;
  readonly code: (name: string) => string;
}

const starts = {
  javascript: {
    extensions: [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"],
    callee: (name) => `${name}.setCookie`,
    secure: 'option(2, "secure")',
    file: "app.js",
    code: (name) => `import { setCookie } from "${name}";\n\nsetCookie("theme", "dark");`,
  },
  python: {
    extensions: [".py"],
    callee: (name) => `${identifier(name, "_")}.set_cookie`,
    secure: 'argument(undefined, "secure")',
    file: "app.py",
    code: (name) => `from ${identifier(name, "_")} import set_cookie\n\nset_cookie("theme", "dark")`,
  },
  java: {
    extensions: [".java"],
    callee: (name) => `org.${identifier(name)}.Response.setCookie`,
    secure: "argument(2)",
    file: "Home.java",
    code: (name) =>
      `import org.${identifier(name)}.Response;\n\nclass Home {\n    void get(Response response) {\n        response.setCookie("theme", "dark");\n    }\n}`,
  },
  csharp: {
    extensions: [".cs"],
    callee: (name) => `*.${capital(name)}.Response.SetCookie`,
    secure: 'argument(2, "secure")',
    file: "Home.cs",
    code: (name) =>
      `class Home\n{\n    void Get(${capital(name)}.Response response)\n    {\n        response.SetCookie("theme", "dark");\n    }\n}`,
  },
  ruby: {
    extensions: [".rb"],
    callee: (name) => `${capital(name)}.set_cookie`,
    secure: 'argument(undefined, "secure")',
    file: "app.rb",
    code: (name) => `require "${name}"\n\n${capital(name)}.set_cookie("theme", "dark")`,
  },
} satisfies Record<string, Start>;

type Language = keyof typeof starts;

/** `my-framework` as a name in code: `myFramework`, or `my_framework` with a separator. */
function identifier(name: string, separator?: string): string {
  return name.replace(/-(.)/g, (_, letter: string) =>
    separator === undefined ? letter.toUpperCase() : `${separator}${letter}`,
  );
}

function capital(name: string): string {
  const joined = identifier(name);
  return joined.slice(0, 1).toUpperCase() + joined.slice(1);
}

function declaration(name: string, language: Language): string {
  const { extensions, callee, secure }: Start = starts[language];
  const path = callee(name);
  const method = path.slice(path.lastIndexOf(".") + 1);
  const made = ["argument", "type Framework", "fallback", "named", "option", "type Sink"].filter(
    (word) => word !== "option" || secure.startsWith(word),
  );
  const words = extensions.map((extension) => `"${extension}": ["${method.toLowerCase()}"]`).join(", ");
  return `import { ${made.join(", ")} } from "../../framework.ts";

// The page of its documentation that says which cookies it sets, and with what defaults.
const docs = "https://";

const ${identifier(method, "")}: Sink = {
  on: { kind: "call", method: ["${method}"], matches: (call) => named(call.callee, "${path}") },
  name: [argument(0)],
  secure: [${secure}, fallback(false, docs, "\`secure\` is not given, and the default of ${name} is off")],
};

export const ${identifier(name)}: Framework = {
  name: "${name}",
  title: "${name}",
  docs,
  language: "${language}",
  words: { ${words} },
  sinks: [${identifier(method, "")}],
};
`;
}

function page(name: string, language: Language): string {
  const { file, code }: Start = starts[language];
  return `# ${name}

Which cookies it sets, what decides whether they are Secure, and what the default is.

## A cookie of your own

\`\`\`${file.slice(file.lastIndexOf(".") + 1)} ${file}
${code(name)}
\`\`\`

| Cookie  | Secure | Because                                              |
| ------- | ------ | ---------------------------------------------------- |
| \`theme\` | no     | write here what its documentation says, as one clause |
`;
}

const list = "src/frameworks/index.ts";

/** Adds the framework to the list, last: those before it are asked first. */
function register(name: string): void {
  const text = readFileSync(list, "utf8").replace(/\n\];/, `\n  ${identifier(name)},\n];`);
  writeFileSync(list, `import { ${identifier(name)} } from "./${name}/index.ts";\n${text}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { language: { type: "string", default: "javascript" } },
});
const [kind, name] = positionals;
const language = Object.keys(starts).find((each): each is Language => each === values.language);
if (kind !== "framework" || name === undefined || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
  fail("Usage: npm run new framework <name> [-- --language python]; a name is like express-session.");
}
if (language === undefined) fail(`The languages are ${Object.keys(starts).join(", ")}.`);

const folder = join("src/frameworks", name);
if (existsSync(folder)) fail(`${folder} exists.`);
mkdirSync(folder);
writeFileSync(join(folder, "index.ts"), declaration(name, language));
writeFileSync(join(folder, "readme.md"), page(name, language));
register(name);
execFileSync("npx", ["biome", "check", "--write", folder, list], { stdio: "ignore" });
console.log(
  `${folder} is made. Its case fails until you say why: SETSECURE_PAGE=${name} npx vitest run test/pages.test.ts`,
);
