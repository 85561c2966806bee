import {
  type Context,
  type Cookie,
  type Edit,
  type Fix,
  fallback,
  imports,
  type OwnSource,
  type Place,
  type Remark,
} from "../../framework.ts";
import { insert, lineAt, replace } from "../../write.ts";
import { type Application, applicationsOf, attributeFor, elementsOf, isTrue, type Layer } from "./web-config.ts";
import type { Attribute, Element } from "./xdt.ts";

export const httpCookiesDocs =
  "https://learn.microsoft.com/en-us/dotnet/api/system.web.configuration.httpcookiessection.requiressl";
const formsDocs =
  "https://learn.microsoft.com/en-us/dotnet/api/system.web.configuration.formsauthenticationconfiguration.requiressl";
const rolesDocs =
  "https://learn.microsoft.com/en-us/dotnet/api/system.web.configuration.rolemanagersection.cookierequiressl";
const anonymousDocs =
  "https://learn.microsoft.com/en-us/dotnet/api/system.web.configuration.anonymousidentificationsection.cookierequiressl";

export const httpCookiesDefault = fallback(
  false,
  httpCookiesDocs,
  "`requireSSL` of `httpCookies` is not given, and its default is off",
);
export const formsDefault = fallback(
  false,
  formsDocs,
  "`requireSSL` of `forms` is not given (`httpCookies` does not reach this cookie), and its default is off",
);

/** The cookies that a Web.config makes the runtime set. */
export function ownCookies(context: Context): readonly Cookie[] {
  return applicationsOf(context).flatMap((application) => {
    const cookies = [
      ...sessionCookies(application, context),
      ...formsCookies(application, context),
      ...providerCookies(application, context),
      ...misplacedForms(application, context),
    ];
    return isCore(application, context) ? cookies.filter(isTurnedOffBelow) : cookies;
  });
}

/**
 * Applications below inherit `system.web`: a flag that is written as off reaches them.
 * https://learn.microsoft.com/en-us/previous-versions/aspnet/ms178685(v=vs.100)
 */
function isTurnedOffBelow({ verdict, decidedBy }: Cookie): boolean {
  return verdict === "insecure" && decidedBy.from === "file";
}

/** A Web.config beside ASP.NET Core is for IIS: the application itself does not read `system.web`. */
function isCore({ folder, document }: Application, context: Context): boolean {
  if (handsAllToCore(document, 5)) return true;
  const inside = [...context.facts.modules.keys()].filter((file) => file.startsWith(folder));
  return (
    inside.some((file) => imports(context, file, "Microsoft.AspNetCore")) &&
    !inside.some((file) => imports(context, file, "System.Web", "Microsoft.Owin"))
  );
}

/** https://learn.microsoft.com/en-us/aspnet/core/host-and-deploy/iis/web-config */
function handsAllToCore({ name, attributes, children }: Element, depth: number): boolean {
  if (name === "add" && attributes.get("path")?.value === "*")
    return /^AspNetCoreModule/i.test(attributes.get("modules")?.value ?? "");
  return depth > 0 && children.some((child) => handsAllToCore(child, depth - 1));
}

/** What an attribute gives; a value out of a transform holds because that is applied. */
export function flagSource(attribute: Attribute, section: string, application: Application): OwnSource {
  const { file } = attribute.valuePlace;
  const transform = /(?:^|\/)web\.[\w-]+\.config$/i.test(file) && file !== application.file;
  const says = `${file.slice(file.lastIndexOf("/") + 1)} is applied`;
  return {
    kind: "setting",
    given: {
      seen: [
        {
          data: { kind: "literal", value: isTrue(attribute) },
          when: transform ? [{ kind: "environment", key: `transform ${file}`, arm: true, says, holds: true }] : [],
          because: [
            {
              from: "file",
              ...attribute.valuePlace,
              says: `\`${section} ${attribute.name}\` is \`${attribute.value}\``,
            },
          ],
        },
      ],
      attribute: `${section} ${attribute.name}`,
      valuePlace: attribute.valuePlace,
    },
  };
}

/** What a transform took away is off, and it says so. */
function removedSource(element: Element | undefined, parent: Element, section: string, flag: string): OwnSource[] {
  const place = element?.removed.get(flag) ?? (element === undefined ? parent.removed.get(`<${section}>`) : undefined);
  if (place === undefined) return [];
  const says = `${place.file.slice(place.file.lastIndexOf("/") + 1)} removes \`${flag}\` from \`${section}\` on publishing`;
  const because = [{ from: "file", ...place, says } as const];
  const seen = [{ data: { kind: "literal", value: false } as const, when: [], because }];
  return [{ kind: "setting", given: { seen, attribute: `${section} ${flag}`, says } }];
}

