import {
  type CallFact,
  type ClassFact,
  type Condition,
  type Context,
  findArgument,
  named,
  once,
  type Place,
  type Seen,
  type SeenAlternative,
  type SeenObject,
  type SettingNode,
  type WriteFact,
} from "../../framework.ts";
import { byNearness, isTest, literalText, sharedFolders } from "../python.ts";

/** One `Flask(…)` and everything that configures it, in the order in which it happens. */
export interface App {
  readonly fact: CallFact;
  readonly steps: readonly Step[];
}

/** `app.config[…] = …`, `app.secret_key = …`, or a call of a method of `app.config`. */
export type Step = CallFact | WriteFact;

/** Methods of `app.config` that set keys. */
export const CONFIG_METHODS = [
  "update",
  "from_mapping",
  "from_object",
  "from_pyfile",
  "from_envvar",
  "from_prefixed_env",
  "from_file",
  "from_json",
];

const CONSTRUCTORS = ["flask.Flask", "quart.Quart", "apiflask.APIFlask"];

/** The apps of the project; one that a factory makes for several callers stands once for each. */
export const appsOf = once((context): readonly App[] => {
  const made = context.facts.calls.filter(
    (call) => named(call.callee, ...CONSTRUCTORS) && !isTest(call.place.file) && call.notDeployed === undefined,
  );
  const steps = [...context.facts.calls.filter(isConfigCall), ...context.facts.writes.filter(isConfigWrite)]
    .filter((step) => step.notDeployed === undefined)
    .sort((a, b) => a.order - b.order);
  const owned = new Map<Step, CallFact>();
  for (const step of steps) {
    const app = made.find(({ result }) => result !== undefined && result === appId(step));
    if (app !== undefined) owned.set(step, app);
  }
  const places = new Set([...owned.keys()].map(({ place }) => `${place.file}:${place.span.start}`));
  const orphans = steps.filter(
    (step) =>
      !owned.has(step) && !isTest(step.place.file) && !places.has(`${step.place.file}:${step.place.span.start}`),
  );
  return made.map((fact) => ({
    fact,
    steps: [
      ...steps.filter((step) => owned.get(step) === fact),
      ...orphans.filter((step) => isNearest(fact, step, made)),
    ].sort((a, b) => a.order - b.order),
  }));
});

/** The app that a place belongs to: the one it shares most folders with. */
export function nearestApp(file: string, context: Context): App | undefined {
  const nearer = byNearness(file);
  const [nearest] = [...appsOf(context)].sort((a, b) => nearer(a.fact.place.file, b.fact.place.file));
  return nearest;
}

function isNearest(app: CallFact, step: Step, all: readonly CallFact[]): boolean {
  const distance = (other: CallFact) =>
    other.place.file === step.place.file ? Infinity : sharedFolders(other.place.file, step.place.file);
  return distance(app) === Math.max(...all.map(distance));
}

function isConfigCall(call: CallFact): boolean {
  return (
    (CONFIG_METHODS.includes(call.method) || call.method === "setdefault") &&
    call.callee.some((path) => path.endsWith(`.config.${call.method}`))
  );
}

function isConfigWrite(write: WriteFact): boolean {
  if (write.index) return write.paths.some((path) => path.endsWith(".config"));
  return write.key === "secret_key" && !write.paths.some((path) => path.endsWith(".config"));
}

/** The object whose `config` a step is about. */
function appId(step: Step): number | undefined {
  const held = step.kind === "call" ? step.receiver : step.target;
  for (const { data } of held ?? []) {
    if (data.kind !== "object") continue;
    return step.kind === "write" && !step.index ? data.id : data.memberOf;
  }
  return undefined;
}

/** What a key of the configuration may hold when the app is configured; undefined when nothing sets it. */
export function configured(app: App, key: string, context: Context): Seen | undefined {
  let held = ownDefault(app, key, context);
  for (const step of app.steps) {
    const given = givenBy(step, key, app, context);
    if (given !== undefined) held = overwrite(held, given, step.conditions);
  }
  return held === undefined ? undefined : preferProduction(held);
}

