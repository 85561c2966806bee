import { afterEach, describe, expect, test, vi } from "vitest";
import { createNotebook, type Notebook } from "./notebook.ts";
import { leaveOut } from "./stack.ts";

for (const file of ["./notebook.ts", "./stack.ts"]) leaveOut(new URL(file, import.meta.url).href);

/** A notebook of a process whose times are told: a look at the stack takes `look` milliseconds. */
function notebookOf(look = 0.02) {
  let worked = 0;
  let time = 0;
  const captured = Error.captureStackTrace;
  const seen = { looks: 0 };
  vi.spyOn(Error, "captureStackTrace").mockImplementation((...words) => {
    seen.looks++;
    time += look;
    captured(...words);
  });
  const wake = vi.fn();
  const notebook = createNotebook(process.cwd(), wake, { worked: () => worked, time: () => time });
  return { notebook, seen, wake, works: (more: number) => (worked += more) };
}

afterEach(() => vi.restoreAllMocks());

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
  test.each([0.005, 0.02, 0.1])("looks for half a hundredth of its time, where a look takes %d ms", (look) => {
    const { notebook, seen, works } = notebookOf(look);
    const set = () => notebook.writes("sid=1");
    const setFor = (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        works(10);
        for (let at = 0; at < 1000; at++) set();
        linesOf(notebook);
      }
    };
    // Uses up what was saved, and what each cookie has for itself.
    setFor(100);
    seen.looks = 0;
    setFor(100);
    expect(seen.looks * look).toBeLessThan(5.5);
    expect(seen.looks * look).toBeGreaterThan(3);
  });

  test("finds places that take turns", () => {
    const { notebook, works } = notebookOf();
    const lines = new Set<number | undefined>();
    for (let round = 0; round < 100; round++) {
      works(10);
      for (let at = 0; at < 500; at++) {
        notebook.writes("sid=1");
        // The other one comes when what was saved is gone.
        if (round >= 50) notebook.writes("sid=1");
      }
      for (const line of linesOf(notebook)) lines.add(line);
    }
    expect(lines.size).toBe(2);
  });

  test("finds a new cookie at once, whatever was spent on others", () => {
    const { notebook } = notebookOf(1);
    for (let at = 0; at < 5000; at++) notebook.writes("sid=1");
    linesOf(notebook);
    notebook.writes("other=1");
    notebook.writes("sid=1; Secure");
    expect(linesOf(notebook).size).toBe(2);
  });

  test("keeps no more than it can hold of names made up for each visitor", () => {
    const { notebook, works } = notebookOf();
    for (let at = 0; at < 20_000; at++) notebook.writes(`visitor${at}=1; Max-Age=${at}`);
    works(1000);
    // 2,000 for themselves, and one place for all others.
    expect(notebook.records().length).toBeLessThanOrEqual(2001);
  });
});

test("wakes once for all that comes until it is read", () => {
  const { notebook, wake } = notebookOf();
  expect(wake).not.toHaveBeenCalled();
  for (let round = 1; round <= 2; round++) {
    for (let at = 0; at < 50; at++) notebook.writes("sid=1");
    expect(wake).toHaveBeenCalledTimes(round);
    notebook.records();
  }
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
