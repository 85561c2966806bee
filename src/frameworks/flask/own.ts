import {
  type CallFact,
  type Context,
  type Cookie,
  type Edit,
  type Fix,
  fallback,
  findArgument,
  named,
  type OwnSource,
  type Place,
  type Seen,
  type SeenAlternative,
  setting,
  type WriteFact,
} from "../../framework.ts";
import { insert, insertAfterLine, isAnswer, quoteOf, turnOnPython } from "../../write.ts";
import { addToClass, isTest, literalText } from "../python.ts";
import { type App, appsOf, classGiven, configured, decidingStep, nearestApp, type Step } from "./config.ts";
import { onOldWerkzeug } from "./versions.ts";

const docs = "https://flask.palletsprojects.com/en/stable/config/#SESSION_COOKIE_SECURE";
const loginDocs = "https://flask-login.readthedocs.io/en/latest/#cookie-settings";

/** A cookie of Flask or of an extension, as the configuration names it. */
interface Kind {
  readonly key: string;
  readonly nameKey: string;
  readonly name: string;
  readonly docs: string;
  readonly says: string;
}

export const session: Kind = {
  key: "SESSION_COOKIE_SECURE",
  nameKey: "SESSION_COOKIE_NAME",
  name: "session",
  docs,
  says: "`SESSION_COOKIE_SECURE` is not set, and Flask's default is off",
};
const remember: Kind = {
  key: "REMEMBER_COOKIE_SECURE",
  nameKey: "REMEMBER_COOKIE_NAME",
  name: "remember_token",
  docs: loginDocs,
  says: "`REMEMBER_COOKIE_SECURE` is not set, and Flask-Login's default is off",
};

/** The session of each app, and Flask-Login's cookie that remembers a user. */
export function ownCookies(context: Context): readonly Cookie[] {
  const declared = [session, remember].flatMap((kind) => declaredCookies(kind, context));
  const isDeclared = (kind: Kind) => declared.some(({ kind: other }) => other === kind);
  const cookies = deployed(appsOf(context)).flatMap((app) => [
    ...(isDeclared(session) ? [] : sessionOf(app, context)),
    ...(isDeclared(remember) ? [] : rememberOf(app, context)),
  ]);
  return [...declared.map(({ cookie }) => cookie), ...worstOfEach(cookies)];
}

function callers(app: App): readonly Place[] {
  return app.fact.calledFrom.filter(({ file }) => !isTest(file));
}

/** Of the ways a factory is called, those that serve count: by a WSGI file, else by any caller. */
function deployed(apps: readonly App[]): readonly App[] {
  return apps.filter((app) => {
    const twins = apps.filter(
      (other) =>
        other.fact.place.file === app.fact.place.file && other.fact.place.span.start === app.fact.place.span.start,
    );
    const serves = (other: App) => callers(other).some(({ file }) => /(?:wsgi|asgi|passenger)[^/]*\.py$/i.test(file));
    if (twins.some(serves)) return serves(app);
    if (twins.some((other) => callers(other).length > 0)) return callers(app).length > 0;
    return app.fact.calledFrom.length === 0 || callers(app).length > 0;
  });
}

const ranks = ["insecure", "conditional", "unknown", "secure"];

/** One cookie for each place: the worst that its callers make of it. */
function worstOfEach(cookies: readonly Cookie[]): readonly Cookie[] {
  const best = new Map<string, Cookie>();
  for (const cookie of cookies) {
    const key = `${cookie.name} ${cookie.sink.file} ${cookie.sink.span.start}`;
    const before = best.get(key);
    if (before === undefined || ranks.indexOf(cookie.verdict) < ranks.indexOf(before.verdict)) best.set(key, cookie);
  }
  return [...best.values()];
}

function sessionOf(app: App, context: Context): readonly Cookie[] {
  if (setsItself(app, context)) return [];
  const secret = secretPlace(app, context);
  if (secret === undefined && !usesSession(app, context)) return [];
  return [cookieOf(session, app, secret ?? app.fact.place, context)];
}

/** The line that gives the app its secret key, without which Flask sends no session. */
function secretPlace(app: App, context: Context): Place | undefined {
  const step = decidingStep(app, "SECRET_KEY", context);
  // A key that is given to no app in particular is that of the nearest one only.
  if (step === undefined || nearestApp(step.place.file, context)?.fact.place.file !== app.fact.place.file)
    return undefined;
  const isDirect = step.kind === "write" || step.method === "update" || step.method === "from_mapping";
  return isDirect ? step.place : app.fact.place;
}

