import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Ajv } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { CannotDo } from "../exit.ts";
import type { Report } from "../report.ts";
import { formats } from "../reports/index.ts";
import { type JudgeFlags, judgeCommand } from "./judge.ts";

const folder = mkdtempSync(join(tmpdir(), "setsecure-judge-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Options extends Partial<JudgeFlags> {
  readonly file?: string;
}

const flags: JudgeFlags = {
  format: "text",
  profile: "chromium",
  replay: false,
  exitZero: false,
  strict: false,
  allowEmpty: false,
  config: false,
};

async function run(input: string, { file, ...options }: Options = {}) {
  let stdout = "";
  const means = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: (text: string) => {
      stdout += text;
    },
    now: () => Date.UTC(2026, 0, 1),
  };
  const status = await judgeCommand(file, { ...flags, ...options }, means);
  return { status, stdout };
}

async function reportOf(input: string, options: Options = {}): Promise<Report> {
  return JSON.parse((await run(input, { format: "json", ...options })).stdout);
}

const mixed = [
  "sid=hunter2; Path=/",
  "lang=hunter2",
  "ok=hunter2; Secure",
  "x=hunter2; SameSite=None",
  "gone=; Max-Age=0",
  "__Host-a=; Path=/; Max-Age=0",
].join("\n");

describe("text", () => {
  test("one line for each cookie, and a summary", async () => {
    const { status, stdout } = await run(mixed);
    expect(stdout).toBe(
      [
        "1  sid       sent over http  it has no Secure, so a browser sends it over plain http too",
        "2  lang      sent over http  it has no Secure, so a browser sends it over plain http too",
        "3  ok        https only      it has Secure, so a browser sends it over https only",
        "4  x         dropped         a browser drops it: SameSite=None needs Secure",
        "5  gone      deletion        it deletes the cookie, for it has expired when it arrives",
        "6  __Host-a  dropped         a browser drops it: a name that begins with __Host- needs Secure, so it deletes nothing",
        "",
        "6 lines, judged as Chromium 156 does: 2 sent over plain http, 1 over https only, 2 dropped, 1 deletion.",
        "",
      ].join("\n"),
    );
    expect(status).toBe(1);
  });

  test("says where another browser differs", async () => {
    const { stdout } = await run(`a=1; Secure=${"x".repeat(1100)}`);
    expect(stdout).toContain("; Firefox 153: https only\n");
  });

  test("a name cannot forge the terminal's output", async () => {
    const { stdout } = await run("a\u001b[2J\u202e\u009b=1\n");
    for (const obeyed of ["\u001b", "\u009b", "\u202e"]) expect(stdout).not.toContain(obeyed);
  });
});