/** The last step that gives a key. */
export function decidingStep(app: App, key: string, context: Context): Step | undefined {
  return app.steps.findLast((step) => givenBy(step, key, app, context) !== undefined);
}

/** `default_config` of a subclass of `Flask`. */
function ownDefault(app: App, key: string, context: Context): Seen | undefined {
  const own = context.facts.classes.find(
    (each) =>
      each.members.has("default_config") && each.bases.some((base) => CONSTRUCTORS.includes(base)) && app.fact.new,
  );
  return own === undefined ? undefined : entriesOf(own.members.get("default_config")!, key);
}

/** The new value where the conditions hold, the old one (or none) where they do not. */
function overwrite(held: Seen | undefined, given: Seen, conditions: readonly Condition[]): Seen {
  const open = conditions.filter((condition) => condition.holds !== true);
  const before = held ?? [absent];
  // Where what is given may be nothing, the value before stays.
  const now = given.flatMap((each) =>
    isAbsent(each) ? before.flatMap((old) => under(old, each.when)) : under(each, conditions),
  );
  return [
    ...now,
    ...open.flatMap((condition) => before.flatMap((old) => under(old, [{ ...condition, ...other(condition) }]))),
  ];
}

const absent: SeenAlternative = { data: { kind: "literal", value: undefined }, when: [], because: [] };

function isAbsent({ data }: SeenAlternative): boolean {
  return data.kind === "literal" && data.value === undefined;
}

function other(condition: Condition): Pick<Condition, "arm" | "holds"> {
  return {
    arm: typeof condition.arm === "boolean" ? !condition.arm : `not ${condition.arm}`,
    holds: condition.holds === false ? true : undefined,
  };
}

function under(each: SeenAlternative, conditions: readonly Condition[]): SeenAlternative[] {
  const excluded = conditions.some((condition) =>
    each.when.some((own) => own.key === condition.key && own.arm !== condition.arm),
  );
  const more = conditions.filter((condition) => !each.when.some((own) => own.key === condition.key));
  return excluded ? [] : [{ ...each, when: [...each.when, ...more] }];
}

/** Where a key that is not known picks one of several configurations, production picks the one named after it. */
function preferProduction(seen: Seen): Seen {
  const picked = seen.filter((each) =>
    each.when.some(
      ({ arm, holds, kind }) =>
        kind === "branch" && holds === undefined && typeof arm === "string" && isProduction(arm),
    ),
  );
  if (picked.length === 0) return seen;
  return picked.map((each) => ({
    ...each,
    when: each.when.filter(({ arm }) => typeof arm !== "string" || !isProduction(arm)),
  }));
}

export function isProduction(name: string): boolean {
  return /prod|live/i.test(name);
}

/** What one step gives a key; undefined when it does not touch it. */
function givenBy(step: Step, key: string, app: App, context: Context): Seen | undefined {
  if (step.kind === "write") {
    const name = step.index ? step.key : step.key?.toUpperCase();
    return name === key ? step.value : undefined;
  }
  switch (step.method) {
    case "update":
    case "from_mapping":
      return mapped(step, key);
    case "from_object":
      return given(step, 0, (each) => fromObject(each, key, step, context));
    case "from_pyfile":
      return given(step, 0, (each) => fromFile(each, key, step, app, context));
    case "from_file":
    case "from_json":
      return given(step, 0, (each) => fromFile(each, key, step, app, context));
    case "from_envvar":
      return fromVariable(step, key, app, context);
    case "from_prefixed_env":
      return fromPrefixedEnvironment(step, key, context);
    default:
      return undefined;
  }
}

function given(step: CallFact, position: number, read: (each: SeenAlternative) => Seen | undefined): Seen | undefined {
  const argument = findArgument(step, position);
  if (argument === undefined) return undefined;
  const result = argument.value.flatMap((each) => (read(each) ?? [absent]).flatMap((one) => under(one, each.when)));
  return result.every(isAbsent) ? undefined : result;
}

