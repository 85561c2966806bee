import {
  argument,
  type CallFact,
  type Context,
  type Cookie,
  type CustomSource,
  custom,
  type Edit,
  type Fix,
  type Framework,
  fallback,
  findArgument,
  type Given,
  named,
  type Remark,
  type Seen,
  type SeenObject,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addEntry, replace } from "../../write.ts";
import { pasteWords } from "../paste.ts";
import { docs, iniCookies, isInIni, off } from "./ini.ts";

type Fact = CallFact | WriteFact;

const middleware = "beaker.middleware.SessionMiddleware";
const factory = "pyramid_beaker.session_factory_from_settings";

/** The names of Beaker's settings in a configuration, as they are written. */
const written = (name: string) => [`beaker.session.${name}`, `session.${name}`, `session_${name}`];

/** The configuration that a call is given: the second argument of the middleware, the first of Pyramid's factory. */
function configuration(fact: Fact): Seen | undefined {
  if (fact.kind !== "call") return undefined;
  return named(fact.callee, middleware)
    ? findArgument(fact, 1, "config")?.value
    : findArgument(fact, 0, "settings")?.value;
}

/** The one dict that the configuration is, when it stands in the code. */
function dictOf(fact: Fact): SeenObject | undefined {
  const [each] = configuration(fact) ?? [];
  return each?.data.kind === "object" && each.data.literal !== undefined ? each.data : undefined;
}

/** A setting of the configuration; of both prefixes, the later one. Texts are read as booleans. */
function configured(name: string): CustomSource {
  return custom((fact): Given | undefined => {
    const names = written(name);
    const keyword =
      fact.kind === "call" ? fact.arguments.findLast((each) => names.includes(each.name ?? "")) : undefined;
    if (keyword !== undefined) return given(keyword.value, keyword.name ?? name);
    const seen = configuration(fact);
    const [each] = seen ?? [];
    if (each === undefined || (each.data.kind === "literal" && each.data.value === null)) return undefined;
    const dict = dictOf(fact);
    if (dict === undefined) {
      const because = `\`beaker.session.${name}\` comes with a configuration that the project does not hold`;
      return { seen: [{ ...each, data: { kind: "unknown", because, parameter: undefined } }], attribute: name };
    }
    const key = [...dict.properties.keys()].findLast((one) => names.includes(one));
    if (key !== undefined) return given(dict.properties.get(key)!, key);
    if (dict.open === undefined) return undefined;
    return {
      seen: [{ ...each, data: { kind: "unknown", because: dict.open, parameter: undefined } }],
      attribute: name,
    };
  });
}

function given(seen: Seen, attribute: string): Given {
  return { seen, attribute, reading: { text: "boolean" } };
}

/** Adds the setting to the dict, with its prefix and quotes; turns the text `false` into `true`. */
function dictFixes(fact: Fact, context: Context): readonly Fix[] {
  const edits = fact.kind === "call" ? dictEdits(fact, context) : undefined;
  return edits === undefined ? [] : [{ title: "Set Secure", safety: "safe", edits }];
}

function dictEdits(fact: CallFact, context: Context): readonly Edit[] | undefined {
  const dict = dictOf(fact);
  if (dict?.literal === undefined) return undefined;
  const own = [...dict.properties.keys()].filter((key) => /^(?:beaker\.)?session[._]/.test(key));
  const held = own.findLast((key) => written("secure").includes(key));
  const text = context.text(dict.literal.place.file);
  if (held !== undefined) {
    const place = dict.properties.get(held)?.[0]?.because.at(-1);
    if (place?.from !== "file" || place.file !== dict.literal.place.file) return undefined;
    const word = text.slice(place.span.start, place.span.end);
    return /^(["'])(false|no|off|0)\1$/i.test(word) ? [replace(text, place, "True")] : undefined;
  }
  const prefix = own.some((key) => key.startsWith("beaker.")) ? "beaker.session." : "session.";
  const source = text.slice(dict.literal.place.span.start, dict.literal.place.span.end);
  if (!source.startsWith("{")) return undefined;
  const quote = source.includes('"') || !source.includes("'") ? '"' : "'";
  return addEntry(text, dict, `${quote}${prefix}secure${quote}: True`);
}

/** `SessionMiddleware(app, {"secure": True})`: without a prefix the setting is not read. */
function ineffective(fact: Fact): Cookie["remarks"] {
  const held = dictOf(fact)?.properties.get("secure");
  const at = held?.[0]?.because.at(-1);
  if (at === undefined) return [];
  const says = "`secure` has no effect without its prefix: Beaker reads `session.secure`";
  const remark: Remark = { kind: "ineffective", says, at };
  return [remark];
}

const middlewareSink: Sink = {
  on: {
    kind: "call",
    method: ["SessionMiddleware", "session_factory_from_settings"],
    matches: (call, context) => {
      if (!named(call.callee, middleware, factory)) return false;
      const outside =
        configuration(call)?.every(({ data }) => data.kind !== "literal") === true && dictOf(call) === undefined;
      return !(outside && isInIni(call.place.file, context));
    },
  },
  name: [argument(undefined, "key"), configured("key"), fallback("beaker.session.id", docs, "the default name")],
  secure: [argument(undefined, "secure"), configured("secure"), fallback(false, docs, off)],
  remarks: ineffective,
  fixes: dictFixes,
};

/** A session that is made by hand: its arguments are not read from texts, so any text is true. */
function sessionSink(name: string, secure: number, key: number, useCookies?: number): Sink {
  return {
    on: {
      kind: "call",
      method: [name],
      matches: (call) => {
        if (!named(call.callee, `beaker.session.${name}`)) return false;
        const uses = useCookies === undefined ? undefined : findArgument(call, useCookies, "use_cookies")?.value;
        return !(uses?.length === 1 && uses[0]?.data.kind === "literal" && uses[0].data.value === false);
      },
    },
    name: [argument(key, "key"), fallback("beaker.session.id", docs, "the default name")],
    secure: [argument(secure, "secure"), fallback(false, docs, off)],
  };
}

const pyramidSink: Sink = {
  on: {
    kind: "call",
    method: ["BeakerSessionFactoryConfig"],
    matches: (call) => named(call.callee, "pyramid_beaker.BeakerSessionFactoryConfig"),
  },
  name: [argument(undefined, "key"), fallback("beaker.session.id", docs, "the default name")],
  secure: [argument(undefined, "secure"), fallback(false, docs, off)],
};

export const beaker: Framework = {
  name: "beaker",
  title: "Beaker, Pylons and pyramid_beaker",
  docs,
  language: "python",
  api: ["beaker"],
  words: {
    ".py": ["beaker"],
    ".ini": [...pasteWords, "beaker"],
    ".ini_tmpl": [...pasteWords, "beaker"],
  },
  methods: ["include"],
  telling: ["pyramid_beaker"],
  sinks: [middlewareSink, sessionSink("Session", 14, 6, 3), sessionSink("CookieSession", 9, 1), pyramidSink],
  own: iniCookies,
};
