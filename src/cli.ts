import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CannotDo, type ExitStatus, failLevels } from "./exit.ts";
import { formats } from "./reports/index.ts";
import { visible } from "./terminal/text.ts";
import { version } from "./version.ts";

/**
 * Runs the command line.
 * @param words without the program and the script
 * @returns the exit status; what went wrong has been told on stderr
 */
export async function run(words: readonly string[]): Promise<number> {
  let status = 0;
  const program = commands((result) => {
    status = result;
  });
  try {
    await program.parseAsync([...words], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tell(error);
  }
}

/** A fault of the tool shows its stack only to those who ask. */
function tell(error: unknown): ExitStatus {
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof CannotDo ? message : `setsecure failed, and should not have: ${message}`;
  process.stderr.write(`${text.split("\n").map(visible).join("\n")}\n`);
  if (!(error instanceof CannotDo) && process.env["SETSECURE_LOG"] === "debug" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return 2;
}

function commands(done: (status: number) => void): Command {
  const program = new Command("setsecure")
    .description(
      "For every cookie an application sets: does it carry Secure in production, and which line decides that?",
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see setsecure --help)");
  const command = (usage: string, options?: { readonly isDefault?: boolean }) =>
    program.command(usage, options).exitOverride();

  withReportOptions(withProjectOptions(command("scan [path...]", { isDefault: true })))
    .description("list every cookie the code sets, with its verdict (also the default verb)")
    .option("--allow-empty", "it is no failure when no file belongs to a known framework", false)
    .option("--verbose", "show notes as fully as errors", false)
    .action(async (paths: string[], flags) => {
      done(await (await import("./commands/scan.ts")).scanCommand(paths, flags));
    });

  withProjectOptions(command("fix [path...]"))
    .description("write the fixes that scan shows: the safe ones, unless told otherwise")
    .option("--diff", "print them as a patch that git apply takes, and write nothing", false)
    .option("--all", "write also those that need a decision", false)
    .option("--interactive", "ask for each cookie", false)
    .option("--only <name>", "only findings of this rule, framework or fingerprint; may be repeated", collect)
    .option("--allow-dirty", "edit files that have changes which are not committed", false)
    .option("--verify <command>", "run this afterwards in the project, and take back what makes it fail")
    .option("--baseline [file]", "leave the findings of this file alone (setsecure-baseline.json)")
    .option("--exit-non-zero-on-fix", "exit with 1 when something was fixed", false)
    .action(async (paths: string[], flags) => {
      done(await (await import("./commands/fix.ts")).fixCommand(paths, flags));
    });

  command("explain [name]")
    .description("the page of a rule or a framework")
    .action(async (name: string | undefined) => {
      done(await (await import("./commands/explain.ts")).explainCommand(name));
    });

  withWireOptions(command("judge [file]"))
    .description(
      "what a browser does with Set-Cookie lines, what curl printed, a cookie file or a HAR, from a file or stdin",
    )
    .option("--url <url>", "where bare lines came from")
    .option("--replay", "let later lines meet the cookies that earlier ones left", false)
    .option("--allow-empty", "it is no failure when there is no Set-Cookie line", false)
    .action(async (file: string | undefined, flags) => {
      done(await (await import("./commands/judge.ts")).judgeCommand(file, flags));
    });

  withWireOptions(command("probe [url...]"))
    .description("ask sites over https and plain http, and judge the cookies that they set")
    .option("--urls <file>", "a file with a URL on each line, or - for standard input")
    .option("--forwarded", "ask plain http also with X-Forwarded-Proto: https, as a proxy that ends TLS does", false)
    .option("--depth <links>", "how far to follow links of the same site (0)", wholeNumber(0), 0)
    .option("--max-pages <pages>", "of each site (20)", wholeNumber(1), 20)
    .option("--rate <requests>", "a second, to each site (10)", wholeNumber(1), 10)
    .option("--concurrency <sites>", "at a time (20)", wholeNumber(1), 20)
    .option("--timeout <seconds>", "for each request (10)", wholeNumber(1), 10)
    .option("--ignore-robots", "follow links that robots.txt keeps programs from", false)
    .option("--also <host>", "another host where links and redirects may lead, or *.host; may be repeated", collect)
    .option("--header <name: value>", "with every request, or @file with one a line; may be repeated", collect)
    .option("--cookies <file>", "sign in with a Netscape cookie file, or a storage state of Playwright")
    .option("--proxy <url>", "ask by way of this http or https proxy")
    .option("--ca <file>", "an authority to trust, in PEM, beside those of the system")
    .option("--cert <file>", "the client's own certificate, in PEM")
    .option("--key <file>", "its key, where it is not in the same file (SETSECURE_PASSPHRASE opens it)")
    .option("--insecure", "take any certificate", false)
    .option("--resolve <host:port:address>", "where a name leads, as with curl; may be repeated", collect)
    .option("--browser", "also load the pages in Chromium, and see what scripts set", false)
    .option("--prove", "show in Chromium which cookies leave in clear text, with https open and blocked", false)
    .option("--browser-path <file>", "Chromium, where it is not in a usual place (SETSECURE_BROWSER)")
    .option("--third-parties", "let the pages load what lies on other hosts", false)
    .action(async (urls: string[], flags) => {
      done(await (await import("./commands/probe.ts")).probeCommand(urls, flags));
    });

  withWireOptions(command("watch <upstream> [command...]"))
    .description("a reverse proxy that judges cookies as they pass, until Ctrl+C or until a command is done")
    .option("--listen <url>", "port, host:port or URL for clients; may be repeated (http://127.0.0.1:8080)", collect)
    .option("--tls-cert <file>", "PEM, for https listeners (a throw-away certificate)")
    .option("--tls-key <file>", "PEM, the key of that certificate")
    .option("--ca <file>", "PEM, who issued the upstream's certificate")
    .option("--insecure", "take any certificate of the upstream", false)
    .option("--keep-host", "send the client's Host to an upstream that is not on this machine", false)
    .option("--trust-forwarded", "believe the X-Forwarded-Proto and -Host of whoever connects", false)
    .option("--enforce", "add Secure on the way, where the client comes over https", false)
    .option("--allow-empty", "it is no failure when no Set-Cookie line passed", false)
    .action(async (upstream: string, words: string[], flags) => {
      done(await (await import("./commands/watch.ts")).watchCommand(upstream, words, flags));
    });

  const baseline = command("baseline").description("accept the findings of today, until they are gone");
  for (const [action, says] of [
    ["write", "write all findings of today to the baseline"],
    ["prune", "drop from the baseline what is found no more"],
  ] as const) {
    withProjectOptions(baseline.command(`${action} [path]`).exitOverride())
      .description(says)
      .option("--baseline <file>", "the file to write (setsecure-baseline.json)")
      .option(
        "--from <report>",
        "take the findings of this report in JSON, of judge, probe or watch, instead of a scan",
      )
      .action(async (path: string | undefined, flags) => {
        done(await (await import("./commands/baseline.ts")).baselineCommand(action, path ?? ".", flags));
      });
  }
  return program;
}

function withReportOptions(command: Command): Command {
  return command
    .addOption(new Option("-f, --format <format>", "of the report on stdout").choices(formats).default("text"))
    .option("-o, --output <format=file>", "another report, into a file; may be repeated", collect)
    .addOption(new Option("--fail-on <level>", "lowest level that makes the exit status 1 (error)").choices(failLevels))
    .option("--exit-zero", "exit with 0 whatever is found", false)
    .option("--strict", "count what was skipped or is unknown as a finding", false)
    .option("--baseline [file]", "accept the findings of this file (setsecure-baseline.json)");
}

function withWireOptions(command: Command): Command {
  return withProjectOptions(withReportOptions(command))
    .option("--profile <browser>", "whose cookies they are: chromium, firefox or strict", "chromium")
    .option("--source <folder>", "the source of the application: compare what it sets with what came")
    .option("--agent <file>", "what setsecure/agent wrote in the application: the lines that set the cookies");
}

function withProjectOptions(command: Command): Command {
  return command
    .option("--config <file>", "the configuration to use, instead of the nearest setsecure.config.json")
    .option("--no-config", "use no configuration")
    .option("--deployment <name>", "what is deployed (production)")
    .addOption(new Option("--tls <where>", "where TLS ends (proxy)").choices(["proxy", "process", "none"]))
    .option("--env <NAME=value>", "a variable of the deployment; NAME alone is unset; may be repeated", collect)
    .option("--no-progress", "say nothing while it works");
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value === "") throw new InvalidArgumentError("It must not be empty.");
  return [...(before ?? []), value];
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (number < least) throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    return number;
  };
}
