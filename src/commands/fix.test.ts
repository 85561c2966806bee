import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FixFlags, fixCommand } from "./fix.ts";

const app = `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("a", "1");\n});\n`;
const flags: FixFlags = {
  config: false,
  diff: false,
  all: false,
  interactive: false,
  allowDirty: false,
  exitNonZeroOnFix: false,
  progress: false,
};

let folder: string;
let printed: Buffer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-fix-"));
  printed = Buffer.alloc(0);
  vi.spyOn(process.stdout, "write").mockImplementation((...[text, ...rest]: unknown[]) => {
    printed = Buffer.concat([printed, Buffer.from(text as string | Uint8Array)]);
    const done = rest.at(-1);
    if (typeof done === "function") (done as () => void)();
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, bytes: string | Buffer): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), bytes);
}

function read(file: string): Buffer {
  return readFileSync(join(folder, file));
}

describe("bytes", () => {
  const mended = app.replace(`"1")`, `"1", { secure: true })`);
  const cases: Record<string, (text: string) => Buffer> = {
    plain: (text) => Buffer.from(text),
    CRLF: (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
    BOM: (text) => Buffer.from(`\uFEFF${text}`),
    "UTF-16 little endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
    "UTF-16 big endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    "no final newline": (text) => Buffer.from(text.trimEnd()),
    "one line": (text) => Buffer.from(text.replaceAll("\n", " ")),
    tabs: (text) => Buffer.from(text.replaceAll("  ", "\t")),
    "text beyond the basic plane": (text) => Buffer.from(`// ünïcödé 🍪\n${text}`),
    "Latin-1": (text) => Buffer.from(`// café\n${text}`, "latin1"),
    "UTF-8 with a byte that is none": (text) =>
      Buffer.concat([Buffer.from("// café "), Buffer.from([0xff]), Buffer.from(`\n${text}`)]),
    "a huge line": (text) => Buffer.from(`/* ${"x".repeat(15_000)} */ ${text.replaceAll("\n", " ")}`),
  };
  for (const [name, encode] of Object.entries(cases)) {
    test(`${name}: only the edit changes, and a second run changes nothing`, async () => {
      write("app.js", encode(app));
      expect(await fixCommand([folder], flags)).toBe(0);
      expect(read("app.js").equals(encode(mended))).toBe(true);
      await fixCommand([folder], flags);
      expect(read("app.js").equals(encode(mended))).toBe(true);
    });
  }

  test("what cannot be written back to the byte is left, and the others are fixed", async () => {
    const odd = Buffer.concat([Buffer.from(`\uFEFF${app}`, "utf16le"), Buffer.from([0x20])]);
    write("app.js", odd);
    write("b.js", app);
    expect(await fixCommand([folder], flags)).toBe(1);
    expect(printed.toString()).toContain("app.js cannot be edited: it holds bytes that are no UTF-16LE");
    expect(read("app.js").equals(odd)).toBe(true);
    expect(read("b.js").toString()).toBe(mended);
  });

  test("permissions stay, and no temporary file is left", async () => {
    write("app.js", app);
    chmodSync(join(folder, "app.js"), 0o750);
    await fixCommand([folder], flags);
    expect(statSync(join(folder, "app.js")).mode & 0o777).toBe(0o750);
    expect(readdirSync(folder)).toEqual(["app.js"]);
  });
});

describe("files that cannot be replaced are left and told, and the others are fixed", () => {
  const obstacles: Record<string, { prepare: (file: string) => void; says: string }> = {
    "a read-only file": { prepare: (file) => chmodSync(file, 0o444), says: "it is read-only" },
    "a hard link": { prepare: (file) => linkSync(file, `${file}.other`), says: "it has other hard links" },
  };
  for (const [name, { prepare, says }] of Object.entries(obstacles)) {
    test(name, async () => {
      write("app.js", app);
      write("b.js", app);
      prepare(join(folder, "b.js"));
      expect(await fixCommand([folder], flags)).toBe(1);
      expect(printed.toString()).toContain(`b.js cannot be edited: ${says}`);
      expect(read("b.js").toString()).toBe(app);
      expect(read("app.js").toString()).toContain("secure: true");
      expect(readdirSync(folder).filter((file) => file.includes("setsecure"))).toEqual([]);
    });
  }

  test("a symbolic link is followed by nobody: the file it means is fixed once, and the link stays", async () => {
    write("app.js", app);
    symlinkSync("app.js", join(folder, "link.js"));
    expect(await fixCommand([folder], flags)).toBe(0);
    expect(read("app.js").toString()).toContain("secure: true");
    expect(readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink()).length).toBe(1);
  });
});

