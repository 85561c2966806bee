import { Tokenizer, TokenizerMode } from "parse5";

const linking: Readonly<Record<string, string>> = { a: "href", area: "href", iframe: "src", frame: "src" };

/** Elements whose content is text, as HTML's tree construction tells the tokenizer. */
const textual = {
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  xmp: TokenizerMode.RAWTEXT,
  noframes: TokenizerMode.RAWTEXT,
  textarea: TokenizerMode.RCDATA,
  title: TokenizerMode.RCDATA,
} as const;

const maximumLinks = 1000;
const maximumLength = 2048;

/**
 * The http and https URLs that a page leads to, each once, without fragments, in order.
 * Tokens suffice: a tree would cost quadratic time on a hostile page.
 */
export function linksOf(html: string, page: URL): URL[] {
  const links = new Map<string, URL>();
  let base = page;
  const add = (reference: string | undefined) => {
    if (reference === undefined || reference.length > maximumLength || links.size >= maximumLinks) return;
    if (!URL.canParse(reference.trim(), base.href)) return;
    const url = new URL(reference.trim(), base);
    url.hash = "";
    if (/^https?:$/.test(url.protocol) && url.href.length <= maximumLength) links.set(url.href, url);
  };
  const ignore = () => undefined;
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: false },
    {
      onStartTag({ tagName, attrs }) {
        const valueOf = (wanted: string) => attrs.find(({ name }) => name === wanted)?.value;
        const reference = Object.hasOwn(linking, tagName) ? valueOf(linking[tagName] ?? "") : undefined;
        add(reference);
        const href = tagName === "base" ? valueOf("href") : undefined;
        if (href !== undefined && URL.canParse(href, page.href)) base = new URL(href, page);
        if (tagName === "meta" && valueOf("http-equiv")?.toLowerCase() === "refresh") {
          add(
            /^\s*\d+\s*[;,]\s*url\s*=\s*["']?([^"']*)/i.exec((valueOf("content") ?? "").slice(0, maximumLength))?.[1],
          );
        }
        if (Object.hasOwn(textual, tagName)) tokenizer.state = textual[tagName as keyof typeof textual];
      },
      onEndTag: ignore,
      onComment: ignore,
      onDoctype: ignore,
      onEof: ignore,
      onCharacter: ignore,
      onNullCharacter: ignore,
      onWhitespaceCharacter: ignore,
    },
  );
  tokenizer.write(html, true);
  return [...links.values()];
}