function mapped(step: CallFact, key: string): Seen | undefined {
  const named = step.arguments.findLast(({ name }) => name === key);
  if (named !== undefined) return named.value;
  const first = step.arguments.find(({ name, spread }) => name === undefined && spread !== "map");
  return first === undefined ? undefined : entriesOf(first.value, key);
}

/** An entry of a dict, or of a list of pairs. */
function entriesOf(seen: Seen, key: string): Seen | undefined {
  const result = seen.flatMap((each) => {
    const found = each.data.kind === "object" ? each.data.properties.get(key) : undefined;
    return (found ?? [absent]).flatMap((one) => under(one, each.when));
  });
  return result.every(isAbsent) ? undefined : result;
}

/** `from_object` takes upper-case attributes of a class, module or instance, or of what a dotted name means. */
function fromObject(each: SeenAlternative, key: string, step: CallFact, context: Context): Seen | undefined {
  const { data } = each;
  if (data.kind === "literal" && typeof data.value === "string") return fromName(data.value, key, step, context);
  if (data.kind === "external" && data.paths.includes("__name__")) return variable(step.place.file, key, context);
  if (data.kind === "text") return fromPattern(data.parts, key, step, context);
  if (data.kind === "environment") return fromProductionClass(data.name, key, step, context);
  if (data.kind === "class") return fromClass(classAt(data.place, context), key);
  if (data.kind === "module") return variable(data.file, key, context);
  if (data.kind === "object" && data.instanceOf.length > 0) return fromInstance(data, key, context);
  return undefined;
}

function fromClass(found: ClassFact | undefined, key: string): Seen | undefined {
  const value = found?.members.get(key);
  const getter = found?.getters.get(key);
  if (found === undefined || value !== undefined || getter === undefined) return value;
  return [
    {
      data: {
        kind: "function",
        place: found.place,
        name: key,
        parameters: [],
        returns: undefined,
      },
      when: [],
      because: [{ from: "file", ...found.place, says: `\`${key}\` is a property of the class` }],
    },
  ];
}

function fromInstance(object: SeenObject, key: string, context: Context): Seen | undefined {
  const own = object.properties.get(key);
  if (own !== undefined) return own;
  return context.facts.classes.find(({ name }) => name === object.instanceOf[0])?.members.get(key);
}

export function classAt(place: Place, context: Context): ClassFact | undefined {
  return context.facts.classes.find(
    (each) => each.place.file === place.file && each.place.span.start === place.span.start,
  );
}

function variable(file: string, key: string, context: Context): Seen | undefined {
  return context.facts.modules.get(file)?.variables.get(key);
}

/** The class that `from_object` is given, when it is one of the project: where a key can be added. */
export function classGiven(step: Step, context: Context): ClassFact | undefined {
  if (step.kind !== "call" || step.method !== "from_object") return undefined;
  const classes = (findArgument(step, 0)?.value ?? []).flatMap(({ data, when }) => {
    const found =
      data.kind === "class"
        ? classAt(data.place, context)
        : data.kind === "literal" && typeof data.value === "string"
          ? classNamed(data.value, step.place.file, context)
          : undefined;
    return found === undefined ? [] : [{ found, when }];
  });
  const production = classes.find(
    ({ found, when }) =>
      isProduction(found.name ?? "") || when.some(({ arm }) => typeof arm === "string" && isProduction(arm)),
  );
  return production?.found ?? (classes.length === 1 ? classes[0]?.found : undefined);
}

function classNamed(dotted: string, from: string, context: Context): ClassFact | undefined {
  const dot = dotted.lastIndexOf(".");
  const file = dot < 0 ? undefined : moduleFile(dotted.slice(0, dot), from, context);
  const name = dotted.slice(dot + 1);
  return context.facts.classes.find((each) => each.file === file && each.name === name);
}

