import type { ProgramLanguage } from "../../language.ts";
import { javascript } from "../javascript/index.ts";
import { blank } from "../lowering.ts";

/** Pages of components, whose scripts may be TypeScript. */
const COMPONENTS = [".vue", ".svelte"];

/** Pages, and templates of them: what the server puts in stands between their tags. */
const PAGES = [".html", ".htm", ".ejs", ".erb", ".hbs", ".cshtml", ".aspx", ".ascx", ".master"];

/** Comments, and scripts with their attributes; what is not closed ends with the text. */
const SCRIPT = /<!--[\s\S]*?(?:-->|$)|<script\b([^>]*)(?:>|$)([\s\S]*?)(?:<\/script|$)/gi;
const TYPE = /\btype\s*=\s*["']?([\w/+.-]+)/i;
const RUNS = /^(?:module|(?:text|application)\/(?:x-)?(?:javascript|ecmascript|babel|jsx|typescript))$/i;

/** What a template's tags hold, which is no script. */
const TAG = /(<%[=\-:#]?)([\s\S]*?)(%>|$)|(\{[{%])([^{}]*)([%}]\})/g;

/** The scripts inside of a page, as the statements of one file in the order of the text. */
export const html: ProgramLanguage = {
  kind: "program",
  name: "javascript",
  extensions: [...COMPONENTS, ...PAGES],
  grammar: (file) => (COMPONENTS.some((extension) => file.endsWith(extension)) ? "typescript" : "javascript"),
  unread: (text) => javascript.unread?.(text),
  code: codeOf,
  lower: (tree, source) => javascript.lower(tree, { ...source, text: codeOf(source.text) }),
  resolve: javascript.resolve,
};

/** The page with everything but its scripts blank, so that every offset stays. */
function codeOf(page: string): string {
  const pieces: string[] = [];
  let end = 0;
  for (const match of page.matchAll(SCRIPT)) {
    const [whole, attributes, script] = match;
    const type = TYPE.exec(attributes ?? "")?.[1];
    if (script === undefined || (type !== undefined && !RUNS.test(type))) continue;
    const stop = match.index + whole.length - (/<\/script$/i.exec(whole)?.[0].length ?? 0);
    const start = stop - script.length;
    pieces.push(blank(page.slice(end, start)), withoutTags(script));
    end = stop;
  }
  return pieces.join("") + blank(page.slice(end));
}

/** A tag that puts a value in stays to be seen, in a text above all; one that only decides is blank. */
function withoutTags(script: string): string {
  return script.replace(TAG, (tag, ...groups: (string | undefined)[]) => {
    const [open = groups[3] ?? "", inner = groups[4] ?? "", close = groups[5] ?? ""] = groups;
    return open === "<%" || open === "{%" || open === "<%#" ? blank(tag) : `${open}${blank(inner)}${close}`;
  });
}
