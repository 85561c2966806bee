import { always, argument, type Framework, fallback, header, option, type Sink } from "../../framework.ts";
import { javascriptWords } from "../node.ts";

const docs = "https://developer.mozilla.org/en-US/docs/Web/API/Document/cookie";
const storeDocs = "https://developer.mozilla.org/en-US/docs/Web/API/CookieStore/set";

const words = ["document.cookie", "cookiestore", ".cookie =", 'document["cookie"]', "document['cookie']"];

/** Pages and templates, whose scripts run in the browser. */
const pages = [".html", ".htm", ".vue", ".svelte", ".ejs", ".erb", ".hbs", ".cshtml", ".aspx", ".ascx", ".master"];

const write: Sink = {
  on: {
    kind: "write",
    members: ["cookie"],
    matches: ({ paths }) => paths.some((path) => /(?:^|\.)(?:document|ownerDocument|contentDocument)$/.test(path)),
  },
  name: [header("value", "name", "document.cookie")],
  secure: [header("value", "secure", "document.cookie")],
};

/** The Cookie Store exists in secure contexts only, and what it sets is Secure whatever the options say. */
const forced = fallback(true, storeDocs, "the Cookie Store sets Secure cookies only");

const isStore = (callee: readonly string[], method: string) =>
  callee.some((path) => new RegExp(`(?:^|\\.)cookieStore\\.${method}$`).test(path));

const store: Sink = {
  on: { kind: "call", method: ["set"], matches: (call) => isStore(call.callee, "set") && call.arguments.length > 0 },
  name: [option(0, "name"), argument(0)],
  secure: [forced],
};

const storeDelete: Sink = {
  on: { kind: "call", method: ["delete"], matches: (call) => isStore(call.callee, "delete") },
  name: [option(0, "name"), argument(0)],
  secure: [forced],
  deletion: always,
};

export const documentCookie: Framework = {
  name: "document-cookie",
  title: "document.cookie",
  docs,
  language: "javascript",
  words: { ...javascriptWords(...words), ...Object.fromEntries(pages.map((extension) => [extension, words])) },
  symbols: ["location.protocol", "window.location.protocol", "document.location.protocol"].map((path) => ({
    path,
    is: "request-scheme-text",
    https: "https:",
    http: "http:",
    says: "`location.protocol` is the scheme of the page",
  })),
  sinks: [write, store, storeDelete],
  proxyTrust: () => ({
    trusted: true,
    because: { from: "docs", url: docs, says: "the browser knows the scheme of the page" },
  }),
};