describe("JSON", () => {
  test("a cookie with its wire object for every line, in order", async () => {
    const report = await reportOf(mixed);
    expect(report.cookies.map(({ name, verdict, wire, deletion }) => [name, verdict, deletion, wire])).toEqual([
      [
        "sid",
        "insecure",
        false,
        { line: 1, url: "https://app.example/", stored: true, secure: false, sentOverHttp: true },
      ],
      [
        "lang",
        "insecure",
        false,
        { line: 2, url: "https://app.example/", stored: true, secure: false, sentOverHttp: true },
      ],
      [
        "ok",
        "secure",
        false,
        { line: 3, url: "https://app.example/", stored: true, secure: true, sentOverHttp: false },
      ],
      [
        "x",
        "insecure",
        false,
        { line: 4, url: "https://app.example/", stored: false, secure: false, sentOverHttp: false },
      ],
      [
        "gone",
        "insecure",
        true,
        { line: 5, url: "https://app.example/", stored: false, secure: false, sentOverHttp: false },
      ],
      [
        "__Host-a",
        "insecure",
        true,
        { line: 6, url: "https://app.example/", stored: false, secure: false, sentOverHttp: false },
      ],
    ]);
    expect(report.summary).toMatchObject({ cookies: 3, secure: 1, insecure: 2, deletions: 2 });
  });

  test("findings by the rules of the source; dropped cookies are told, and not as missing-secure", async () => {
    const { findings } = await reportOf(mixed);
    expect(findings.map(({ rule, level, cookie }) => [rule, level, cookie])).toEqual([
      ["missing-secure", "error", 0],
      ["missing-secure", "warning", 1],
      ["samesite-none-without-secure", "warning", 3],
      ["prefix-without-secure", "warning", 5],
    ]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  test("findings point into the file, and fingerprints do not follow the value", async () => {
    const file = join(folder, "lines.txt");
    writeFileSync(file, "\nsid=1; Path=/\r\n");
    const report = await reportOf("", { file });
    expect(report.findings[0]?.location).toEqual({ file, line: 2, column: 1, endLine: 2, endColumn: 14 });
    writeFileSync(file, "\nsid=2; Path=/\n");
    expect((await reportOf("", { file })).findings[0]?.fingerprint).toBe(report.findings[0]?.fingerprint);
  });

  test("follows the published schema, whatever the input is", async () => {
    const schema = JSON.parse(readFileSync(new URL("../../schema/report-1.json", import.meta.url), "utf8"));
    const ajv = new Ajv({ allErrors: true });
    const validate = ajv.compile(schema);
    const file = join(folder, "mixed.txt");
    writeFileSync(file, mixed);
    for (const report of [
      await reportOf(mixed),
      await reportOf("", { file }),
      await reportOf("", { allowEmpty: true }),
    ]) {
      validate(report);
      expect(validate.errors).toBeNull();
    }
  });

  test("no format prints a value", async () => {
    for (const format of formats) {
      const { stdout } = await run(`${mixed}\nhunter2\nd=hunter2\u0001\n`, { format });
      expect(stdout).toContain("sid");
      expect(stdout).not.toContain("hunter2");
    }
  });
});

describe("--source", () => {
  const source = "examples/express-session";
  const lines = "theme=hunter2\nadmin.sid=hunter2; Path=/admin\nsid=hunter2; Secure\nAWSALB=hunter2";

  test("shows the wire beside the source, in text and in JSON", async () => {
    const { stdout } = await run(lines, { source });
    expect(stdout).toContain("Beside the source:\n");
    expect(stdout).toMatch(/ {2}admin\.sid {2}insecure in both\n[^]*examples\/express-session\/session\.js:18/);
    expect(stdout).not.toContain("hunter2");
    const report = await reportOf(lines, { source });
    expect(report.cookies.map(({ wire }) => wire?.source?.relation)).toEqual([
      "insecure in both",
      "insecure in both",
      "secure in both",
      "not in the source",
    ]);
    expect(report.findings[1]?.fixes[0]?.edits[0]?.file).toBe("examples/express-session/session.js");
    const ajv = new Ajv({ allErrors: true });
    const validate = ajv.compile(
      JSON.parse(readFileSync(new URL("../../schema/report-1.json", import.meta.url), "utf8")),
    );
    validate(report);
    expect(validate.errors).toBeNull();
  });

  test.each([
    ["nowhere", /nowhere is neither a file nor a folder/],
    ["schema", /--source schema: no file there belongs to a framework/],
  ])("%s is refused, with the reason", async (folder, reason) => {
    await expect(run(lines, { source: folder })).rejects.toThrow(reason);
  });
});

describe("exit status", () => {
  test.each([
    ["a=1; Secure", {}, 0],
    ["a=1", {}, 1],
    ["a=1", { exitZero: true }, 0],
    ["theme=1", {}, 0],
    ["theme=1", { failOn: "warning" }, 1],
    ["a=1; SameSite=None", {}, 0],
    ["a=; Max-Age=0", { failOn: "note" }, 0],
    ["sid=1; Secure\nsid=2", { replay: true }, 1],
    ["a=1; Partitioned", { profile: "strict" }, 1],
    ["", { allowEmpty: true }, 0],
  ] as const)("%j with %j is %i", async (input, options, status) => {
    expect((await run(input, options)).status).toBe(status);
  });

  test.each([
    ["", {}, /no Set-Cookie line/],
    ["\n \n", {}, /no Set-Cookie line/],
    ["a=1", { profile: "safari" }, /no profile "safari": choose chromium, firefox, strict/],
    ["a=1", { url: "app.example" }, /"app.example" is no http or https URL/],
    ["a=1", { output: ["gif=x"] }, /write format=file/],
    ["a=1", { baseline: join(folder, "none.json") }, /The baseline .* cannot be used/],
    ["a=1", { config: join(folder, "none.json") }, /The configuration .* cannot be used/],
    ["a=1", { file: join(folder, "none") }, /there is no such file/],
    ["a=1", { file: folder }, /it is a folder/],
    ['{"log":', {}, /the HAR is damaged/],
  ] as const)("%j with %j cannot be judged, with the reason", async (input, options, reason) => {
    const failure = await run(input, options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CannotDo);
    expect(String(failure)).toMatch(reason);
  });
});