describe("in a git work tree", () => {
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...words], {
      encoding: "utf8",
    });

  beforeEach(() => {
    git("init", "-q");
    write("app.js", app);
    git("add", "-A");
    git("commit", "-qm", "start");
  });

  const projects: Record<string, { from: string; files: Readonly<Record<string, Buffer>> }> = {
    "every kind of text and name": {
      from: ".",
      files: {
        "plain.js": Buffer.from(app),
        "crlf.js": Buffer.from(app.replaceAll("\n", "\r\n")),
        "end.js": Buffer.from(app.replaceAll("\n", " ").trimEnd()),
        "bom.js": Buffer.from(`\uFEFF${app}`),
        "latin.js": Buffer.from(`// café\n${app}`, "latin1"),
        "wide.js": Buffer.from(`\uFEFF${app}`, "utf16le"),
        "long.js": Buffer.from(`\uFEFF${app}// ${"ü".repeat(9000)}`, "utf16le").swap16(),
        "web/src/app.js": Buffer.from(app),
        "my web/my app.js": Buffer.from(app),
        "wëb/äpp 🍪.js": Buffer.from(app),
        'we"b/a\\pp\tx.js': Buffer.from(app),
      },
    },
    "a folder of it, in that folder": { from: "web", files: { "web/src/app.js": Buffer.from(app) } },
  };
  for (const [name, { from, files }] of Object.entries(projects)) {
    test(`the patch of --diff writes nothing, and is what git apply takes: ${name}`, async () => {
      rmSync(join(folder, "app.js"));
      for (const [file, bytes] of Object.entries(files)) write(file, bytes);
      git("add", "-A");
      git("commit", "-qm", "next");
      expect(await fixCommand([join(folder, from)], { ...flags, diff: true })).toBe(0);
      for (const [file, bytes] of Object.entries(files)) expect(read(file).equals(bytes)).toBe(true);
      execFileSync("git", ["-C", join(folder, from), "apply", "-"], { input: printed });
      const applied = Object.keys(files).map(read);
      git("checkout", ".");
      await fixCommand([folder], flags);
      Object.entries(files).forEach(([file, bytes], index) => {
        expect(read(file).equals(bytes)).toBe(false);
        expect(applied[index]?.equals(read(file))).toBe(true);
      });
    });
  }

  test("changes that are not committed ask for --allow-dirty", async () => {
    write("app.js", `${app}// mine\n`);
    await expect(fixCommand([folder], flags)).rejects.toThrow(/--allow-dirty/);
    expect(read("app.js").toString()).toBe(`${app}// mine\n`);
    expect(await fixCommand([folder], { ...flags, allowDirty: true })).toBe(0);
    expect(read("app.js").toString()).toContain("secure: true");
  });
});

describe("--verify", () => {
  test("keeps what the project's tests pass with", async () => {
    write("app.js", app);
    expect(await fixCommand([folder], { ...flags, verify: "grep -q secure app.js" })).toBe(0);
    expect(read("app.js").toString()).toContain("secure: true");
  });

  test("takes back the file that breaks them, and keeps the others", async () => {
    write("app.js", app);
    write("other.js", app.replace(`"a"`, `"b"`));
    expect(await fixCommand([folder], { ...flags, verify: "! grep -q secure other.js" })).toBe(1);
    expect(read("app.js").toString()).toContain("secure: true");
    expect(read("other.js").toString()).not.toContain("secure");
  });
});

describe("--verify, when more goes wrong", () => {
  test("a command that fails without any fix leaves everything as it was", async () => {
    write("app.js", app);
    expect(await fixCommand([folder], { ...flags, verify: "exit 3" })).toBe(1);
    expect(read("app.js").toString()).toBe(app);
    expect(printed.toString()).toContain(`"exit 3" fails without any fix as well`);
  });

  test("fixes that share a file stand and fall together", async () => {
    write("app.js", app.replace("});", `  res.cookie("b", "2");\n});`));
    expect(await fixCommand([folder], { ...flags, verify: "test $(grep -c secure app.js) -lt 2" })).toBe(1);
    expect(read("app.js").toString()).not.toContain("secure");
  });

  test("a file that the command changes is not put back over it, and is named", async () => {
    write("app.js", app);
    const verify = "grep -q secure app.js && echo '// formatted' >> app.js; exit 1";
    await expect(fixCommand([folder], { ...flags, verify })).rejects.toThrow(/app\.js changed meanwhile/);
    expect(read("app.js").toString()).toContain("// formatted");
  });
});