/** The start tag: what a reader looks for. */
function startTag(element: Element): Place {
  const { span, innerSpan } = element.node;
  return { file: element.file, span: { start: span.start, end: innerSpan?.start ?? span.end } };
}

/** What stops the application, told in place of a verdict. */
function broken(cookie: Cookie, application: Application, context: Context): Cookie {
  const [fault] = application.faults;
  if (fault === undefined) return cookie;
  const at = { from: "file", ...fault.at, says: fault.says } as const;
  const { instead } = fault;
  const fixes: readonly Fix[] =
    instead === undefined
      ? []
      : [
          {
            title: "Write what the section expects",
            safety: "safe",
            edits: [replace(context.text(instead.place.file), instead.place, instead.name)],
          },
        ];
  return {
    ...cookie,
    verdict: "unknown",
    because: fault.says,
    decidedBy: at,
    evidence: [at],
    condition: undefined,
    fixes,
    remarks: [...cookie.remarks, { kind: "ineffective", says: fault.says, at }],
  };
}

function sessionCookies(application: Application, context: Context): readonly Cookie[] {
  const [outermost] = application.layers;
  if (outermost === undefined) return [];
  const { folder } = application;
  const setting = (name: string) => attributeFor(application, folder, "sessionState", name)?.value.trim() ?? "";
  if (/^off$/i.test(setting("mode")) || /^(?:true|useuri)$/i.test(setting("cookieless"))) return [];
  const states = elementsOf(application, "sessionState").filter(({ layer }) => layer.path === folder);
  const cookies = elementsOf(application, "httpCookies");
  const own = cookies.filter(({ layer }) => layer.path === folder);
  const root = application.layers.find(({ path }) => path === folder) ?? outermost;
  const flag = attributeFor(application, folder, "httpCookies", "requireSSL");
  const elsewhere = cookies.filter(({ layer, element }) => layer.path !== folder && isTurnedOff(element));
  const misplaced = misplacedFlags(application);
  const cookie = context.judge({
    framework: "aspnet",
    name: setting("cookieName") || "ASP.NET_SessionId",
    sink: startTag(own.at(-1)?.element ?? states.at(-1)?.element ?? root.web),
    secure: [
      ...(flag === undefined
        ? removedSource(own.at(-1)?.element, root.web, "httpCookies", "requireSSL")
        : [flagSource(flag, "httpCookies", application)]),
      httpCookiesDefault,
    ],
    remarks: misplaced,
    fixes: () => httpCookiesFix(application, context),
  });
  const [off] = elsewhere;
  const judged = cookie.verdict === "secure" && off !== undefined ? partly(cookie, off, elsewhere, context) : cookie;
  return [broken(judged, application, context)];
}

/** Sets `requireSSL` for the application, and for the parts of it that turn it off. */
export function httpCookiesFix(application: Application, context: Context): readonly Fix[] {
  const { folder, layers } = application;
  const cookies = elementsOf(application, "httpCookies");
  const own = cookies.findLast(({ layer }) => layer.path === folder)?.element;
  const root = layers.find(({ path }) => path === folder) ?? layers[0];
  if (root === undefined) return [];
  return safe([
    ...setFlag(own, root.web, "httpCookies", "requireSSL", context),
    ...cookies
      .filter(({ layer, element }) => layer.path !== folder && isTurnedOff(element))
      .flatMap(({ layer, element }) => setFlag(element, layer.web, "httpCookies", "requireSSL", context)),
  ]);
}

function isTurnedOff({ attributes }: Element): boolean {
  return attributes.has("requireSSL") && !isTrue(attributes.get("requireSSL"));
}

function safe(edits: readonly Edit[]): readonly Fix[] {
  return edits.length === 0 ? [] : [{ title: "Set requireSSL", safety: "safe", edits }];
}

/** On for the application and off for a part of it: the session cookie is made where the session starts. */
function partly(
  cookie: Cookie,
  { layer, element }: { layer: Layer; element: Element },
  all: readonly { layer: Layer; element: Element }[],
  context: Context,
): Cookie {
  const flag = element.attributes.get("requireSSL")!;
  const where = layer.location ?? layer.path.slice(0, -1);
  const says = `the session does not start under \`${where}\``;
  const at = { from: "file", ...flag.valuePlace, says: `\`requireSSL\` is \`false\` under \`${where}\`` } as const;
  return {
    ...cookie,
    verdict: "conditional",
    because: `Secure only when ${says}, where \`requireSSL\` is \`false\``,
    decidedBy: at,
    evidence: [...cookie.evidence, at],
    condition: { on: "branch", says, inDeployment: "insecure" },
    fixes: safe(all.flatMap((one) => setFlag(one.element, one.layer.web, "httpCookies", "requireSSL", context))),
  };
}

