import {
  type CallFact,
  type Context,
  custom,
  type Fix,
  type Framework,
  fallback,
  named,
  pathsOf,
  type SeenArgument,
  type Source,
  setter,
  type WriteFact,
} from "../../framework.ts";
import { addArgument } from "../../write.ts";
import { expiresAtOnce, setBeforeEnd, started } from "../fluent-builder.ts";
import { headerByHand } from "../java.ts";

const docs =
  "https://jakarta.ee/specifications/restful-ws/3.1/apidocs/jakarta.ws.rs/jakarta/ws/rs/core/newcookie#isSecure()";
const builderDocs =
  "https://jakarta.ee/specifications/restful-ws/3.1/apidocs/jakarta.ws.rs/jakarta/ws/rs/core/newcookie.abstractnewcookiebuilder#secure(boolean)";

const headerDocs =
  "https://jakarta.ee/specifications/restful-ws/3.1/apidocs/jakarta.ws.rs/jakarta/ws/rs/core/response.responsebuilder#header(java.lang.String,java.lang.Object)";

/** `Response.ok().header(…)`, and on a builder in a variable. */
const BUILDER = /^(?:javax|jakarta)\.ws\.rs\.core\.Response(?:\.\w+\(\))*(?:\.ResponseBuilder)?(?:\.\w+\(\))*\.header$/;

type Fact = CallFact | WriteFact;

/** `NewCookie`: its constructors tell Secure by position; the builder of JAX-RS 3.1 has a method. */
export const jaxRs: Framework = {
  name: "jax-rs",
  title: "JAX-RS (Jakarta REST)",
  docs,
  language: "java",
  injections: ["org.eclipse.microprofile.config.inject.ConfigProperty"],
  words: { ".java": ["newcookie", "set_cookie", "set-cookie"] },
  sinks: [
    {
      on: {
        kind: "call",
        method: ["NewCookie"],
        matches: (call) =>
          call.new && call.callee.some((path) => /^(?:javax|jakarta)\.ws\.rs\.core\.NewCookie$/.test(path)),
      },
      name: [custom(nameOf)],
      secure: [
        positioned((call) => layoutOf(call).secure, "secure"),
        fallback(false, docs, "this constructor does not set `secure`, and the default is off"),
      ],
      attributes: { httponly: [positioned((call) => layoutOf(call).httpOnly, "httpOnly")] },
      deletion: (fact) => fact.kind === "call" && isZero(fact.arguments[layoutOf(fact).maxAge ?? -1]),
      fixes: (fact, context) => (fact.kind === "call" ? lengthen(fact, context) : []),
    },
    {
      on: {
        kind: "call",
        method: ["build"],
        matches: (call) => call.callee.some((path) => /(?:^|\.)NewCookie\.Builder(?:\.\w+\(\))*\.build$/.test(path)),
      },
      name: [started(0)],
      secure: [
        setter("receiver", "secure()"),
        fallback(false, builderDocs, "`secure` is not called, and the default is off"),
      ],
      attributes: { httponly: [setter("receiver", "httpOnly()")], path: [setter("receiver", "path()")] },
      deletion: expiresAtOnce,
      fixes: (fact, context) => (fact.kind === "call" ? setBeforeEnd(fact, context, "secure(true)") : []),
    },
    headerByHand(["header"], headerDocs, ({ callee }) => callee.some((path) => BUILDER.test(path))),
  ],
};

/** Which position holds what. */
interface Layout {
  readonly secure?: number;
  readonly httpOnly?: number;
  readonly maxAge?: number;
}

/** Constructors by the number of their arguments; those that copy a cookie begin with it. */
const layouts: Readonly<Record<number, Layout>> = {
  4: { maxAge: 2, secure: 3 },
  6: { maxAge: 2, secure: 4, httpOnly: 5 },
  7: { maxAge: 5, secure: 6 },
  8: { maxAge: 5, secure: 6, httpOnly: 7 },
  10: { maxAge: 6, secure: 8, httpOnly: 9 },
  11: { maxAge: 6, secure: 8, httpOnly: 9 },
};
const withVersion: Layout = { maxAge: 6, secure: 7 };
const copyWithSameSite: Layout = { maxAge: 2, secure: 4, httpOnly: 5 };

function layoutOf({ arguments: given }: CallFact): Layout {
  if (given.length === 8 && (holds(given[4], "number") || isAge(given[6]))) return withVersion;
  if (given.length === 7 && holds(given[2], "number")) return copyWithSameSite;
  return layouts[given.length] ?? {};
}

function holds(given: SeenArgument | undefined, type: "number"): boolean {
  return given?.value.some(({ data }) => data.kind === "literal" && typeof data.value === type) === true;
}

/** The age stands a place further on where a version stands before it. */
function isAge(given: SeenArgument | undefined): boolean {
  return holds(given, "number") || named(pathsOf(given?.value), "*.NewCookie.DEFAULT_MAX_AGE");
}

function isZero(given: SeenArgument | undefined): boolean {
  return given?.value.every(({ data }) => data.kind === "literal" && data.value === 0) === true;
}

function positioned(position: (call: CallFact) => number | undefined, attribute: string): Source {
  return custom((fact: Fact) => {
    const given = fact.kind === "call" ? fact.arguments[position(fact) ?? -1] : undefined;
    return given === undefined ? undefined : { seen: given.value, attribute, valuePlace: given.valuePlace };
  });
}

/** The copying constructors take the name from the cookie they are given. */
function nameOf(fact: Fact) {
  const [first] = fact.kind === "call" ? fact.arguments : [];
  const isText = first?.value.every(({ data }) => data.kind === "literal" || data.kind === "text") === true;
  return first !== undefined && isText ? { seen: first.value, attribute: "name" } : undefined;
}

/** The short constructors give way to the one that has Secure, with the defaults that they stand for. */
function lengthen(call: CallFact, context: Context): readonly Fix[] {
  const text = context.text(call.place.file);
  const type = /^new\s+([\w$.]+)/.exec(text.slice(call.place.span.start, call.place.span.end))?.[1] ?? "NewCookie";
  const rest = { 1: `null, ${type}.DEFAULT_MAX_AGE, true`, 2: `null, null, null, ${type}.DEFAULT_MAX_AGE, true` };
  const more = call.arguments.length === 1 ? rest[1] : call.arguments.length === 2 ? rest[2] : undefined;
  const edits = more === undefined ? undefined : addArgument(text, call, more);
  return edits === undefined ? [] : [{ title: "Set Secure", safety: "safe", edits }];
}
