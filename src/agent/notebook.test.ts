import { describe, expect, test } from "vitest";
import { createNotebook, type Notebook } from "./notebook.ts";
import { leaveOut } from "./stack.ts";

for (const file of ["./notebook.ts", "./stack.ts"]) leaveOut(new URL(file, import.meta.url).href);

/** A notebook of a process whose CPU time is told. */
function notebookOf() {
  let milliseconds = 0;
  const notebook = createNotebook(process.cwd(), () => milliseconds);
  return { notebook, works: (more: number) => (milliseconds += more) };
}

const linesOf = (notebook: Notebook) => new Set(notebook.records().map(({ site }) => site?.line));

test("a second place is found at once where the process does more than set cookies", () => {
  const { notebook, works } = notebookOf();
  const set = (count: number) => {
    for (let at = 0; at < count; at++) notebook.writes("sid=1; HttpOnly");
  };
  const seen = new Set<number | undefined>();
  for (let round = 0; round < 50; round++) {
    works(100);
    set(20);
    for (const line of linesOf(notebook)) seen.add(line);
  }
  expect(seen.size).toBe(1);
  notebook.writes("sid=2; HttpOnly");
  expect(linesOf(notebook).size).toBe(1);
});

describe("a process that does little else than set a cookie", () => {
  test("looks for a hundredth of its time, and finds places that take turns", () => {
    const { notebook, works } = notebookOf();
    const captured = Error.captureStackTrace;
    let looks = 0;
    Error.captureStackTrace = (...words) => {
      looks++;
      return captured(...words);
    };
    try {
      // Uses up what was saved, and what each cookie has for itself.
      for (let at = 0; at < 2000; at++) notebook.writes("sid=1");
      linesOf(notebook);
      looks = 0;
      for (let round = 0; round < 100; round++) {
        // 100 cookies a millisecond.
        works(10);
        for (let at = 0; at < 1000; at++) notebook.writes("sid=1");
        linesOf(notebook);
      }
      // A second of work, and a look costs some 10 microseconds.
      expect(looks).toBeLessThan(1500);
      expect(looks).toBeGreaterThan(500);
      const seen = new Set<number | undefined>();
      for (let round = 0; round < 100; round++) {
        works(10);
        for (let at = 0; at < 500; at++) {
          notebook.writes("sid=1");
          notebook.writes("sid=1");
        }
        for (const line of linesOf(notebook)) seen.add(line);
      }
      expect(seen.size).toBe(2);
    } finally {
      Error.captureStackTrace = captured;
    }
  });

  test("keeps no more than it can hold of names made up for each visitor", () => {
    const { notebook, works } = notebookOf();
    for (let at = 0; at < 20_000; at++) notebook.writes(`visitor${at}=1; Max-Age=${at}`);
    works(1000);
    // 2,000 for themselves, and one place for all others.
    expect(notebook.records().length).toBeLessThanOrEqual(2001);
  });
});

test("one place is told once, whenever its cookie expires", () => {
  const { notebook, works } = notebookOf();
  for (let at = 0; at < 100; at++) {
    works(10);
    const expires = new Date(Date.UTC(2999, 0, 1, 0, 0, at)).toUTCString();
    notebook.writes(`sid=${at}; Expires=${expires}; Secure`);
  }
  expect(notebook.records()).toMatchObject([{ name: "sid", secure: true, deletion: false }]);
});
