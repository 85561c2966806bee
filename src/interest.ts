import type { Interest } from "./files.ts";

const code = ["cookie", "session", "csrf", "xsrf", "antiforgery"];
const settings = ["cookie", "session", "csrf", "ssl", "tls"];

/** The words that any code or configuration about cookies holds, by the extension of the file. */
export const interest: Interest = {
  words: {
    ...everyOf([".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"], code),
    ...everyOf([".py", ".pyi"], [...code, "auth_tkt", "authtkt", "beaker"]),
    ...everyOf([".java", ".cs"], code),
    ...everyOf([".rb", ".ru"], [...code, "force_ssl"]),
    ...everyOf(
      [".xml", ".config", ".ini", ".cfg", ".conf", ".properties", ".yml", ".yaml", ".json", ".toml"],
      settings,
    ),
  },
  names: [
    ".env",
    ".env.*",
    "Procfile",
    "Dockerfile",
    "docker-compose*.yml",
    "docker-compose*.yaml",
    "compose*.yml",
    "compose*.yaml",
  ],
};

function everyOf(extensions: readonly string[], words: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(extensions.map((extension) => [extension, words]));
}
