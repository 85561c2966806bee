import { expect, test } from "vitest";
import { linksOf } from "./links.ts";

const page = new URL("https://app.example/shop/index.html");
const hrefs = (html: string) => linksOf(html, page).map(({ href }) => href);

test("the links of a page, each once, without fragments", () => {
  const html = `<!doctype html><title><a href="/title"></title>
    <a href="cart?id=1&amp;x=2#top">Cart</a> <A HREF='cart?id=1&x=2'>again</A>
    <area href=/map><iframe src="//other.example/frame"></iframe>
    <a href="mailto:a@b.example">mail</a><a href="javascript:alert(1)">x</a><a>none</a><a href="http://[">bad</a>
    <script>document.write('<a href="/script">');</script><textarea><a href="/text"></textarea><!-- <a href="/comment"> -->
    <meta http-equiv="Refresh" content="0; url='/next'">`;
  expect(hrefs(html)).toEqual([
    "https://app.example/shop/cart?id=1&x=2",
    "https://app.example/map",
    "https://other.example/frame",
    "https://app.example/next",
  ]);
});

test("a base moves them", () => {
  expect(hrefs('<base href="/else/"><a href="x">')).toEqual(["https://app.example/else/x"]);
});

test("a hostile page ends", () => {
  expect(hrefs("<i>".repeat(300_000) + "</b>".repeat(300_000))).toEqual([]);
  expect(hrefs(Array.from({ length: 20_000 }, (_, index) => `<a href=${index}>`).join(""))).toHaveLength(1000);
  expect(hrefs(`<a href="${"x".repeat(1_000_000)}`)).toEqual([]);
});
