import {
  type CallFact,
  type Context,
  custom,
  type Edit,
  type Fix,
  fallback,
  type Given,
  lastOf,
  memberOf,
  type Seen,
  type SeenAlternative,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addMember, insertBehindStatement, replace } from "../../write.ts";
import { findInCode } from "../find-in-code.ts";
import {
  asPolicy,
  callsFor,
  contains,
  fromConfiguration,
  isBuilder,
  isCore,
  nameIn,
  nameOfOptions,
  policies,
  projectOf,
  typeArgument,
  typeName,
} from "./application.ts";
import { boundSection } from "./bound-section.ts";
import { policyFix } from "./policy.ts";
import { alwaysSince8 } from "./versions.ts";

/** A part of the framework that sets a cookie of its own, configured by a `CookieBuilder`. */
interface Component {
  /** The calls that bring it in, the first one that stands in the project. */
  readonly methods: readonly string[];
  /** Calls that bring it in with much else: it counts where the application's files show that they use it. */
  readonly implied?: { readonly by: readonly string[]; readonly uses: RegExp; readonly unless?: string };
  /** Calls that configure the same options. */
  readonly also?: readonly string[];
  /** The options' type, for `Configure<T>`. */
  readonly options: string;
  /** The namespace of the options. */
  readonly space?: string;
  /** The scheme of the options where none is named; without it they have no name. */
  readonly scheme?: string;
  /** The calls that may be handed options, which replace all others. */
  readonly middleware?: readonly string[];
  /** The builder's member. */
  readonly member: string;
  readonly name: string;
  readonly value: "None" | "SameAsRequest";
  readonly docs: string;
  readonly says: string;
  /** Whose default is `Always` since ASP.NET Core 8. */
  readonly since8?: string;
  /** `Always` makes it throw over http. */
  readonly throws?: boolean;
}

const api = "https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore";
const noneSays = (what: string) => `\`Cookie.SecurePolicy\` is not set, and ${what} default is \`None\`, on https too`;
const sameSays = (what: string, member = "Cookie") =>
  `\`${member}.SecurePolicy\` is not set, and ${what} default is \`SameAsRequest\``;

/** Calls that bring in the parts of MVC that render views and pages. */
const VIEWS = ["AddMvc", "AddControllersWithViews", "AddRazorPages"];

