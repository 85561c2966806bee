import { expect, test } from "vitest";
import type { AgentRecord } from "./agent/record.ts";
import { withAgentLines } from "./agent-lines.ts";
import { correlate } from "./correlate.ts";
import type { ReportCookie } from "./report.ts";
import { judge } from "./wire/judge.ts";

const record = (name: string, line: number, more: Partial<AgentRecord> = {}): AgentRecord => ({
  version: 1,
  name,
  secure: false,
  httpOnly: false,
  sameSite: "",
  path: "",
  domain: "",
  deletion: false,
  site: { file: "src/app.js", line, column: 3 },
  madeAt: null,
  by: "express",
  ...more,
});

const sightings = (...lines: string[]) =>
  judge(lines, { now: () => Date.UTC(2026, 0, 1) }).map((judgement) => ({ judgement }));

test("a cookie gets the lines that set one of its name and its kind", () => {
  const records = [
    record("sid", 1),
    record("sid", 2, { secure: true }),
    record("sid", 3, { deletion: true }),
    record("other", 4),
  ];
  const lines = withAgentLines(
    sightings("sid=1", "sid=1; Secure", "sid=; Max-Age=0", "sid=1; HttpOnly", "none=1"),
    records,
  );
  expect(lines.map(({ evidence = [] }) => evidence.map((each) => ("line" in each ? each.line : 0)))).toEqual([
    [1],
    [2],
    [3],
    // Nobody set it so: something on the way changed it.
    [1, 2],
    [],
  ]);
});

test("a session leads to where it is constructed", () => {
  const made = record("connect.sid", 0, {
    site: null,
    madeAt: { file: "a.js", line: 5, column: 9 },
    by: "express-session",
  });
  expect(withAgentLines(sightings("connect.sid=1"), [made])[0]?.evidence).toEqual([
    {
      file: "a.js",
      line: 5,
      column: 9,
      endLine: 5,
      endColumn: 10,
      says: "what set it was constructed here (express-session)",
    },
  ]);
});

test("the line decides between places of the source", () => {
  const place = (line: number, verdict: ReportCookie["verdict"]): ReportCookie => ({
    name: null,
    framework: "express",
    verdict,
    because: "",
    sink: { file: "project/src/app.js", line, column: 1, endLine: line, endColumn: 20 },
    decidedBy: { docs: "https://expressjs.com/", says: "" },
    evidence: [],
    sensitive: true,
    deletion: false,
    notDeployed: null,
    attributes: {},
    condition: null,
    remarks: [],
    fix: null,
  });
  const seen = withAgentLines(sightings("made-up=1"), [record("made-up", 7)]);
  const [joined] = correlate(seen, [place(3, "secure"), place(7, "insecure")]);
  expect(joined?.source?.places.map(({ line, by }) => [line, by])).toEqual([[7, "agent"]]);
});