function usesSession(app: App, context: Context): boolean {
  const isHere = (place: Place) =>
    !isTest(place.file) && nearestApp(place.file, context)?.fact.place.file === app.fact.place.file;
  return (
    context.facts.writes.some(
      (write) =>
        write.paths.some((path) => path === "flask.session" || path === "quart.session") && isHere(write.place),
    ) ||
    context.facts.calls.some(
      (call) => named(call.callee, "flask.flash", "quart.flash", "flask_login.login_user") && isHere(call.place),
    )
  );
}

/** Flask-Login sets its cookie where `login_user` is told to remember. */
function rememberOf(app: App, context: Context): readonly Cookie[] {
  const isHere = (call: CallFact) =>
    !isTest(call.place.file) && nearestApp(call.place.file, context)?.fact.place.file === app.fact.place.file;
  const manager = context.facts.calls.find((call) => named(call.callee, "flask_login.LoginManager") && isHere(call));
  const logins = context.facts.calls.filter((call) => named(call.callee, "flask_login.login_user") && isHere(call));
  const remembers = logins.some((call) => {
    const [only] = findArgument(call, 1, "remember")?.value ?? [];
    return only !== undefined && !(only.data.kind === "literal" && !only.data.value);
  });
  if (manager === undefined || (logins.length > 0 && !remembers)) return [];
  return [cookieOf(remember, app, manager.place, context)];
}

function cookieOf(kind: Kind, app: App, sink: Place, context: Context): Cookie {
  const seen = configured(app, kind.key, context);
  const name = literalText(configured(app, kind.nameKey, context)) ?? kind.name;
  const sources: OwnSource[] = [
    ...(kind === session ? [...talisman(app, context), ...interfaceOf(app, context)] : []),
    ...(seen === undefined ? [] : [setting(onOldWerkzeug(seen, context), kind.key)]),
    fallback(false, kind.docs, kind.says),
  ];
  return context.judge({
    framework: "flask",
    name,
    sink,
    language: "python",
    secure: sources,
    remarks: ineffective(kind, app, context),
    fixes: (cookie) => fixesOf(kind, app, cookie, context),
  });
}

/** flask-talisman sets the key on every request, unless the app runs in debug. */
function talisman(app: App, context: Context): readonly OwnSource[] {
  const call = context.facts.calls.findLast((each) => {
    const inits = each.callee.some((path) => /^flask_talisman(?:\.talisman)?\.Talisman\(\)\.init_app$/.test(path));
    const makes = named(each.callee, "flask_talisman.Talisman", "flask_talisman.talisman.Talisman");
    return (
      (inits || (makes && each.arguments.some(({ name }) => name === undefined || name === "app"))) &&
      nearestApp(each.place.file, context)?.fact.place.file === app.fact.place.file
    );
  });
  if (call === undefined) return [];
  const given = findArgument(call, undefined, "session_cookie_secure")?.value;
  const because = [{ from: "file", ...call.place, says: "`Talisman` is set up here" }] as const;
  const seen: Seen = (given ?? [{ data: { kind: "literal", value: true }, when: [], because }]).map((each) =>
    // `False` leaves the key as it is.
    each.data.kind === "literal" && !each.data.value ? { ...each, data: { kind: "literal", value: undefined } } : each,
  );
  return [
    {
      kind: "setting",
      given: {
        seen,
        attribute: "session_cookie_secure",
        says: "`Talisman` turns `SESSION_COOKIE_SECURE` on, unless the app runs in debug",
      },
    },
  ];
}

/** The last assignment of the app's session interface, or of what it says. */
function interfaceWrite(app: App, context: Context): WriteFact | undefined {
  return context.facts.writes.findLast(
    (each) =>
      (each.key === "get_cookie_secure" || each.key === "session_interface") &&
      nearestApp(each.place.file, context)?.fact.place.file === app.fact.place.file,
  );
}

/** What an application's class gives all its instances as their session interface. */
function interfaceOfClass(app: App, context: Context): Seen {
  return context.facts.classes.flatMap(({ file, bases, members }) =>
    bases.some((base) => /(?:^|\.)(?:Flask|Quart)$/.test(base)) &&
    nearestApp(file, context)?.fact.place.file === app.fact.place.file
      ? (members.get("session_interface") ?? [])
      : [],
  );
}

/** Does the class of a session interface define a method of this name? */
function interfaceHas(method: string, value: Seen, context: Context): boolean {
  const own = value.flatMap(({ data }) => (data.kind === "object" ? data.instanceOf : []));
  return context.facts.classes.some(
    ({ name, methods }) => name !== undefined && own.includes(name) && methods.includes(method),
  );
}

