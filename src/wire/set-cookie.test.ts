import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasSecureAttribute, isDeletion, parseCookieDate, parseSetCookie } from "./set-cookie.ts";

const now = Date.UTC(2026, 0, 1);

describe("hasSecureAttribute", () => {
  test.each([
    "a=b; Secure",
    "a=b;secure",
    "a=b; sEcUrE; Path=/",
    "a=b; Secure=false",
    "a=b; Secure=",
    "a=b; Secure =x",
    "a=b;\tSecure\t",
    'a="x; Secure; y"',
    "a=b; ; Secure",
    "; Secure",
  ])("%s: yes", (text) => expect(hasSecureAttribute(text)).toBe(true));

  test.each([
    "a=b",
    "a=b; Secured",
    'a=b; "Secure"',
    "a=b; Secure qux",
    "a=b; Path=/secure",
    "a=Secure",
    "secure=1",
    "Secure",
    "a=b, Secure",
    "a=b; =Secure",
    "a=b; \u017fecure",
    "a=b; S\u0435cure",
    "a=b;\u00a0Secure",
    `a=b; Secure=${"x".repeat(1025)}`,
    "",
  ])("%s: no", (text) => expect(hasSecureAttribute(text)).toBe(false));
});

describe("parseSetCookie", () => {
  test("keeps the attributes in order, with why one has no effect", () => {
    const parsed = parseSetCookie("a = b = c ; Path=/x; Expires=banana; path=/; SameSite=Lax; Frob=1; Max-Age=5");
    expect(parsed).toMatchObject({ kind: "cookie", name: "a", value: "b = c" });
    expect(parsed.attributes.map(({ name, value, ignored }) => [name, value, ignored])).toEqual([
      ["path", "/x", "a later attribute of the same name wins"],
      ["expires", "banana", "not a date"],
      ["path", "/", undefined],
      ["samesite", "Lax", undefined],
      ["frob", "1", "not an attribute that user agents know"],
      ["max-age", "5", undefined],
    ]);
  });

  test("Max-Age wins over Expires, wherever it stands", () => {
    const parsed = parseSetCookie("a=b; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    expect(parsed.attributes.at(1)?.ignored).toBe("Max-Age wins over Expires");
  });

  test.each([
    ["a", "", "a"],
    ["=a", "", "a"],
    ["==a", "", "=a"],
    ["a=", "a", ""],
    [" \ta\t = \tb ", "a", "b"],
    ['a="b"', "a", '"b"'],
    ["\u00a0a=b", "\u00a0a", "b"],
  ])("%j is name %j and value %j", (line, name, value) =>
    expect(parseSetCookie(line)).toMatchObject({ kind: "cookie", name, value }),
  );

  test.each(["", "=", " = ", ";", "; Secure"])("%j has neither name nor value", (line) =>
    expect(parseSetCookie(line)).toMatchObject({ kind: "ignored", reason: "empty" }),
  );

  test.each(["\0", "\x08", "\n", "\r", "\x0b", "\x1f", "\x7f"])("the control character %j voids the line", (letter) => {
    for (const line of [`a${letter}=b`, `a=b${letter}`, `a=b; Path=/${letter}`, `a=b; ${letter}`]) {
      expect(parseSetCookie(line)).toMatchObject({ kind: "ignored", reason: "control-character" });
    }
  });

  test.each(["\t", "\x80", "\x9f", "\u2028", "\u{1f36a}", "\ud800"])("%j is no control character", (letter) =>
    expect(parseSetCookie(`a=b${letter}c`).kind).toBe("cookie"),
  );

  test("a name and a value of 4096 octets are the most", () => {
    expect(parseSetCookie(`ab=${"x".repeat(4094)}`).kind).toBe("cookie");
    expect(parseSetCookie(`ab=${"x".repeat(4095)}`)).toMatchObject({ reason: "too-large" });
    expect(parseSetCookie(`ab=${"é".repeat(2047)}`).kind).toBe("cookie");
    expect(parseSetCookie(`ab=${"é".repeat(2048)}`)).toMatchObject({ reason: "too-large" });
    expect(parseSetCookie(`ab=${"é".repeat(4094)}`, "latin1").kind).toBe("cookie");
    expect(parseSetCookie(`ab= ${"x".repeat(4094)} `).kind).toBe("cookie");
  });

  test("an attribute of 1024 octets is the longest", () => {
    expect(hasSecureAttribute(`a=b; Secure=${"x".repeat(1024)}`)).toBe(true);
    expect(hasSecureAttribute(`a=b; Secure=${"é".repeat(513)}`)).toBe(false);
  });

  test("reads a megabyte of separators and of blanks in linear time", () => {
    for (const filler of [";", " ", "=", "a;", "; "]) parseSetCookie(`a=b${filler.repeat(1_000_000 / filler.length)}x`);
  });
});

describe("isDeletion", () => {
  test.each([
    "a=; Max-Age=0",
    "a=b; Max-Age=-1",
    "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "a=; expires=Thu, 01-Jan-70 00:00:01 GMT",
    "a=; Max-Age=100; Max-Age=0",
    "a=; Max-Age=banana; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ])("%s: yes", (line) => expect(isDeletion(parseSetCookie(line), now)).toBe(true));

  test.each([
    "a=",
    "a=; Max-Age=1",
    "a=; Max-Age=-",
    "a=; Max-Age=0; Max-Age=100",
    "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=3600",
    "a=; Expires=banana",
    "a=; Expires=0",
    "a=; Expires=Thu, 31 Dec 2026 00:00:00 GMT",
    "a=\u0001; Max-Age=0",
  ])("%s: no", (line) => expect(isDeletion(parseSetCookie(line), now)).toBe(false));
});

describe("parseCookieDate", () => {
  test.each([
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["Wed, 21-Oct-15 07:28:09 GMT", Date.UTC(2015, 9, 21, 7, 28, 9)],
    ["Sun Nov  6 08:49:37 1994", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["1 jan 70 0:0:0", 0],
    ["01 January 69 00:00:00", Date.UTC(2069, 0, 1)],
    ["29 Feb 2024 00:00:00", Date.UTC(2024, 1, 29)],
    ["Tue, 19 Jan 2038 03:14:07 GMT", Date.UTC(2038, 0, 19, 3, 14, 7)],
    ["12:34:56x 5th dec 1999", Date.UTC(1999, 11, 5, 12, 34, 56)],
  ])("%s", (text, expected) => expect(parseCookieDate(text)).toBe(expected));

  test.each([
    "",
    "banana",
    "0",
    "1970-01-01T00:00:00Z",
    "01 Jan 1970",
    "30 Feb 2024 00:00:00",
    "29 Feb 2023 00:00:00",
    "00 Jan 1970 00:00:00",
    "01 Jan 1600 00:00:00",
    "01 Jan 1970 24:00:00",
    "01 Jan 1970 00:60:00",
    "01 Jan 1970 00:00:60",
    "01 Jan 1970 00:00:000",
    "01 Jan 19700 00:00:00",
  ])("%j is no date", (text) => expect(parseCookieDate(text)).toBeUndefined());

  test("every moment of HTTP's own format comes back", () => {
    const moments = fc.date({ min: new Date("1601-01-02"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(moments, (moment) => {
        expect(parseCookieDate(moment.toUTCString())).toBe(Math.floor(moment.getTime() / 1000) * 1000);
      }),
    );
  });
});

/** Attributes that are no Secure, in any shape. */
const otherAttribute = fc
  .string({ unit: fc.constantFrom(..."aBcDeS =,\"'%-/\u0435\t") })
  .filter((text) => text.split("=")[0]?.trim().toLowerCase() !== "secure");

describe("properties of Secure", () => {
  test("its place among the attributes does not matter", () => {
    fc.assert(
      fc.property(fc.array(otherAttribute), fc.nat(), (others, at) => {
        const attributes = others.toSpliced(at % (others.length + 1), 0, "Secure");
        expect(hasSecureAttribute(["a=b", ...attributes].join("; "))).toBe(true);
        expect(hasSecureAttribute(["a=b", ...others].join("; "))).toBe(false);
      }),
    );
  });

  test("the case of an attribute's name does not matter", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("Secure", "HttpOnly", "Max-Age=0", "Path=/"),
        fc.array(fc.boolean()),
        (text, upper) => {
          const name = text.split("=")[0] ?? "";
          const varied = [...name]
            .map((letter, at) => (upper[at] ? letter.toUpperCase() : letter.toLowerCase()))
            .join("");
          const line = `a=b; ${varied}${text.slice(name.length)}`;
          expect(parseSetCookie(line)).toEqual(parseSetCookie(`a=b; ${text}`));
        },
      ),
    );
  });

  test("the value and its quotes do not matter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const clean = value.replaceAll(";", "");
        expect(hasSecureAttribute(`a=${clean}; Path=/; Secure`)).toBe(true);
        expect(hasSecureAttribute(`a=${clean}; Path=/`)).toBe(false);
      }),
    );
  });
});
