import type { Rule } from "../rule.ts";
import { cookieName } from "./words.ts";

/** Seen on the wire, and no browser keeps it. What has a rule of its own is told by that. */
export const droppedCookie: Rule = {
  name: "dropped-cookie",
  title: "A cookie that no browser keeps",
  cwe: 614,
  securitySeverity: "2.0",
  check(cookie) {
    const { dropped, because, sink, decidedBy } = cookie;
    if (dropped === undefined || (dropped.lacksSecure && ownRules.has(dropped.by))) return [];
    const level = dropped.lacksSecure ? "warning" : "note";
    return [
      {
        level,
        message: `${cookieName(cookie)} never gets into a browser: ${because}.`,
        location: sink,
        related: [decidedBy],
      },
    ];
  },
};

const ownRules = new Set(["prefix", "samesite-none"]);
