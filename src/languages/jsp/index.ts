import type { ProgramLanguage } from "../../language.ts";
import type { Statement } from "../../program.ts";
import { java } from "../java/index.ts";
import { blank } from "../lowering.ts";

/** Jakarta Server Pages 3.1, JSP.1.3 and JSP.1.10: comments, directives, declarations, expressions and scriptlets. */
const ELEMENT = /<%--[\s\S]*?(?:--%>|$)|<%([@!=]?)([\s\S]*?)(%>|$)/g;
const PAGE = /^\s*page\b/;
const IMPORT = /\bimport\s*=\s*(?:"([^"]*)"|'([^']*)')/;

/** The Java inside of a page: what its elements hold runs in the order of the text, as the statements of one file. */
export const jsp: ProgramLanguage = {
  kind: "program",
  name: "java",
  extensions: [".jsp", ".jspf"],
  grammar: java.grammar,
  code: codeOf,
  lower: (tree, source) => {
    const program = java.lower(tree, { ...source, text: codeOf(source.text) });
    return { ...program, body: [...importsOf(source.text), ...program.body] };
  },
  resolve: java.resolve,
};

/** The page with everything but its Java blank, so that every offset stays. The value of `<%= … %>` becomes a statement. */
function codeOf(page: string): string {
  const pieces: string[] = [];
  let end = 0;
  for (const match of page.matchAll(ELEMENT)) {
    const [whole, mark, code, close] = match;
    if (code === undefined || mark === "@") continue;
    const start = match.index + 2 + (mark?.length ?? 0);
    pieces.push(blank(page.slice(end, start)), code, mark === "=" && close !== "" ? "; " : "");
    end = match.index + whole.length - (mark === "=" ? 0 : (close?.length ?? 0));
  }
  return pieces.join("") + blank(page.slice(end));
}

/** `<%@ page import="a.B, c.*" %>`. */
function importsOf(page: string): readonly Statement[] {
  return [...page.matchAll(ELEMENT)].flatMap((match): readonly Statement[] => {
    const [whole, mark, directive = ""] = match;
    const given = mark === "@" && PAGE.test(directive) ? IMPORT.exec(directive) : null;
    const names = given?.[1] ?? given?.[2] ?? "";
    const span = { start: match.index, end: match.index + whole.length };
    return names.split(",").flatMap((each): readonly Statement[] => {
      const name = each.trim();
      if (!/^[\w$.]+(?:\.\*)?$/.test(name)) return [];
      if (name.endsWith(".*")) return [{ kind: "import", from: name.slice(0, -2), names: [], star: true, span }];
      const local = name.slice(name.lastIndexOf(".") + 1);
      return [{ kind: "import", from: name, names: [{ imported: "*", local, span }], span }];
    });
  });
}
