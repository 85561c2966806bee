import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, InputError, readInput } from "./input.ts";
import { type JudgeOptions, judge } from "./judge.ts";
import { isProfileName, type ProfileName, profiles } from "./profile.ts";

const now = () => Date.UTC(2026, 0, 1);
const one = (line: string, options: JudgeOptions = {}) => {
  const [judgement] = judge([line], { now, ...options });
  if (judgement === undefined) throw new Error("no judgement");
  return judgement;
};

describe("judge", () => {
  test("tells every line, in order, also one that is dropped", () => {
    const judgements = judge(["a=1", "b=1; Secure", "c=1; SameSite=None", "d=; Max-Age=0", "", "tok"], { now });
    expect(
      judgements.map(({ line, name, stored, secure, sentOverHttp, deletion }) => [
        line,
        name,
        stored,
        secure,
        sentOverHttp,
        deletion,
      ]),
    ).toEqual([
      [1, "a", true, false, true, false],
      [2, "b", true, true, false, false],
      [3, "c", false, false, false, false],
      [4, "d", false, false, false, true],
      [5, "", false, false, false, false],
      [6, "", true, false, true, false],
    ]);
    expect(new Set(judgements.map(({ url }) => url))).toEqual(new Set(["https://app.example/"]));
  });

  test.each([
    ["a=1", "it has no Secure, so a browser sends it over plain http too"],
    [
      "a=1; Domain=example",
      "a browser drops it: its Domain is neither the host that set it nor a parent of it that may have cookies",
    ],
    [
      "a=1; Domain=app.example",
      "it has no Secure, so a browser sends it over plain http too, to app.example and every host below it",
    ],
    ["a=1; Secured", "what looks like Secure is written so that it is not, so a browser sends it over plain http too"],
    [
      "a=1; S\u0435cure",
      "what looks like Secure is written so that it is not, so a browser sends it over plain http too",
    ],
    [
      "a=1; \uff33ecure",
      "what looks like Secure is written so that it is not, so a browser sends it over plain http too",
    ],
    ["a=1; secure=false", "it has Secure, so a browser sends it over https only"],
    [
      "__Host-a=; Max-Age=0; Path=/",
      "a browser drops it: a name that begins with __Host- needs Secure, so it deletes nothing",
    ],
    ["a=; Max-Age=0", "it deletes the cookie, for it has expired when it arrives"],
    ["a=1; Path=/a b", "no request has the path that is its Path, so a browser stores it and never sends it"],
  ])("%s: %s", (line, because) => expect(one(line).because).toBe(because));

  test("each line is judged by itself, unless a replay is asked for", () => {
    const lines = ["sid=1; Secure", "sid=2", "sid=; Max-Age=0"];
    expect(judge(lines, { now }).map(({ replaces }) => replaces)).toEqual([undefined, undefined, undefined]);
    const replayed = judge(lines, { now, replay: true });
    expect(replayed.map(({ replaces, sentOverHttp }) => [replaces, sentOverHttp])).toEqual([
      [undefined, false],
      [1, true],
      [2, false],
    ]);
    expect(replayed[1]?.because).toContain("it replaces the cookie of line 1, which had Secure");
  });

  test("over plain http, Secure is dropped, and in a replay a Secure cookie is left alone", () => {
    expect(one("a=1; Secure", { url: "http://app.test/" }).dropped?.reason).toBe("secure-from-insecure");
    const set = one("x", { url: "https://app.test" });
    expect(set.url).toBe("https://app.test/");
    const har = [
      { line: 1, url: "https://app.test/", text: "a=1; Secure" },
      { line: 2, url: "http://app.test/", text: "a=2" },
    ];
    const entries = har.map(({ url, text }) => ({
      request: { url },
      response: { headers: [{ name: "Set-Cookie", value: text }] },
    }));
    const { lines } = readInput(
      { text: JSON.stringify({ log: { entries } }), encoding: "utf8" },
      "https://unused.test/",
    );
    expect(judge(lines, { now, replay: true })[1]?.dropped?.reason).toBe("overwrites-secure");
    expect(judge(lines, { now })[1]?.stored).toBe(true);
  });

  test.each(["http://localhost:3000/", "http://127.0.0.1/", "https://app.localhost/", "http://[::1]:8080/"])(
    "%s is judged as what it will be in production, and that is said",
    (url) => {
      const secure = one("a=1; Secure", { url });
      expect(secure).toMatchObject({ stored: true, secure: true, sentOverHttp: false, loopback: true });
      expect(secure.because).toContain("judged as the https host it will be in production");
      expect(one("a=1", { url })).toMatchObject({ sentOverHttp: true, loopback: true });
      expect(one("a=1; SameSite=None", { url })).toMatchObject({ stored: false, loopback: true });
      expect(one("a=1", { url: "https://app.test/" }).because).not.toContain("production");
    },
  );

  test("the other profiles are told where they differ, and only there", () => {
    const long = `a=1; Secure=${"x".repeat(1100)}`;
    expect(one(long).differs).toMatchObject([{ profile: "firefox", secure: true, sentOverHttp: false }]);
    expect(one(long, { profile: "firefox" })).toMatchObject({ secure: true, sentOverHttp: false });
    expect(one(long, { profile: "firefox" }).differs?.map(({ profile }) => profile)).toEqual(["chromium", "strict"]);
    expect(one("a=1; Partitioned").differs).toMatchObject([{ profile: "strict", stored: true, sentOverHttp: true }]);
    expect(one("a=1").differs).toBeUndefined();
  });

  test("what has no effect is told, but what may be a piece of a value is only counted", () => {
    expect(one('a="1; hunter2; Path=/x"; Path=/; Expires=hunter2').ignored).toEqual([
      "Path: a later attribute of the same name wins",
      "Expires: not a date",
      "1 attribute: not known to user agents",
    ]);
  });

  test("a URL is told without what may be secret in it", () => {
    expect(one("a=1", { url: "https://me:hunter2@app.test:8443/x?token=hunter2#hunter2" }).url).toBe(
      "https://app.test:8443/x",
    );
  });

  test("the clock is the caller's", () => {
    const line = "a=1; Expires=Thu, 01 Jan 2026 00:00:10 GMT";
    expect(one(line).deletion).toBe(false);
    expect(one(line, { now: () => now() + 11_000 }).deletion).toBe(true);
  });

  test("ten thousand lines are judged and replayed in time", () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `a${at % 100}=1; Path=/${at}${at % 2 ? "; Secure" : ""}`);
    expect(judge(lines, { now })).toHaveLength(10_000);
    expect(judge(lines, { now, replay: true, url: "http://app.test/" })).toHaveLength(10_000);
  });
});

