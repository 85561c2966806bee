import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enforce } from "./enforce.ts";
import { createJar, type Origin } from "./jar.ts";
import { parseSetCookie } from "./set-cookie.ts";

const now = Date.UTC(2026, 0, 1);
const https: Origin = { scheme: "https", host: "app.example", path: "/" };
const http: Origin = { ...https, scheme: "http" };
const long = "x".repeat(1100);

describe("over https", () => {
  test.each([
    "a=1",
    "a=1; Path=/",
    "a=1;",
    "a=1; ;",
    "tok",
    'a=1; "Secure"',
    "a=1; Secure qux",
    "a=Secure",
    "secure=1",
    `a=1; Secure=${long}`,
    "a=1; Domain=app.example",
    "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "a=1; Expires=banana",
    "a=\u00FC\u00E9",
  ])("adds Secure behind %j", (line) => {
    expect(enforce(line, https, now)).toEqual({ kind: "repaired", line: `${line}; Secure` });
  });

  test.each([
    ["it has it", "a=1; Secure"],
    ["it has it, in other letters", "a=1; sEcUrE=false"],
    ["a deletion works without", "a=; Max-Age=0"],
    ["a deletion works without, by date", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
    ["a browser rejects it: SameSite", "a=1; SameSite=None"],
    ["a browser rejects it: a prefix", "__Host-a=1; Path=/"],
    ["a browser rejects it: Partitioned", "a=1; Partitioned"],
    ["a browser rejects it: a control character", "a=\u00011"],
    ["a browser rejects it: its size", `a=${"x".repeat(5000)}`],
    ["a browser rejects it: another site's Domain", "a=1; Domain=other.example"],
    ["a browser rejects it: nothing in it", "="],
    ["a deletion that Secure does not save", "__Host-a=; Max-Age=0; Domain=app.example; Path=/"],
    ["a deletion that lacks HttpOnly too", "__Http-a=; Max-Age=0"],
  ])("leaves alone what needs none or is not to be helped: %s", (_why, line) => {
    expect(enforce(line, https, now)).toEqual({ kind: "untouched" });
  });

  test.each(["__Host-a=; Path=/; Max-Age=0", "__secure-a=; Max-Age=0", "__Http-a=; HttpOnly; Max-Age=0"])(
    "lets %j delete",
    (line) => {
      expect(enforce(line, https, now)).toEqual({ kind: "repaired", line: `${line}; Secure` });
    },
  );
});

test("over http nothing is added: a browser would drop it", () => {
  for (const line of ["a=1", "__Host-a=; Path=/; Max-Age=0"]) expect(enforce(line, http, now).kind).toBe("untouched");
});

test("what is repaired is stored or deleted as before, and Secure", () => {
  const part = fc.constantFrom("Secure", "Path=/", "Max-Age=0", "SameSite=None", "HttpOnly", "Domain=app.example", "");
  const name = fc.constantFrom("a", "__Host-a", "__Secure-a", "__Http-a", "__Host-Http-a", "");
  const octets = fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
  const lines = fc.tuple(name, octets, fc.array(part, { maxLength: 5 }));
  fc.assert(
    fc.property(lines, ([name, value, parts]) => {
      const line = [`${name}=${value}`, ...parts].join("; ");
      const passage = enforce(line, https, now);
      if (passage.kind === "untouched") return;
      const receive = (text: string) =>
        createJar({ now: () => now, trustLoopback: false }).receive(parseSetCookie(text, "latin1"), https);
      expect(passage.line.startsWith(line)).toBe(true);
      const before = receive(line);
      const after = receive(passage.line);
      expect(after.kind).toBe(before.kind === "stored" ? "stored" : "deleted");
      expect({ ...after.cookie, secure: false }).toEqual({ ...before.cookie, secure: false });
      expect(after.cookie.secure).toBe(true);
    }),
  );
});