function fromName(dotted: string, key: string, step: CallFact, context: Context): Seen | undefined {
  const whole = moduleFile(dotted, step.place.file, context);
  if (whole !== undefined) return variable(whole, key, context);
  const found = classNamed(dotted, step.place.file, context);
  if (found !== undefined) return fromClass(found, key);
  const dot = dotted.lastIndexOf(".");
  const file = dot < 0 ? undefined : moduleFile(dotted.slice(0, dot), step.place.file, context);
  const held = file === undefined ? undefined : variable(file, dotted.slice(dot + 1), context);
  return held?.flatMap((each) => fromObject(each, key, step, context) ?? [absent]);
}

/** `f"config.{name}Config"`: of the classes that it may mean, the one of production. */
function fromPattern(
  parts: readonly (string | undefined)[],
  key: string,
  step: CallFact,
  context: Context,
): Seen | undefined {
  const [first = ""] = parts;
  const dot = first.lastIndexOf(".");
  const file = dot < 0 ? undefined : moduleFile(first.slice(0, dot), step.place.file, context);
  const rest = [first.slice(dot + 1), ...parts.slice(1)];
  const isMeant = (name: string) =>
    name.startsWith(rest[0] ?? "") && name.endsWith(rest.length > 1 ? (rest.at(-1) ?? "") : "");
  const found = context.facts.classes.filter((each) => each.file === file && isMeant(each.name ?? ""));
  return fromClass(
    found.find(({ name }) => isProduction(name ?? "")) ?? (found.length === 1 ? found[0] : undefined),
    key,
  );
}

/** A variable names the configuration: in production, the class of production where the project has one. */
function fromProductionClass(name: string, key: string, step: CallFact, context: Context): Seen | undefined {
  const classes = context.facts.classes.filter(
    (each) =>
      isProduction(each.name ?? "") && /config|settings/i.test(`${each.name} ${each.file}`) && !isTest(each.file),
  );
  const nearest = classes.sort(
    (a, b) => sharedFolders(b.file, step.place.file) - sharedFolders(a.file, step.place.file),
  )[0];
  if (nearest === undefined) return undefined;
  const value = fromClass(nearest, key) ?? [absent];
  const condition: Condition = {
    kind: "environment",
    key: `environment ${name} is ${nearest.name}`,
    arm: true,
    says: `${name} names \`${nearest.name}\``,
    holds: undefined,
  };
  return value.map((each) => ({ ...each, when: [...each.when, condition] }));
}

/** The project file of a dotted module name, as seen from a file. */
export function moduleFile(dotted: string, from: string, context: Context): string | undefined {
  if (!/^[\w.]+$/.test(dotted)) return undefined;
  const path = dotted.replaceAll(".", "/");
  const found = [...context.files.endingIn(`${path}.py`), ...context.files.endingIn(`${path}/__init__.py`)];
  return [...found].sort((a, b) => sharedFolders(b, from) - sharedFolders(a, from))[0];
}

function fromFile(each: SeenAlternative, key: string, step: CallFact, app: App, context: Context): Seen | undefined {
  const { data } = each;
  if (data.kind === "literal" && typeof data.value === "string") return fileGives(data.value, key, step, app, context);
  if (data.kind === "text" && data.parts.at(-1) !== undefined) {
    return fileGives(data.parts.at(-1)!.replace(/^.*[/\\]/, ""), key, step, app, context);
  }
  return outside(key, "a file that is named where it runs", step);
}

/** A `.py` file was evaluated; other files of assignments and JSON are read here. */
function fileGives(path: string, key: string, step: CallFact, app: App, context: Context): Seen | undefined {
  const name = path.replace(/^(?:\.{1,2}\/)+/, "");
  const found = [...context.files.endingIn(name)].sort(
    (a, b) => sharedFolders(b, app.fact.place.file) - sharedFolders(a, app.fact.place.file),
  );
  const [file] = path.startsWith("/") ? [] : found;
  if (file === undefined) return outside(key, `\`${path}\`, which is not in the project,`, step);
  if (context.facts.modules.has(file)) return variable(file, key, context);
  const settings = context.facts.settings.find((each) => each.file === file);
  if (settings !== undefined && (step.method === "from_file" || step.method === "from_json")) {
    const node = settings.roots.flatMap((root) => root.children).find((child) => child.name === key);
    return node === undefined ? undefined : nodeGives(node, file, key);
  }
  return assignmentGives(context.text(file), file, key);
}

