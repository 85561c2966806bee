import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

/** Which of these files do not parse, by the language's own tool; undefined where the tool is not installed. */
type Parser = (files: readonly string[], folder: string) => readonly string[] | undefined;

/** Parses, and resolves nothing: what a class path lacks is no fault. */
const JAVA = `
import com.sun.source.util.JavacTask;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

public class Parse {
  public static void main(String[] list) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
    for (String file : Files.readAllLines(Path.of(list[0]))) {
      DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
      List<String> options = List.of("-proc:none");
      ((JavacTask) compiler.getTask(null, manager, told, options, null, manager.getJavaFileObjects(file))).parse();
      if (told.getDiagnostics().stream().anyMatch(each -> each.getKind() == Diagnostic.Kind.ERROR))
        System.out.println(file);
    }
  }
}
`;
const PYTHON = `
import ast, sys, warnings
warnings.simplefilter("ignore")
for file in open(sys.argv[1]).read().splitlines():
    try:
        ast.parse(open(file, "rb").read())
    except (SyntaxError, ValueError):
        print(file)
`;
const XML = `
import sys, xml.parsers.expat
for file in open(sys.argv[1]).read().splitlines():
    try:
        xml.parsers.expat.ParserCreate().Parse(open(file, "rb").read(), True)
    except xml.parsers.expat.ExpatError:
        print(file)
`;
const INI = `
import configparser, sys
for file in open(sys.argv[1]).read().splitlines():
    try:
        configparser.RawConfigParser(strict=False, allow_no_value=True).read_string(open(file, encoding="utf-8-sig").read())
    except (configparser.Error, ValueError):
        print(file)
`;

const parsers: Readonly<Record<string, Parser>> = {
  ".js": javascript,
  ".jsx": typescript,
  ".cjs": eachFile("node", "--check"),
  ".mjs": eachFile("node", "--check"),
  ".ts": typescript,
  ".tsx": typescript,
  ".py": listed(PYTHON, "python3", "parse.py"),
  ".java": listed(JAVA, "java", "Parse.java"),
  ".cs": eachFile("mcs", "--parse"),
  ".rb": eachFile("ruby", "-c"),
  ".ru": eachFile("ruby", "-c"),
  ".xml": listed(XML, "python3", "parse.py"),
  ".config": listed(XML, "python3", "parse.py"),
  ".ini": listed(INI, "python3", "parse.py"),
  ".json": (files) => files.filter((file) => ts.readConfigFile(file, read).error !== undefined),
  ".yml": yaml,
  ".yaml": yaml,
};

/**
 * The files whose text does not parse, and the extensions about which no tool could be asked.
 * @param folder an empty one, to write in
 */
export function faultyIn(folder: string, texts: ReadonlyMap<string, string>) {
  const faulty: string[] = [];
  const unasked: string[] = [];
  const root = join(folder, "files");
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  for (const extension of new Set([...texts.keys()].map((file) => extname(file)))) {
    const files = [...texts.keys()].filter((file) => extname(file) === extension).map((file) => join(root, file));
    const found = parsers[extension]?.(files, folder);
    if (found === undefined) unasked.push(extension);
    else faulty.push(...found.map((file) => file.slice(root.length + 1)));
  }
  return { faulty, unasked };
}

function read(file: string): string | undefined {
  return ts.sys.readFile(file);
}

function typescript(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const { diagnostics = [] } = ts.transpileModule(read(file) ?? "", {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve },
    });
    return diagnostics.some(({ category }) => category === ts.DiagnosticCategory.Error);
  });
}

/** A `.js` file is a script or a module. */
function javascript(files: readonly string[], folder: string): readonly string[] | undefined {
  const check = eachFile("node", "--check");
  return check(files, folder)?.filter((file) => {
    const module = `${file}.mjs`;
    writeFileSync(module, read(file) ?? "");
    return (check([module], folder) ?? []).length > 0 && typescript([file]).length > 0;
  });
}

function yaml(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const documents = parseAllDocuments(read(file) ?? "");
    return "empty" in documents ? false : documents.some(({ errors }) => errors.length > 0);
  });
}

/** Asks a program about each file; its exit status tells. */
function eachFile(program: string, flag: string): Parser {
  return (files) => {
    const faulty: string[] = [];
    for (const file of files) {
      const { error, status } = spawnSync(program, [flag, file], { stdio: "ignore", timeout: 60_000 });
      if (error !== undefined) return undefined;
      if (status !== 0) faulty.push(file);
    }
    return faulty;
  };
}

/** Asks a program of our own about a list of files; it prints the faulty ones. */
function listed(source: string, program: string, name: string): Parser {
  return (files, folder) => {
    const [script, list] = [join(folder, name), join(folder, "files.txt")];
    writeFileSync(script, source);
    writeFileSync(list, files.join("\n"));
    const { error, status, stdout } = spawnSync(program, [script, list], { encoding: "utf8", timeout: 600_000 });
    return error !== undefined || status !== 0 ? undefined : stdout.split("\n").filter((line) => line !== "");
  };
}