describe("properties", () => {
  const profile = fc.constantFrom<ProfileName>("chromium", "firefox", "strict");
  const attribute = fc.constantFrom(
    "Secure",
    "HttpOnly",
    "SameSite=None",
    "Path=/",
    "Max-Age=0",
    "Expires=x",
    "Partitioned",
    "Domain=app.example",
    "Domain=",
    "",
  );
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(attribute).map((all) => ["__Host-a=b", ...all].join(";")),
  );

  test("no string makes it throw, and no verdict contradicts itself", () => {
    fc.assert(
      fc.property(
        fc.array(text),
        profile,
        fc.boolean(),
        fc.oneof(fc.webUrl(), fc.string()),
        (lines, name, replay, url) => {
          const judgements = judge(lines, { now, profile: name, replay, url });
          expect(judgements.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 1));
          for (const { stored, secure, sentOverHttp, deletion, dropped } of judgements) {
            expect(sentOverHttp && (!stored || secure)).toBe(false);
            expect(deletion && stored).toBe(false);
            expect(dropped !== undefined && stored).toBe(false);
            expect(stored || deletion || dropped !== undefined).toBe(true);
          }
        },
      ),
    );
  });

  test("a stored cookie over https is sent over http exactly when it has no Secure", () => {
    fc.assert(
      fc.property(text, profile, (line, name) => {
        const { stored, secure, sentOverHttp, attributes } = one(line, { profile: name });
        if (stored && attributes.path === "/") expect(sentOverHttp).toBe(!secure);
      }),
    );
  });

  test("no value is in the output, whatever stands around it", () => {
    const secret = fc.stringMatching(/^[a-z]{4}[0-9]{12}$/);
    const around = fc.constantFrom(
      "a=#",
      'a="#"',
      'a="x; #; y"',
      "#",
      "=#",
      "a=b=#",
      "__Host-a=#",
      "a=\x01#",
      "a=x; q=#",
      "a=1; #",
      `a=#${"x".repeat(5000)}`,
      "a=#, Secure",
    );
    fc.assert(
      fc.property(secret, around, fc.array(attribute), fc.boolean(), (value, shape, attributes, replay) => {
        const line = [shape.replace("#", value), ...attributes].join("; ");
        expect(JSON.stringify(judge([line, line], { now, replay }))).not.toContain(value);
      }),
    );
  });
});

const read = (text: string) => readInput({ text, encoding: "utf8" }, "https://app.example/");
const brief = (text: string) => read(text).lines.map(({ line, url, set }) => [line, url, set.name]);
const entry = (url: string, headers: readonly unknown[], cookies: readonly unknown[] = []) => ({
  request: { url },
  response: { headers, cookies },
});