function nodeGives(node: SettingNode, file: string, key: string): Seen | undefined {
  if (node.value === undefined) return undefined;
  const span = node.valueSpan ?? node.span;
  return [
    {
      data: { kind: "literal", value: node.value },
      when: [],
      because: [{ from: "file", file, span, says: `\`${key}\` is set here` }],
    },
  ];
}

function assignmentGives(text: string, file: string, key: string): Seen | undefined {
  const all = [
    ...text.matchAll(new RegExp(`^${key}[ \\t]*=[ \\t]*(True|False|None|\\d+|"[^"\\n]*"|'[^'\\n]*')`, "gm")),
  ];
  const match = all.at(-1);
  const value = match?.[1];
  if (match === undefined || value === undefined) return undefined;
  const start = match.index + match[0].length - value.length;
  const literals: Record<string, boolean | null> = { True: true, False: false, None: null };
  const literal = /^\d/.test(value)
    ? Number(value)
    : value in literals
      ? (literals[value] ?? null)
      : value.slice(1, -1);
  return [
    {
      data: { kind: "literal", value: literal },
      when: [],
      because: [{ from: "file", file, span: { start, end: start + value.length }, says: `\`${key}\` is set here` }],
    },
  ];
}

/** A file that is not in the project may set the key; as shipped it does not. */
function outside(key: string, what: string, step: CallFact): Seen | undefined {
  if (!key.endsWith("_SECURE")) return undefined;
  const condition = { kind: "configuration", key: `${step.place.file}:${step.place.span.start}:file` } as const;
  const says = `${what} sets \`${key}\``;
  const because = [{ from: "file", ...step.place, says: `the configuration is read here` }] as const;
  return [
    { data: { kind: "literal", value: true }, when: [{ ...condition, arm: true, says, holds: false }], because },
    { ...absent, when: [{ ...condition, arm: false, says: `${what} does not set \`${key}\``, holds: true }] },
  ];
}

function fromVariable(step: CallFact, key: string, app: App, context: Context): Seen | undefined {
  const name = literalText(findArgument(step, 0, "variable_name")?.value);
  const path = name === undefined ? undefined : context.deployment.environment[name];
  if (typeof path === "string") return fileGives(path, key, step, app, context);
  return outside(key, `the file that ${name ?? "a variable"} names`, step);
}

/** `FLASK_SESSION_COOKIE_SECURE`, read as JSON where it is JSON. */
function fromPrefixedEnvironment(step: CallFact, key: string, context: Context): Seen | undefined {
  const prefix = literalText(findArgument(step, 0, "prefix")?.value) ?? "FLASK";
  const name = `${prefix}_${key}`;
  const text = context.deployment.environment[name];
  const condition = { kind: "environment", key: `environment ${name}` } as const;
  const because = [{ from: "file", ...step.place, says: `${name} is read here` }] as const;
  if (typeof text === "string") {
    return [
      {
        data: { kind: "literal", value: parsed(text) },
        when: [{ ...condition, arm: true, says: `${name} is \`${text}\``, holds: true }],
        because,
      },
    ];
  }
  if (!key.endsWith("_SECURE")) return undefined;
  return [
    {
      data: { kind: "environment", name },
      when: [{ ...condition, arm: true, says: `${name} is set`, holds: false }],
      because,
    },
    { ...absent, when: [{ ...condition, arm: false, says: `${name} is not set`, holds: true }] },
  ];
}

function parsed(text: string): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return typeof value === "boolean" || typeof value === "number" || value === null ? value : text;
  } catch {
    return text;
  }
}
