import { CannotDo, type ExitStatus } from "../exit.ts";
import { findPage, pageNames } from "../pages.ts";
import { showMarkdown } from "../terminal/markdown.ts";
import { print, wantsColor, widthOf } from "./output.ts";

/** Prints the page of a rule or a framework; without a name, the list of pages. */
export async function explainCommand(name: string | undefined): Promise<ExitStatus> {
  const { rules, frameworks } = pageNames();
  const list = `rules: ${rules.join(", ")}\nframeworks: ${frameworks.join(", ") || "none"}\n`;
  if (name === undefined) {
    await print(list);
    return 0;
  }
  const page = findPage(name.toLowerCase());
  if (page === undefined)
    throw new CannotDo(`There is no page about ${name}. There are pages about\n${list.trimEnd()}`);
  await print(showMarkdown(page.text, { color: wantsColor(process.stdout), width: widthOf(process.stdout) }));
  return 0;
}