/** A session interface that saves by itself sets its cookie by a call, which is judged as such. */
function setsItself(app: App, context: Context): boolean {
  const value = interfaceWrite(app, context)?.value ?? interfaceOfClass(app, context);
  return interfaceHas("save_session", value, context);
}

/** A session interface of the project's own decides for itself. */
function interfaceOf(app: App, context: Context): readonly OwnSource[] {
  const write = interfaceWrite(app, context);
  if (write === undefined) return [];
  if (write.key === "get_cookie_secure") {
    const returned = write.value.flatMap(({ data }) => (data.kind === "function" ? (data.returns ?? []) : []));
    return returned.length === 0 ? [] : [setting(returned, "get_cookie_secure")];
  }
  const own = write.value.flatMap(({ data }) => (data.kind === "object" ? data.instanceOf : []));
  if (!interfaceHas("get_cookie_secure", write.value, context)) return [];
  const because = `\`${own[0]}.get_cookie_secure\` decides for each request`;
  return [
    setting(
      [
        {
          data: { kind: "unknown", because, parameter: undefined },
          when: [],
          because: [{ from: "file", ...write.place, says: because }],
        },
      ],
      "get_cookie_secure",
    ),
  ];
}

function remark(at: Place, says: string): Cookie["remarks"][number] {
  return { kind: "ineffective", says, at: { from: "file", ...at, says } };
}

/** What looks like turning Secure on and is not. */
function ineffective(kind: Kind, app: App, context: Context): Cookie["remarks"] {
  const defaults = app.steps.filter(
    (step) =>
      step.kind === "call" && step.method === "setdefault" && literalText(findArgument(step, 0)?.value) === kind.key,
  );
  const attributes = context.facts.writes.filter(
    (write) => kind === session && write.key === "session_cookie_secure" && write.place.file === app.fact.place.file,
  );
  return [
    ...defaults.map(({ place }) =>
      remark(place, `\`setdefault\` changes nothing: Flask has already set \`${kind.key}\` to \`False\``),
    ),
    ...attributes.map(({ place }) =>
      remark(place, '`app.session_cookie_secure` is no setting of Flask: it is `app.config["SESSION_COOKIE_SECURE"]`'),
    ),
    ...app.steps
      .filter((step) => isDictObject(step))
      .map(({ place }) =>
        remark(place, "`from_object` reads attributes, and a dict has none: this is what `from_mapping` is for"),
      ),
    ...lowerCase(kind, app).map((place) => remark(place, `Flask reads upper-case keys only: \`${kind.key}\``)),
  ];
}

function isDictObject(step: Step): boolean {
  if (step.kind !== "call" || step.method !== "from_object") return false;
  return findArgument(step, 0)?.value.some(({ data }) => data.kind === "object" && data.literal !== undefined) === true;
}

function lowerCase(kind: Kind, app: App): readonly Place[] {
  const key = kind.key.toLowerCase();
  return app.steps.flatMap((step) => {
    if (step.kind === "write") return step.index && step.key === key ? [step.place] : [];
    return step.arguments.some(
      ({ name, value }) => name === key || value.some(({ data }) => data.kind === "object" && data.properties.has(key)),
    )
      ? [step.place]
      : [];
  });
}

function fixesOf(kind: Kind, app: App, cookie: Cookie, context: Context): readonly Fix[] {
  const edits = inPlace(kind, app, cookie, context) ?? added(kind.key, app, context);
  return edits === undefined ? [] : [{ title: `Set ${kind.key}`, safety: "safe", edits: [edits] }];
}

/** What decides is turned on where it stands; a base class that others share is left alone. */
function inPlace(kind: Kind, app: App, cookie: Cookie, context: Context): Edit | undefined {
  if (cookie.decidedBy.from !== "file") return undefined;
  const step = decidingStep(app, kind.key, context);
  const own = step === undefined ? undefined : classGiven(step, context);
  const { file, span } = cookie.decidedBy;
  const isElsewhere =
    own !== undefined &&
    (own.place.file !== file || own.place.span.start > span.start || own.place.span.end < span.end);
  // What a function makes of a variable's text is not this setting's alone.
  const isReturned = /\breturn\s*$/.test(context.text(file).slice(0, span.start).slice(-200));
  if (isElsewhere || (isReturned && cookie.verdict === "conditional")) return undefined;
  if (isAnswer(context.text(file), span)) return undefined;
  const statement = cookie.evidence.find((each) => each.from === "file" && each.says === `\`${kind.key}\` is set here`);
  const written = statement?.from === "file" ? statement : valuePlace(step, kind.key);
  return turnOnPython(context.text, written, cookie.decidedBy);
}

