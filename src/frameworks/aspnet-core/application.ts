import {
  type CallFact,
  type Context,
  type Evidence,
  type Given,
  imports,
  named,
  once,
  type Place,
  type ProxyTrust,
  pathsOf,
  type Seen,
  type SeenObject,
  type SettingNode,
} from "../../framework.ts";

const SDK = /^Microsoft\.NET\.Sdk\.(?:Web|Razor|BlazorWebAssembly)\b/;

/** What is asked again and again of one evaluation. */
interface Memory {
  readonly core: Map<string, boolean>;
  readonly projects: Map<string, string | undefined>;
  readonly calls: ReadonlyMap<string, readonly CallFact[]>;
}

const memoryOf = once((context): Memory => {
  const calls = new Map<string, CallFact[]>();
  for (const call of context.facts.calls) {
    const list = calls.get(call.method);
    if (list === undefined) calls.set(call.method, [call]);
    else list.push(call);
  }
  return { core: new Map(), projects: new Map(), calls };
});

function remembered<T>(map: Map<string, T>, key: string, find: () => T): T {
  if (!map.has(key)) map.set(key, find());
  return map.get(key) as T;
}

/** A file shows ASP.NET Core by its imports, or by the project file above it (whose usings may be implicit). */
export function isCore(context: Context, file: string): boolean {
  return remembered(memoryOf(context).core, file, () => showsCore(context, file));
}

function showsCore(context: Context, file: string): boolean {
  if (imports(context, file, "Microsoft.Owin", "Owin", "Nancy")) return imports(context, file, "Microsoft.AspNetCore");
  return (
    imports(context, file, "Microsoft.AspNetCore", "Microsoft.Extensions.DependencyInjection") ||
    isWebProject(context, projectOf(file, context)) ||
    /\bWebApplication\.Create(?:Slim)?Builder\b/.test(context.text(file))
  );
}

/** The project file that a file belongs to, the nearest above it; where there is none, the file that starts the application. */
export function projectOf(file: string, context: Context): string | undefined {
  return remembered(memoryOf(context).projects, file, () => nearestProject(file, context));
}

function nearestProject(file: string, context: Context): string | undefined {
  let best: string | undefined;
  for (const each of context.candidates) {
    if (!each.endsWith(".csproj") || !file.startsWith(folderOf(each))) continue;
    if (best === undefined || folderOf(each).length > folderOf(best).length) best = each;
  }
  return best ?? nearestStart(file, context);
}

/** Programs that are shown without their project files stand each in a folder of its own. */
function nearestStart(file: string, context: Context): string | undefined {
  for (let folder = folderOf(file); ; folder = folderOf(folder.slice(0, -1))) {
    const start = ["Program.cs", "Startup.cs"].find((name) => context.files.has(folder + name));
    if (start !== undefined || folder === "") return start === undefined ? undefined : folder + start;
  }
}

function attribute(node: SettingNode, name: string): string {
  return node.attributes.find((each) => each.name === name)?.value ?? "";
}

function isWebProject(context: Context, project: string | undefined): boolean {
  const settings = context.facts.settings.find(({ file }) => file === project);
  const [root] = settings?.roots ?? [];
  if (root === undefined) return false;
  return (
    SDK.test(attribute(root, "Sdk")) ||
    root.children.some(({ children }) =>
      children.some(
        (each) =>
          /^(?:FrameworkReference|PackageReference)$/.test(each.name) &&
          attribute(each, "Include").startsWith("Microsoft.AspNetCore"),
      ),
    )
  );
}

export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

/** Calls of a method that belong to the same application as a file; a library belongs to the only one there is. */
export function callsFor(file: string, context: Context, ...methods: readonly string[]): readonly CallFact[] {
  const { calls } = memoryOf(context);
  const all = methods
    .flatMap((method) => calls.get(method) ?? [])
    .filter((call) => call.notDeployed === undefined && isCore(context, call.place.file))
    .sort((a, b) => a.order - b.order);
  const own = projectOf(file, context);
  const same = all.filter((call) => projectOf(call.place.file, context) === own);
  if (same.length > 0) return same;
  const projects = new Set(all.map((call) => projectOf(call.place.file, context)));
  const isHost = ["Build", "UseStartup", "Configure"].some((method) =>
    calls.get(method)?.some((call) => projectOf(call.place.file, context) === own),
  );
  return projects.size === 1 && !isHost ? all : [];
}