const COMPONENTS: readonly Component[] = [
  {
    methods: ["AddSession"],
    options: "SessionOptions",
    middleware: ["UseSession"],
    member: "Cookie",
    name: ".AspNetCore.Session",
    value: "None",
    docs: `${api}.builder.sessionoptions.cookie`,
    says: noneSays("the session's"),
  },
  {
    methods: ["AddAntiforgery"],
    implied: {
      by: [...VIEWS, "AddRazorComponents"],
      uses: /\b(?:Auto)?ValidateAnti[Ff]orgeryToken|\.UseAntiforgery\(|\.GetAndStoreTokens\(/,
    },
    options: "AntiforgeryOptions",
    space: "Microsoft.AspNetCore.Antiforgery",
    member: "Cookie",
    name: ".AspNetCore.Antiforgery.*",
    value: "None",
    docs: `${api}.antiforgery.antiforgeryoptions.cookie`,
    says: noneSays("antiforgery's"),
    throws: true,
  },
  {
    methods: ["AddCookieTempDataProvider"],
    implied: {
      by: VIEWS,
      uses: /\bTempData\s*\[\s*[^\]]+\]\s*\??=[^=]|\[TempData\b/,
      unless: "AddSessionStateTempDataProvider",
    },
    options: "CookieTempDataProviderOptions",
    space: "Microsoft.AspNetCore.Mvc",
    member: "Cookie",
    name: ".AspNetCore.Mvc.CookieTempDataProvider",
    value: "None",
    docs: `${api}.mvc.cookietempdataprovideroptions.cookie`,
    says: noneSays("TempData's"),
  },
  {
    methods: ["AddCookie"],
    options: "CookieAuthenticationOptions",
    scheme: "Cookies",
    member: "Cookie",
    name: ".AspNetCore.Cookies",
    value: "SameAsRequest",
    docs: `${api}.authentication.cookies.cookieauthenticationoptions.cookie`,
    says: sameSays("cookie authentication's"),
  },
  {
    methods: [
      "AddDefaultIdentity",
      "AddIdentity",
      "AddIdentityApiEndpoints",
      "AddIdentityCookies",
      "AddApplicationCookie",
      "ConfigureApplicationCookie",
    ],
    also: ["ConfigureApplicationCookie"],
    options: "CookieAuthenticationOptions",
    scheme: "Identity.Application",
    member: "Cookie",
    name: ".AspNetCore.Identity.Application",
    value: "SameAsRequest",
    docs: `${api}.authentication.cookies.cookieauthenticationoptions.cookie`,
    says: sameSays("Identity's"),
  },
  {
    methods: ["ConfigureExternalCookie"],
    options: "CookieAuthenticationOptions",
    scheme: "Identity.External",
    member: "Cookie",
    name: ".AspNetCore.Identity.External",
    value: "SameAsRequest",
    docs: `${api}.authentication.cookies.cookieauthenticationoptions.cookie`,
    says: sameSays("Identity's"),
  },
  {
    methods: ["AddOpenIdConnect"],
    options: "OpenIdConnectOptions",
    scheme: "OpenIdConnect",
    member: "NonceCookie",
    name: ".AspNetCore.OpenIdConnect.Nonce.*",
    value: "SameAsRequest",
    docs: `${api}.authentication.openidconnect.openidconnectoptions.noncecookie`,
    says: sameSays("the nonce's", "NonceCookie"),
    since8: "the nonce's",
  },
  {
    methods: ["AddOpenIdConnect", "AddOAuth", "AddGoogle", "AddFacebook", "AddMicrosoftAccount", "AddTwitter"],
    options: "OpenIdConnectOptions",
    scheme: "OpenIdConnect",
    member: "CorrelationCookie",
    name: ".AspNetCore.Correlation.*",
    value: "SameAsRequest",
    docs: `${api}.authentication.remoteauthenticationoptions.correlationcookie`,
    says: sameSays("the correlation cookie's", "CorrelationCookie"),
    since8: "the correlation cookie's",
  },
];

function bringing({ methods, implied }: Component): readonly string[] {
  return [...methods, ...(implied?.by ?? [])];
}

export const COMPONENT_METHODS: readonly string[] = [
  ...new Set(COMPONENTS.flatMap((component) => [...bringing(component), ...(component.also ?? [])])),
  "AddSessionStateTempDataProvider",
  "Configure",
  "ConfigureAll",
  "PostConfigure",
  "PostConfigureAll",
  "Bind",
];

/** One sink for each component: the call that brings it in. */
export const componentSinks: readonly Sink[] = COMPONENTS.map((component) => ({
  on: { kind: "call", method: bringing(component), matches: (call, context) => isBroughtIn(component, call, context) },
  name: [
    custom((fact, context) => nameOf(component, fact as CallFact, context)),
    fallback(component.name, component.docs, "the default name"),
  ],
  secure: [
    custom((fact, context) => policyOf(component, fact as CallFact, context)),
    fallback(component.value === "None" ? false : "request-scheme", component.docs, component.says),
  ],
  fixes: (fact, context) => componentFixes(component, fact as CallFact, context),
}));

const REGISTERED =
  /(?:^|\.)(?:\w*services|IServiceCollection|\w*builder|AuthenticationBuilder|IMvc(?:Core)?Builder)(?:\(\))?\.\w+$|\(\)\.\w+$/i;

function isBroughtIn(component: Component, call: CallFact, context: Context): boolean {
  if (call.new || !isCore(context, call.place.file) || !call.callee.some((path) => REGISTERED.test(path))) return false;
  if (component.also === undefined && component.scheme !== undefined) return true;
  // One cookie for Identity, for the session and the like, however many calls prepare it.
  const order = (each: CallFact) => component.methods.indexOf(each.method);
  const all = callsFor(call.place.file, context, ...component.methods);
  if (component.implied?.by.includes(call.method) === true)
    return all.length === 0 && isImplied(component.implied, call, context);
  if (component.also !== undefined) return !all.some((other) => order(other) < order(call));
  const [first = call] = all;
  return first.place.file === call.place.file && first.place.span.start === call.place.span.start;
}

/** Is it the first of the calls that bring the part in, in an application that is seen to use it? */
function isImplied({ by, uses, unless }: NonNullable<Component["implied"]>, call: CallFact, context: Context): boolean {
  const { file, span } = call.place;
  const [first = call] = callsFor(file, context, ...by);
  if (first.place.file !== file || first.place.span.start !== span.start) return false;
  if (unless !== undefined && callsFor(file, context, unless).length > 0) return false;
  const own = projectOf(file, context);
  return [...context.facts.modules.keys()].some(
    (each) =>
      isCore(context, each) && projectOf(each, context) === own && findInCode(context.text(each), uses) !== undefined,
  );
}

interface Change {
  readonly value: Seen;
  readonly conditions: WriteFact["conditions"];
  readonly order: number;
  readonly post: boolean;
  readonly write?: WriteFact;
}

/** The calls that configure the component: that which brings it in, and those for its options. */
function holdersOf(component: Component, call: CallFact, context: Context): readonly CallFact[] {
  const { file } = call.place;
  // Options that are handed to the middleware take the place of all others.
  const own = callsFor(file, context, ...(component.middleware ?? [])).find((use) => use.arguments.length > 0);
  if (own !== undefined) return [own];
  const again = component.scheme === undefined ? component.methods : (component.also ?? []);
  const others = callsFor(
    file,
    context,
    ...again,
    "Configure",
    "ConfigureAll",
    "PostConfigure",
    "PostConfigureAll",
  ).filter((other) => again.includes(other.method) || isFor(component, call, other, context));
  return [call, ...others.filter((other) => other !== call)];
}

/** Everything that is written to the component's builder, in the order in which it runs. */
function changesOf(
  component: Component,
  call: CallFact,
  context: Context,
  key: "SecurePolicy" | "Name",
): readonly Change[] {
  const changes: Change[] = [];
  const holders = holdersOf(component, call, context);
  const single = holders.some(({ method }) => callsFor(call.place.file, context, method).length === 1);
  for (const write of context.facts.writes) {
    if (write.notDeployed !== undefined || (write.key !== key && write.key !== component.member)) continue;
    if (projectOf(write.place.file, context) !== projectOf(call.place.file, context)) continue;
    const holder =
      holders.find((each) => contains(each.place, write.place) && !nested(each, write, context)) ??
      (single ? holders.find(({ method }) => passedTo(write, method)) : undefined);
    if (holder === undefined) continue;
    const value = valueFor(component, write, key);
    if (value === undefined) continue;
    changes.push({
      value,
      conditions: write.conditions,
      order: write.order,
      post: holder.method.startsWith("Post"),
      write,
    });
  }
  for (const holder of holders) {
    const bound = key === "SecurePolicy" ? boundSection(holder, context) : undefined;
    if (bound === undefined) continue;
    const value = fromConfiguration(`${bound.section}:${component.member}:SecurePolicy`, call.place.file, context);
    changes.push({ value, conditions: [], order: bound.order, post: holder.method.startsWith("Post") });
  }
  return changes.sort((a, b) => Number(a.post) - Number(b.post) || a.order - b.order);
}

function passedTo(write: WriteFact, method: string): boolean {
  return write.target.some(
    ({ data }) => data.kind === "object" && data.passedTo.some((path) => path.endsWith(`.${method}`)),
  );
}

/** A chain puts earlier calls inside the span of later ones: a write belongs to the innermost call's arguments. */
function nested(holder: CallFact, write: WriteFact, _context: Context): boolean {
  const span = holder.argumentsSpan;
  return span === undefined || write.place.span.start < span.start || write.place.span.end > span.end;
}

/** Whether a call configures the options that another one brings in: those of a scheme by its name, the others without one. */
function isFor(component: Component, call: CallFact, other: CallFact, context: Context): boolean {
  if (component.options === "" || typeArgument(other, context) !== component.options) return false;
  if (other.method.endsWith("All")) return true;
  const name = nameOfOptions(other);
  const own = component.scheme === undefined ? "" : (nameIn(call) ?? component.scheme);
  return name === undefined || name === own;
}

function valueFor(component: Component, write: WriteFact, key: "SecurePolicy" | "Name"): Seen | undefined {
  if (write.key === component.member && !write.paths.some((path) => path.endsWith(".CookieBuilder"))) {
    // A new builder replaces the component's own, defaults and all.
    return memberOf(write.value, key, isBuilder).map((each): SeenAlternative => {
      if (key !== "SecurePolicy" || each.data.kind !== "literal" || each.data.value !== undefined) return each;
      const says = `\`${component.member}\` is a new \`CookieBuilder\`, whose default is \`SameAsRequest\``;
      return {
        ...each,
        data: { kind: "literal", value: "SameAsRequest" },
        because: [{ from: "file", ...write.place, says }],
      };
    });
  }
  if (write.key !== key) return undefined;
  const [path = ""] = write.paths;
  return path.endsWith(`.${component.member}`) || /(?:^|\.)CookieBuilder$/.test(path) ? write.value : undefined;
}

function policyOf(component: Component, call: CallFact, context: Context): Given | undefined {
  const changes = changesOf(component, call, context, "SecurePolicy");
  const attribute = `${component.member}.SecurePolicy`;
  if (changes.length > 0) return asPolicy(policies(lastOf(changes)), attribute);
  return component.since8 === undefined
    ? undefined
    : alwaysSince8(call.place.file, attribute, component.since8, context);
}

function nameOf(component: Component, call: CallFact, context: Context): Given | undefined {
  const changes = changesOf(component, call, context, "Name");
  const seen = lastOf(changes).filter(({ data }) => data.kind !== "literal" || data.value !== undefined);
  if (seen.length > 0 && component.name.endsWith("*") && component.member !== "Cookie")
    return {
      seen: seen.map((each) => ({
        ...each,
        data: each.data.kind === "literal" ? { kind: "literal", value: `${String(each.data.value)}*` } : each.data,
      })),
      attribute: "Name",
    };
  if (seen.length > 0) return { seen, attribute: "Name" };
  if (call.method !== "AddCookie") return undefined;
  const scheme = nameIn(call);
  if (scheme === undefined && !isNameGiven(call)) return undefined;
  // https://github.com/dotnet/aspnetcore/blob/main/src/Security/Authentication/Cookies/src/PostConfigureCookieAuthenticationOptions.cs
  const data =
    scheme === undefined
      ? ({ kind: "unknown", because: "the scheme's name is not known", parameter: undefined } as const)
      : ({ kind: "literal", value: `.AspNetCore.${encodeURIComponent(scheme)}` } as const);
  return { seen: [{ data, when: [], because: [] }], attribute: "Name" };
}

/** `AddCookie(options => …)` and `AddCookie()` take the default scheme. */
function isNameGiven({ arguments: [first] }: CallFact): boolean {
  return first !== undefined && !first.value.some(({ data }) => data.kind === "function");
}

// ---- fixes

function componentFixes(component: Component, call: CallFact, context: Context): readonly Fix[] {
  const value = `${typeName("CookieSecurePolicy", call.place.file, context)}.Always`;
  const changes = changesOf(component, call, context, "SecurePolicy");
  const last = changes.at(-1)?.write;
  const [holder = call] = holdersOf(component, call, context);
  const add = () =>
    holder === call ? addPolicy(component, call, value, context) : addToOptions(component, holder, value, context);
  const edits = last !== undefined ? setPolicy(last, value, context) : changes.length === 0 ? add() : [];
  const throws = component.throws === true && context.deployment.tls === "proxy";
  const note = throws
    ? "With `Always`, antiforgery throws on every request that is not https, also behind a proxy that ends TLS and is not trusted: `UseCookiePolicy` sets Secure without that."
    : undefined;
  const own: readonly Fix[] =
    edits.length === 0
      ? []
      : [
          {
            title: "Set SecurePolicy",
            safety: note === undefined ? "safe" : "needs a decision",
            ...(note === undefined ? {} : { note }),
            edits,
          },
        ];
  const forAll = policyFix(call, context);
  return throws ? [...forAll, ...own] : [...own, ...forAll];
}

/** The last assignment is written anew; a new builder gets the member. */
function setPolicy(last: WriteFact, value: string, context: Context): readonly Edit[] {
  if (last.conditions.length > 0) return [];
  const text = context.text(last.place.file);
  if (last.key === "SecurePolicy") return [replace(text, last.valuePlace, value)];
  const [only] = last.value;
  if (last.value.length !== 1 || only?.data.kind !== "object" || !isBuilder(only.data)) return [];
  const { from } = only.data;
  const given = only.data.properties.get("SecurePolicy")?.[0]?.because[0];
  if (from === undefined || given !== undefined) return [];
  return addMember(context.text(from.place.file), from, "SecurePolicy", value, false) ?? [];
}

/** `Cookie = { SecurePolicy = … }` in options that are handed to the middleware. */
function addToOptions(component: Component, use: CallFact, value: string, context: Context): readonly Edit[] {
  const data = use.arguments[0]?.value[0]?.data;
  if (data?.kind !== "object" || data.from === undefined || data.properties.has(component.member)) return [];
  const { file } = data.from.place;
  return addMember(context.text(file), data.from, component.member, `{ SecurePolicy = ${value} }`, false) ?? [];
}

/** `options => options.Cookie.SecurePolicy = …` as an argument, or a statement in the lambda that is there. */
function addPolicy(component: Component, call: CallFact, value: string, context: Context): readonly Edit[] {
  const text = context.text(call.place.file);
  const span = call.argumentsSpan;
  if (span === undefined) return [];
  const lambda = call.arguments.find(({ value: seen }) => seen.some(({ data }) => data.kind === "function"));
  const line = (name: string) => `${name}.${component.member}.SecurePolicy = ${value}`;
  const isImplied = component.implied?.by.includes(call.method) === true;
  if (isImplied || (component.also !== undefined && call.method !== "ConfigureApplicationCookie")) {
    const target = /^(.*?\.)\s*\w+\s*(?:<[^()]*>)?\s*\($/s.exec(text.slice(call.place.span.start, span.start))?.[1];
    if (target === undefined || /[()\n]/.test(target)) return [];
    const { file } = call.place;
    const options = isImplied && typeName(component.options, file, context, component.space);
    const configure = options === false ? "ConfigureApplicationCookie" : `Configure<${options}>`;
    const edit = insertBehindStatement(text, call.place, `${target}${configure}(options => ${line("options")});`);
    return edit === undefined ? [] : [edit];
  }
  if (lambda === undefined) {
    if (
      call.arguments.some(({ value: seen }) =>
        seen.some(({ data }) => data.kind !== "literal" && data.kind !== "external"),
      )
    )
      return [];
    const separator = call.arguments.length === 0 ? "" : ", ";
    return [
      {
        file: call.place.file,
        span: { start: span.end, end: span.end },
        expected: "",
        replacement: `${separator}options => ${line("options")}`,
      },
    ];
  }
  const { start, end } = lambda.valuePlace.span;
  const written = text.slice(start, end);
  const block = /^\(?\s*(\w+)\s*\)?\s*=>\s*\{/.exec(written);
  const file = call.place.file;
  if (block !== null && written.endsWith("}")) {
    const open = start + block[0].length;
    const inner = text.slice(open, end - 1);
    const statement = `${line(block[1]!)};`;
    const first = /^(\s*\n)([ \t]*)\S/.exec(inner);
    if (first !== null)
      return [
        {
          file,
          span: { start: open, end: open },
          expected: "",
          replacement: `${first[1]!.includes("\r") ? "\r\n" : "\n"}${first[2]}${statement}`,
        },
      ];
    return [{ file, span: { start: open, end: open }, expected: "", replacement: ` ${statement}` }];
  }
  const body = /^\(?\s*(\w+)\s*\)?\s*=>\s*/.exec(written);
  if (body === null || written.includes("\n")) return [];
  const at = start + body[0].length;
  return [
    { file, span: { start: at, end: at }, expected: "", replacement: "{ " },
    { file, span: { start: end, end }, expected: "", replacement: `; ${line(body[1]!)}; }` },
  ];
}