describe("inputs", () => {
  const home = "https://app.example/";

  test("bare lines, with their own numbers, with and without the name of the header, LF and CRLF", () => {
    expect(brief("a=1\r\n\r\n#b=1\nSet-Cookie: c=1; Secure\r\nset-cookie:d=1\n")).toEqual([
      [1, home, "a"],
      [3, home, "#b"],
      [4, home, "c"],
      [5, home, "d"],
    ]);
  });

  test("a carriage return within a line is the line's own fault", () => {
    expect(read("a=1\rb\n").lines[0]?.set).toMatchObject({ kind: "ignored", reason: "control-character" });
  });

  test("other separators of lines are part of a line", () => {
    expect(read("a=1\u2028b; Secure\x0b").lines).toHaveLength(1);
    expect(read("a=1\u0085b=2").lines).toHaveLength(1);
  });

  test("among header lines, only Set-Cookie counts, and that is said", () => {
    const { lines, skipped } = read("Content-Type: text/html\nSet-Cookie: a=1\n< X-Y: z\n< Set-Cookie: b=1\n");
    expect(lines.map(({ set }) => set.name)).toEqual(["a", "b"]);
    expect(skipped).toEqual(["2 header lines other than Set-Cookie"]);
  });

  test("curl -i: only the head, whatever the body says", () => {
    const text =
      "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Type: text/plain\r\nset-cookie: b=1; Secure\r\n\r\nSet-Cookie: evil=1\r\nx\r\n";
    expect(read(text).kind).toBe("headers");
    expect(brief(text)).toEqual([
      [2, home, "a"],
      [4, home, "b"],
    ]);
  });

  test("curl -v: the heads of the answers, and nothing else that it prints", () => {
    const text = `*   Trying 127.0.0.1:80...
> GET / HTTP/1.1
> Host: a.example
> Cookie: old=1
>
< HTTP/1.1 302 Found
< Location: http://b.example/x
< Set-Cookie: a=1
<
* Ignoring the response-body
{ [12 bytes data]
> GET /x HTTP/1.1
> \r
< HTTP/1.1 200 OK\r
< set-cookie: b=1\r
< \r
{ [5 bytes data]
hello
Set-Cookie: body=1
`;
    const { lines, skipped } = readInput({ text, encoding: "utf8" }, "https://a.example/");
    expect(lines.map(({ line, url, set }) => [line, url, set.name])).toEqual([
      [8, "https://a.example/", "a"],
      [15, "http://b.example/x", "b"],
    ]);
    expect(skipped).toEqual([]);
  });

  test("curl -iL through a proxy, and to a server that asks who it is: still at the place of the redirect", () => {
    const text = `HTTP/1.1 302 Found
Location: https://b.example/x

HTTP/1.1 200 Connection established
Proxy-Agent: p

HTTP/1.1 401 Unauthorized
WWW-Authenticate: Digest
Set-Cookie: a=1

HTTP/2 200 
set-cookie: b=1

`;
    const { lines } = readInput({ text, encoding: "utf8" }, "http://a.example/");
    expect(lines.map(({ url, set }) => [url, set.name])).toEqual([
      ["https://b.example/x", "a"],
      ["https://b.example/x", "b"],
    ]);
  });

  test("curl -iL: each response at the place that it came from", () => {
    const text = [
      "HTTP/1.1 200 Connection established",
      "",
      "HTTP/1.1 302 Found",
      "Set-Cookie: a=1",
      "Location: http://other.test/x?token=1",
      "",
      "HTTP/2 301 ",
      "set-cookie: b=1",
      "location: /y",
      "",
      "HTTP/2 200 ",
      "set-cookie: c=1",
      "location: https://ignored.test/",
      "",
      "<html>HTTP/1.1 200 OK",
      "HTTP/2 200 ",
      "set-cookie: d=1",
      "",
    ].join("\r\n");
    expect(brief(text)).toEqual([
      [4, home, "a"],
      [8, "http://other.test/x?token=1", "b"],
      [12, "http://other.test/y", "c"],
      [17, home, "d"],
    ]);
  });

  test("a Netscape cookie file is judged as the lines that would have made it", () => {
    const text = [
      "# Netscape HTTP Cookie File",
      "# a comment",
      "",
      "app.test\tFALSE\t/\tTRUE\t0\tsid\thunter2; Secure",
      "#HttpOnly_.app.test\tTRUE\t/x\tFALSE\t4102444800\twide\thunter2; Secure",
      "old.test\tFALSE\t/\tFALSE\t1\tgone\t",
      "nonsense",
    ].join("\r\n");
    const input = read(text);
    expect(input.kind).toBe("cookie file");
    expect(input.skipped).toEqual(["line 7 is no entry of a cookie file"]);
    const judgements = judge(input.lines, { now });
    expect(judgements).toMatchObject([
      {
        line: 4,
        url: "https://app.test/",
        name: "sid",
        secure: true,
        sentOverHttp: false,
        attributes: { httpOnly: false, hostOnly: true },
      },
      {
        line: 5,
        url: "https://app.test/x",
        name: "wide",
        secure: false,
        sentOverHttp: true,
        attributes: { httpOnly: true, hostOnly: false, path: "/x" },
      },
      { line: 6, name: "gone", deletion: true },
    ]);
    expect(JSON.stringify(input)).not.toContain("hunter2");
  });

  test("a cookie file without its first line is one all the same", () => {
    expect(read("app.test\tFALSE\t/\tFALSE\t0\tsid\t1\n").kind).toBe("cookie file");
    expect(read("a=1;\tSecure;\tPath=/\n").kind).toBe("lines");
  });

  test("a HAR: raw headers, joined or not, and never cookies[]", () => {
    const log = {
      entries: [
        entry(
          "https://a.test/x",
          [{ name: "set-cookie", value: "a=1; Secure=x\nb=2\r\nc=3" }],
          [{ name: "z", secure: true }],
        ),
        entry("http://b.test/", [{ name: "Set-Cookie", value: "d=1" }, { name: "X", value: "e=1" }, null, 3]),
        entry("https://c.test/", [], [{ name: "hidden" }]),
        null,
        { request: 1, response: [] },
      ],
    };
    const text = `\n ${JSON.stringify({ log })}`;
    expect(brief(text)).toEqual([
      [1, "https://a.test/x", "a"],
      [2, "https://a.test/x", "b"],
      [3, "https://a.test/x", "c"],
      [4, "http://b.test/", "d"],
    ]);
    expect(read(text).skipped).toEqual([
      "1 response with cookies but without Set-Cookie headers: export the HAR with sensitive data",
    ]);
  });

  test("a HAR whose headers were taken out, a damaged one, and JSON that is none are errors", () => {
    const sanitised = {
      log: { entries: [{ request: { url: "https://a.test/" }, response: { headers: [], cookies: [{ name: "a" }] } }] },
    };
    expect(() => read(JSON.stringify(sanitised))).toThrow(InputError);
    expect(() => read('{"log": {')).toThrow(InputError);
    expect(() => read('{"a": 1}')).toThrow(InputError);
    expect(read("{a=1").lines[0]?.set.name).toBe("{a");
  });

  test("a HAR from which a browser left the headers out is told, and no error", () => {
    const response = { headers: [{ name: "content-type", value: "text/html" }], cookies: [] };
    const bare = { log: { entries: [{ request: { url: "https://a.test/" }, response }] } };
    expect(read(JSON.stringify(bare)).skipped).toEqual([
      "no response of the HAR has a Set-Cookie header: a browser leaves them out unless it exports with sensitive data",
    ]);
    expect(read(JSON.stringify({ log: { entries: [] } })).skipped).toEqual([]);
  });

  test("a line from nowhere is told and not judged", () => {
    const text = JSON.stringify({
      log: {
        entries: [{ request: { url: "data:,x" }, response: { headers: [{ name: "Set-Cookie", value: "a=1" }] } }],
      },
    });
    expect(judge(read(text).lines, { now })).toMatchObject([
      { name: "a", stored: false, because: "its URL is neither http nor https" },
    ]);
  });

  test("bytes: UTF-8 with and without its mark, UTF-16, and anything else one by one", () => {
    expect(decode(Buffer.from("\ufeffa=é"))).toEqual({ text: "a=é", encoding: "utf8" });
    expect(decode(Buffer.from("\ufeffa=é", "utf16le"))).toEqual({ text: "a=é", encoding: "utf8" });
    expect(decode(Buffer.from([0x61, 0x3d, 0xe9]))).toEqual({ text: "a=é", encoding: "latin1" });
    const long = Buffer.concat([Buffer.from("a="), Buffer.alloc(4095, 0xe9)]);
    expect(readInput(decode(long), home).lines[0]?.set.kind).toBe("cookie");
  });

  test("no text makes a reader throw anything but its own error", () => {
    const piece = fc.constantFrom(
      "HTTP/1.1 200 OK",
      "Set-Cookie: a=1",
      "# Netscape HTTP Cookie File",
      "\t",
      "TRUE",
      "\n",
      "\r\n",
      '{"log":',
      "{",
      "}",
      "[",
      "location: http://[",
      "a=1",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        try {
          judge(read(pieces.join("")).lines, { now });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

test("profiles are known by their names, and nothing else is", () => {
  expect(Object.keys(profiles).every(isProfileName)).toBe(true);
  expect(["toString", "__proto__", "safari", ""].some(isProfileName)).toBe(false);
});