/** `<httpCookies requireSSL="true">` outside `system.web` is read by nobody. */
function misplacedFlags({ document }: Application): readonly Remark[] {
  const holders = [document, ...document.children.filter(({ name }) => name === "system.webServer")];
  return holders.flatMap(({ children }) =>
    children.flatMap((child): readonly Remark[] => {
      const flag = child.attributes.get("requireSSL");
      if (child.name !== "httpCookies" || flag === undefined || !isTrue(flag)) return [];
      const says = "`<httpCookies>` stands outside `system.web`, where it is not read";
      return [{ kind: "ineffective", says, at: { from: "file", ...flag.place, says } }];
    }),
  );
}

const throwsOverHttp =
  "With `requireSSL` on `forms`, signing in throws an HttpException on every request that is not `Request.IsSecureConnection`: where TLS ends at a proxy that forwards plain http, let the proxy's scheme reach IIS first (the HTTPS server variable), or set Secure on the cookie that `FormsAuthentication.GetAuthCookie` gives.";

function formsCookies(application: Application, context: Context): readonly Cookie[] {
  const { folder } = application;
  const mode = attributeFor(application, folder, "authentication", "mode");
  if (!/^forms$/i.test(mode?.value.trim() ?? "")) return [];
  const setting = (name: string) => attributeFor(application, folder, "forms", name);
  if (/^useuri$/i.test(setting("cookieless")?.value.trim() ?? "")) return [];
  const forms = elementsOf(application, "forms").filter(({ layer }) => layer.path === folder);
  const authentication = elementsOf(application, "authentication").filter(({ layer }) => layer.path === folder);
  const parent = authentication.at(-1)?.element;
  if (parent === undefined) return [];
  const flag = setting("requireSSL");
  const sink = startTag(forms.at(-1)?.element ?? parent);
  const cookie = context.judge({
    framework: "aspnet",
    name: setting("name")?.value || ".ASPXAUTH",
    sink,
    secure: [...(flag === undefined ? [] : [flagSource(flag, "forms", application)]), formsDefault],
    remarks: isTrue(flag) && context.deployment.tls === "proxy" ? [withheld(flag!, "signing in throws")] : [],
    fixes: () => formsFix(application, context),
  });
  return [broken(cookie, application, context)];
}

/** Sets `requireSSL` on `forms`, which throws over http. */
export function formsFix(application: Application, context: Context): readonly Fix[] {
  const here = (section: string) =>
    elementsOf(application, section).findLast(({ layer }) => layer.path === application.folder)?.element;
  const parent = here("authentication");
  if (parent === undefined) return [];
  const edits = setFlag(here("forms"), parent, "forms", "requireSSL", context);
  if (edits.length === 0) return [];
  return [{ title: "Set requireSSL", safety: "needs a decision", note: throwsOverHttp, edits }];
}

function withheld(flag: Attribute, what: string): Remark {
  const says = `${what} on a request that does not arrive as https, also when TLS ends at a proxy in front`;
  return { kind: "withheld", says, at: { from: "file", ...flag.valuePlace, says } };
}

interface Provider {
  readonly section: string;
  readonly name: string;
  readonly docs: string;
  readonly enabled: (setting: (name: string) => string) => boolean;
}

const PROVIDERS: readonly Provider[] = [
  {
    section: "roleManager",
    name: ".ASPXROLES",
    docs: rolesDocs,
    enabled: (setting) => /^true$/i.test(setting("enabled")) && /^true$/i.test(setting("cacheRolesInCookie")),
  },
  {
    section: "anonymousIdentification",
    name: ".ASPXANONYMOUS",
    docs: anonymousDocs,
    enabled: (setting) => /^true$/i.test(setting("enabled")) && !/^(?:true|useuri)$/i.test(setting("cookieless")),
  },
];

function providerCookies(application: Application, context: Context): readonly Cookie[] {
  return PROVIDERS.flatMap(({ section, name, docs, enabled }) => {
    const setting = (attribute: string) =>
      attributeFor(application, application.folder, section, attribute)?.value.trim() ?? "";
    const found = elementsOf(application, section).findLast(({ layer }) => layer.path === application.folder);
    if (found === undefined || !enabled(setting)) return [];
    const flag = attributeFor(application, application.folder, section, "cookieRequireSSL");
    const says = `\`cookieRequireSSL\` of \`${section}\` is not given (\`httpCookies\` does not reach this cookie), and its default is off`;
    const cookie = context.judge({
      framework: "aspnet",
      name: setting("cookieName") || name,
      sink: startTag(found.element),
      secure: [...(flag === undefined ? [] : [flagSource(flag, section, application)]), fallback(false, docs, says)],
      remarks: isTrue(flag) && context.deployment.tls === "proxy" ? [withheld(flag!, "the cookie is left out")] : [],
      fixes: () => [
        {
          title: "Set cookieRequireSSL",
          safety: "needs a decision",
          note: "The runtime then leaves the cookie out of every response to a request that is not `Request.IsSecureConnection`, also behind a proxy that ends TLS.",
          edits: setFlag(found.element, found.layer.web, section, "cookieRequireSSL", context),
        },
      ],
    });
    return [broken(cookie, application, context)];
  });
}