function valuePlace(step: Step | undefined, key: string): Place | undefined {
  if (step?.kind === "write") return step.valuePlace;
  return step?.arguments.find(({ name }) => name === key)?.valuePlace;
}

/** In the class that the app is configured from, else on a line of its own after the last one that configures the app. */
export function added(key: string, app: App, context: Context): Edit | undefined {
  const configures = app.steps.findLast((step) => classGiven(step, context) !== undefined);
  const own = configures === undefined ? undefined : classGiven(configures, context);
  // A class that has the key already is not the one that the deployment picks.
  if (own?.members.has(key) === true && own.members.get(key)?.some(isTrue) === true) return undefined;
  const inClass = own === undefined ? undefined : addToClass(own.place, key, context);
  if (inClass !== undefined) return inClass;
  const { file } = app.fact.place;
  const text = context.text(file);
  const quote = quoteOf(text);
  const line = (receiver: string) => `${receiver}.config[${quote}${key}${quote}] = True`;
  const after = app.steps.findLast(
    (step) =>
      step.place.file === file &&
      step.within.function === app.fact.within.function &&
      step.conditions.length === app.fact.conditions.length,
  );
  if (after !== undefined) {
    const written = text.slice(after.place.span.start, after.place.span.end);
    const receiver = /^([\w.]+?)\.(?:config\b|secret_key\b)/.exec(written)?.[1];
    if (receiver !== undefined) return insertAfterLine(text, file, after.place.span.end, line(receiver));
  }
  const { start, end } = app.fact.place.span;
  // A subclass that makes itself configures itself.
  if (/\.__init__\(/.test(text.slice(start, end))) return insertIndented(text, file, start, end, line("self"));
  const assigned = /(?:^|\n)[ \t]*([\w.]+)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+[ \t]*=[ \t]*)?$/.exec(
    text.slice(Math.max(0, start - 200), start),
  )?.[1];
  return assigned === undefined ? undefined : insertIndented(text, file, start, end, line(assigned));
}

function isTrue({ data }: SeenAlternative): boolean {
  return data.kind === "literal" && data.value === true;
}

/** On the line after `end`, indented as the line of `start`. */
function insertIndented(text: string, file: string, start: number, end: number, statement: string): Edit {
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", start - 1) + 1))?.[0] ?? "";
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const after = /^[^\r\n]*/.exec(text.slice(end))?.[0].length ?? 0;
  return insert(file, end + after, `${newline}${indent}${statement}`);
}

/** A project that declares Flask's keys as options of its own leaves them to whoever runs it. */
function declaredCookies(kind: Kind, context: Context): readonly { kind: Kind; cookie: Cookie }[] {
  if (appsOf(context).length === 0) return [];
  return context.facts.settings.flatMap((settings) =>
    settings.roots
      .flatMap((root) => declarations(root, kind.key))
      .flatMap(({ node, options }) => {
        const value = node.children.find(({ name }) => name === "default")?.value;
        const on = value === true || value === "true" || value === "True";
        const says = `whoever runs it switches \`${kind.key}\` on`;
        const condition = { kind: "configuration", key: `${settings.file}:${node.span.start}`, says } as const;
        const at = node.children.find(({ name }) => name === "key")?.span ?? node.span;
        const because = [
          { from: "file", file: settings.file, span: at, says: `\`${kind.key}\` is declared here` },
        ] as const;
        const named = options
          .find(({ key }) => key === kind.nameKey)
          ?.node.children.find(({ name }) => name === "default");
        const cookie = context.judge({
          framework: "flask",
          name: typeof named?.value === "string" ? named.value : kind.name,
          sink: { file: settings.file, span: at },
          language: "python",
          secure: [
            setting(
              [
                { data: { kind: "literal", value: true }, when: [{ ...condition, arm: true, holds: on }], because },
                { data: { kind: "literal", value: false }, when: [{ ...condition, arm: false, holds: !on }], because },
              ],
              kind.key,
            ),
          ],
        });
        return [{ kind, cookie }];
      }),
  );
}

type Node = Context["facts"]["settings"][number]["roots"][number];

/** Mappings that declare an option by `key: NAME`, with those beside them. */
function declarations(
  root: Node,
  key: string,
): readonly { node: Node; options: readonly { key: string; node: Node }[] }[] {
  const options: { key: string; node: Node }[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const declared = node.children.find(({ name, value }) => name === "key" && typeof value === "string")?.value;
    if (typeof declared === "string") options.push({ key: declared, node });
    else open.push(...node.children);
  }
  return options.filter((option) => option.key === key).map(({ node }) => ({ node, options }));
}