/** `Configure<SessionOptions>(…)`, `AddOptions<SessionOptions>().Configure(…)`: the type between the angle brackets. */
export function typeArgument(call: CallFact, context: Context): string | undefined {
  const end = call.argumentsSpan?.start ?? call.place.span.end;
  const before = context.text(call.place.file).slice(call.place.span.start, end);
  const found = /<\s*([\w.]+)\s*>\s*(?:\(\)\s*\.\s*(?:Post)?Configure\s*)?\($/.exec(before);
  return found?.[1]?.replace(/^.*\./, "");
}

/** https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore.authentication.cookies.cookieauthenticationdefaults */
const SCHEMES: Readonly<Record<string, string>> = {
  CookieAuthenticationDefaults: "Cookies",
  OpenIdConnectDefaults: "OpenIdConnect",
};

/** `Configure<T>("Staff", …)`: what the options are called; empty without a name, undefined where it is computed. */
export function nameOfOptions(call: CallFact): string | undefined {
  return call.arguments.length > 1 ? nameIn(call) : "";
}

/** The first argument, where it is a name or a framework's constant for one; undefined where it is computed. */
export function nameIn(call: CallFact): string | undefined {
  const [first] = call.arguments;
  if (first === undefined || first.value.some(({ data }) => data.kind === "function")) return undefined;
  const constant = /\b(\w+)\.(\w+)Scheme$/;
  const [, type = "", name = ""] = pathsOf(first.value).flatMap((each) => constant.exec(each) ?? []);
  if (type === "IdentityConstants") return `Identity.${name}`;
  if (name === "Authentication" && type in SCHEMES) return SCHEMES[type];
  const data = first.value.length === 1 ? first.value[0]?.data : undefined;
  return data?.kind === "literal" && typeof data.value === "string" ? data.value : undefined;
}

export function contains(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.span.start <= inner.span.start && inner.span.end <= outer.span.end;
}

/** `CookieSecurePolicy.Always` and its sisters by their last name; everything else as it is. */
export function policies(seen: Seen): Seen {
  return seen.map((each) => {
    for (const path of pathsOf([each])) {
      const found = /(?:^|\.)CookieSecurePolicy\.(Always|SameAsRequest|None)$/.exec(path)?.[1];
      if (found !== undefined) return { ...each, data: { kind: "literal", value: found } as const };
    }
    return each;
  });
}

export function isBuilder(object: SeenObject): boolean {
  return object.from !== undefined && object.from.new && named(object.from.callee, "*.CookieBuilder");
}

export function asPolicy(seen: Seen, attribute: string): Given {
  const [only] = seen;
  const value = seen.length === 1 && only?.data.kind === "literal" ? only.data.value : undefined;
  const own = only?.because.find((evidence) => evidence.says.includes("CookieBuilder"));
  const says = own?.says ?? (typeof value === "string" ? `\`${attribute}\` is \`${value}\`` : undefined);
  return {
    seen,
    attribute,
    reading: {
      values: {
        Always: "secure",
        None: "insecure",
        SameAsRequest: "request-scheme",
        always: "secure",
        none: "insecure",
      },
    },
    ...(says === undefined ? {} : { says }),
  };
}

// ---- appsettings.json

interface Configured {
  readonly value: string | number | boolean | null;
  readonly at: Place;
}

/** A key of appsettings.json, as the one for the environment overrides it. */
export function configured(key: string, from: string, context: Context): Configured | undefined {
  const environment = context.deployment.environment["ASPNETCORE_ENVIRONMENT"] ?? "Production";
  const project = projectOf(from, context);
  const folder = project === undefined ? undefined : folderOf(project);
  let found: Configured | undefined;
  for (const name of ["appsettings.json", `appsettings.${environment}.json`]) {
    const settings = context.facts.settings
      .filter(({ file }) => file.toLowerCase().split("/").at(-1) === name.toLowerCase())
      .filter(({ file }) => folder === undefined || folderOf(file) === folder)
      .sort((a, b) => a.file.length - b.file.length)[0];
    for (const root of settings?.roots ?? []) {
      const node = descend(root, key.toLowerCase().split(":"));
      if (node?.value !== undefined && settings !== undefined)
        found = { value: node.value, at: { file: settings.file, span: node.valueSpan ?? node.span } };
    }
  }
  return found;
}

function descend(node: SettingNode, keys: readonly string[]): SettingNode | undefined {
  if (keys.length === 0) return node;
  for (const child of node.children) {
    const parts = child.name.toLowerCase().split(":");
    if (parts.every((part, index) => part === keys[index])) {
      const found = descend(child, keys.slice(parts.length));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What the shipped files hold for a key; another file or a variable may say otherwise where it runs. */
export function fromConfiguration(key: string, from: string, context: Context, on = "Always"): Seen {
  const found = configured(key, from, context);
  const name = found?.at.file.split("/").at(-1) ?? "appsettings.json";
  const says =
    found === undefined ? `\`${key}\` is configured` : `\`${key}\` is \`${String(found.value)}\`, as in ${name}`;
  const condition = { kind: "configuration", key: `configuration ${key}` } as const;
  if (found === undefined) {
    return [
      {
        data: { kind: "literal", value: undefined },
        when: [{ ...condition, arm: false, says: `\`${key}\` is not configured`, holds: true }],
        because: [],
      },
      {
        data: { kind: "literal", value: "Always" },
        when: [{ ...condition, arm: true, says: `\`${key}\` is \`${on}\``, holds: false }],
        because: [],
      },
    ];
  }
  const because: Evidence = { from: "file", ...found.at, says: `\`${key}\` is \`${String(found.value)}\`` };
  const value = found.value;
  if (/^sameasrequest$/i.test(String(value)))
    return [{ data: { kind: "literal", value: "SameAsRequest" }, when: [], because: [because] }];
  const other = value === false || /^(?:none|false)$/i.test(String(value)) ? "Always" : "None";
  return [
    { data: { kind: "literal", value }, when: [{ ...condition, arm: true, says, holds: true }], because: [because] },
    {
      data: { kind: "literal", value: other },
      when: [{ ...condition, arm: false, says: `\`${key}\` is configured otherwise`, holds: false }],
      because: [because],
    },
  ];
}

// ---- proxies

const docs = "https://learn.microsoft.com/en-us/aspnet/core/host-and-deploy/proxy-load-balancer";

/** `X-Forwarded-Proto` counts where `UseForwardedHeaders` takes it, before what needs it runs. */
export function proxyTrust(context: Context, sink: { readonly place: Place }): ProxyTrust {
  if (/^true$/i.test(context.deployment.environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] ?? "")) {
    const says = "`ASPNETCORE_FORWARDEDHEADERS_ENABLED` makes the host take `X-Forwarded-Proto`";
    return { trusted: true, because: { from: "deployment", says } };
  }
  const file = sink.place.file;
  const [use] = callsFor(file, context, "UseForwardedHeaders");
  const [auth] = callsFor(file, context, "UseAuthentication");
  const options = context.facts.writes.filter(
    ({ key, place }) =>
      key === "ForwardedHeaders" &&
      (use === undefined || projectOf(place.file, context) === projectOf(use.place.file, context)),
  );
  const takes = options.some(({ valuePlace }) =>
    /\bXForwardedProto\b|\bForwardedHeaders\.All\b/.test(
      context.text(valuePlace.file).slice(valuePlace.span.start, valuePlace.span.end),
    ),
  );
  if (use === undefined || !takes) {
    const says = "`X-Forwarded-Proto` is not read without `UseForwardedHeaders`";
    return { trusted: false, because: { from: "docs", url: docs, says } };
  }
  if (auth !== undefined && auth.place.file === use.place.file && auth.order < use.order) {
    const says = "`UseForwardedHeaders` comes after `UseAuthentication`, which has seen plain http by then";
    return { trusted: false, because: { from: "file", ...use.place, says } };
  }
  const says = "`UseForwardedHeaders` takes `X-Forwarded-Proto`";
  return { trusted: true, because: { from: "file", ...use.place, says } };
}

/** `CookieSecurePolicy` as the file can name it. */
export function typeName(name: string, file: string, context: Context, space = "Microsoft.AspNetCore.Http"): string {
  const known = context.facts.modules.get(file)?.imports ?? [];
  const isKnown =
    known.length === 0 ||
    known.includes(space) ||
    new RegExp(`(?<![.\\w])${name}\\.\\w`).test(context.text(file)) ||
    isImplicit(context, file);
  return isKnown ? name : `${space}.${name}`;
}

/** The project of the file, or what MSBuild reads for all in a folder, imports the usual namespaces everywhere. */
function isImplicit(context: Context, file: string): boolean {
  const project = projectOf(file, context);
  const shared = context.files
    .endingIn("Directory.Build.props")
    .filter((each) => file.startsWith(each.slice(0, -"Directory.Build.props".length)));
  return [...(project === undefined ? [] : [project]), ...shared].some((each) =>
    /<ImplicitUsings>\s*(?:enable|true)\s*</i.test(context.text(each)),
  );
}
