import type { Span, Statement } from "../../program.ts";
import { spanOf } from "../lowering.ts";
import { type Context, kidsOf, type Syntax, textOf } from "./context.ts";

export function importStatement(context: Context, node: Syntax): readonly Statement[] {
  return kidsOf(context, node).map((kid): Statement => {
    const [from, local] = importedName(context, kid);
    return { kind: "import", from, names: [{ imported: "*", local, span: spanOf(kid) }], span: spanOf(node) };
  });
}

export function importFrom(context: Context, node: Syntax): readonly Statement[] {
  const kids = kidsOf(context, node);
  const future = node.type === "future_import_statement";
  const [module] = kids;
  if (!future && (module === undefined || !["dotted_name", "relative_import"].includes(module.type))) return [];
  const imported = kids.filter((kid) => (future || kid !== module) && kid.type !== "wildcard_import");
  const names = imported.map((kid) => {
    const [imported, local] = importedName(context, kid);
    return { imported, local, span: spanOf(kid) };
  });
  const from = future || module === undefined ? "__future__" : dotted(context, module);
  const star = kids.some((kid) => kid.type === "wildcard_import");
  return [{ kind: "import", from, names, ...(star ? { star } : {}), span: spanOf(node) }];
}

/** What is imported, and the name that it is bound to. */
function importedName(context: Context, node: Syntax): [imported: string, local: string] {
  const [name, alias] = node.type === "aliased_import" ? kidsOf(context, node) : [node];
  const imported = dotted(context, name ?? node);
  return [imported, alias === undefined ? imported : textOf(context, alias)];
}

function dotted(context: Context, node: Span): string {
  return textOf(context, node).replace(/[\s\\]+/g, "");
}