describe("--interactive", () => {
  const two = app.replace("});", `  res.cookie("b", "2");\n});`);
  const answer = (text: string) => {
    let asked = "";
    const output = new Writable({
      write(chunk, _encoding, done) {
        asked += String(chunk);
        done();
      },
    });
    return { dialogue: { input: Readable.from([text]), output }, asked: () => asked };
  };
  const cases: Record<string, { answers: string; fixed: readonly string[] }> = {
    "a number takes that fix": { answers: "1\n1\n", fixed: ["a", "b"] },
    "Enter takes none": { answers: "\n1\n", fixed: ["b"] },
    "q asks no more": { answers: "1\nq\n", fixed: ["a"] },
    "so does the end of the input": { answers: "1\n", fixed: ["a"] },
    "no answer at all": { answers: "", fixed: [] },
    "what is none of them is asked again": { answers: "7\nyes\n1\nq\n", fixed: ["a"] },
  };
  for (const [name, { answers, fixed }] of Object.entries(cases)) {
    test(name, async () => {
      write("app.js", two);
      const { dialogue, asked } = answer(answers);
      await fixCommand([folder], { ...flags, interactive: true }, dialogue);
      const text = read("app.js").toString();
      expect([..."ab"].filter((cookie) => text.includes(`cookie("${cookie}", "${cookie === "a" ? 1 : 2}", {`))).toEqual(
        fixed,
      );
      expect(asked()).toContain(`1 of 2  app.js:4:3 a (express)`);
    });
  }

  test("each question shows the finding, the choices and what they change", async () => {
    write("app.js", app);
    const { dialogue, asked } = answer("");
    await fixCommand([folder], { ...flags, interactive: true }, dialogue);
    expect(asked()).toBe(
      `
1 of 1  app.js:4:3 a (express)
  The cookie "a" is sent without Secure: \`secure\` is not given, and Express's default is off.
1 Fix: Set Secure
    -   res.cookie("a", "1");
    +   res.cookie("a", "1", { secure: true });
Which fix? [1, Enter for none, q to ask no more] 
`,
    );
  });
});

describe("choosing", () => {
  test("--only takes a framework, a rule or a fingerprint", async () => {
    write("app.js", app);
    await fixCommand([folder], { ...flags, only: ["django"] });
    expect(read("app.js").toString()).toBe(app);
    await fixCommand([folder], { ...flags, only: ["express"] });
    expect(read("app.js").toString()).toContain("secure: true");
  });

  test("what no edit is known for is told, with what to do by hand", async () => {
    write(
      "app.js",
      app.replace(`"1"`, `"1", { secure: on }`).replace("res) => {", "res) => { const on = req.secure && false;"),
    );
    expect(await fixCommand([folder], { ...flags, all: true })).toBe(1);
    expect(printed.toString()).toContain("  by hand app.js: a (express), line 3: give `secure` another value here");
  });

  test("what is suppressed is left alone", async () => {
    const suppressed = app.replace(`"1");`, `"1"); // setsecure-ignore: a cookie of the demo`);
    write("app.js", suppressed);
    await fixCommand([folder], flags);
    expect(read("app.js").toString()).toBe(suppressed);
  });
});

describe("telling", () => {
  const session = `const express = require("express");\nconst session = require("express-session");\nconst app = express();\napp.use(session({ secret: "s" }));\n`;

  test("what needs a decision is named, with what to decide", async () => {
    write("app.js", session);
    expect(await fixCommand([folder], flags)).toBe(1);
    expect(printed.toString()).toMatch(
      /^ {2}decide {2}app\.js: connect\.sid \(express-session\): Set Secure\. Over what/,
    );
    expect(printed.toString()).toContain("0 cookies are fixed; 1 fix needs a decision");
  });

  test("what a comment accepts waits for nobody", async () => {
    write("app.js", session.replace("app.use", "// setsecure-ignore: only on localhost\napp.use"));
    expect(await fixCommand([folder], flags)).toBe(0);
    expect(printed.toString()).toBe("Nothing is left to fix.\n");
  });

  test("a name that is none is an error", async () => {
    write("app.js", app);
    await expect(fixCommand([folder], { ...flags, only: ["expres"] })).rejects.toThrow(
      "--only expres: it is no rule, no framework and no fingerprint.",
    );
    expect(await fixCommand([folder], { ...flags, only: ["0".repeat(32), "csurf"] })).toBe(1);
    expect(read("app.js").toString()).toBe(app);
  });
});