/** `<forms>` under `system.webServer`: forms authentication was meant, in a place where nobody reads it. */
function misplacedForms({ document }: Application, context: Context): readonly Cookie[] {
  const server = document.children.filter(({ name }) => name === "system.webServer");
  const holders = server.flatMap(({ children }) => [...children, ...children.flatMap((child) => child.children)]);
  return holders.flatMap((holder) => {
    const forms = holder.name === "authentication" ? holder.children.find(({ name }) => name === "forms") : undefined;
    if (forms === undefined) return [];
    const flag = forms.attributes.get("requireSSL");
    const at = flag?.place ?? { file: forms.file, span: forms.node.nameSpan };
    const says =
      "`<forms>` stands under `system.webServer`, where it is not read, and the default of `requireSSL` is off";
    const belongs = '`<forms>` belongs under `system.web`, in `<authentication mode="Forms">`';
    return [
      context.judge({
        framework: "aspnet",
        name: forms.attributes.get("name")?.value || ".ASPXAUTH",
        sink: at,
        secure: [fallback(false, formsDocs, says)],
        remarks: [{ kind: isTrue(flag) ? "ineffective" : "note", says: belongs, at: { from: "file", ...at, says } }],
      }),
    ];
  });
}

/** Sets an attribute in the file's own way: its value, else behind the last attribute, else with a new element. */
function setFlag(
  element: Element | undefined,
  parent: Element,
  name: string,
  flag: string,
  context: Context,
): readonly Edit[] {
  if (element === undefined)
    return parent.removed.has(`<${name}>`) ? [] : addElement(parent, `<${name} ${flag}="true" />`, context);
  const removed = element.removed.get(flag);
  if (removed !== undefined) return keepFlag(removed, flag, context);
  const attribute = element.attributes.get(flag);
  if (attribute !== undefined)
    return isTrue(attribute) ? [] : [replace(context.text(attribute.valuePlace.file), attribute.valuePlace, "true")];
  const text = context.text(element.file);
  const own = element.node.attributes.filter(({ prefix }) => prefix === undefined);
  const last = own.at(-1);
  if (last === undefined) return [insert(element.file, element.node.nameSpan.end, ` ${flag}="true"`)];
  const before = text.slice(element.node.span.start, last.span.start);
  const gap = own.length > 1 ? (/\s+$/.exec(before)?.[0] ?? " ") : " ";
  return [insert(element.file, last.span.end, `${gap}${flag}="true"`)];
}

/** A transform that removes the attribute alone sets it instead. */
function keepFlag(removed: Place, flag: string, context: Context): readonly Edit[] {
  const text = context.text(removed.file);
  const written = /^([\w.-]+:Transform=["'])RemoveAttributes\(\s*(\w+)\s*\)(["'])$/.exec(
    text.slice(removed.span.start, removed.span.end),
  );
  if (written === null || written[2] !== flag) return [];
  return [replace(text, removed, `${flag}="true" ${written[1]}SetAttributes(${flag})${written[3]}`)];
}

/** The first child, on a line of its own, indented as its neighbours. */
function addElement(parent: Element, element: string, context: Context): readonly Edit[] {
  const { file, node } = parent;
  const text = context.text(file);
  const { indent, newline } = lineAt(text, node.span.start);
  const { innerSpan } = node;
  const [first] = node.children;
  const deeper =
    first === undefined || lineAt(text, first.span.start).start <= node.span.start
      ? `${indent}${indent.includes("\t") ? "\t" : "  "}`
      : lineAt(text, first.span.start).indent;
  if (innerSpan === undefined) {
    const start = /\s*\/>$/.exec(text.slice(node.span.start, node.span.end));
    if (start === null) return [];
    const span = { start: node.span.end - start[0].length, end: node.span.end };
    const tag = text.slice(node.nameSpan.start, node.nameSpan.end);
    return [replace(text, { file, span }, `>${newline}${deeper}${element}${newline}${indent}</${tag}>`)];
  }
  const empty =
    text.slice(innerSpan.start, innerSpan.end).trim() === "" &&
    !text.slice(innerSpan.start, innerSpan.end).includes("\n");
  return [insert(file, innerSpan.start, `${newline}${deeper}${element}${empty ? `${newline}${indent}` : ""}`)];
}
