import {
  type CallFact,
  type Context,
  type Cookie,
  type Evidence,
  type Fix,
  fallback,
  lastOf,
  named,
  type OwnSource,
  once,
  type Place,
  type ProxyTrust,
  type Remark,
  type Seen,
  type SettingNode,
  setting,
} from "../../framework.ts";
import { insertBehindStatement, replace } from "../../write.ts";
import { springTrust } from "../spring-trust.ts";
import { addElement, type Element, setText, styleOf, wrap } from "./descriptor-edit.ts";
import { docs, objectsOf } from "./servlet-api.ts";
import {
  attributeOf,
  type Container,
  childrenNamed,
  type Descriptor,
  descriptorsNamed,
  elementsOf,
  serverWide,
  textOf,
  type WebApp,
  webApps,
} from "./web-apps.ts";

/** Explicit values other than `true` leave Tomcat, Jetty and GlassFish with the request's scheme. */
const followsRequest = { values: { true: "secure", "*": "request-scheme" }, absent: "next" } as const;
const decidesAlone = { values: { true: "secure", "*": "insecure" }, absent: "next" } as const;

/** The session cookie of every web application that the project shows. */
export function sessionCookies(context: Context): readonly Cookie[] {
  const code = context.facts.calls.filter(isSessionConfiguration);
  const apps = webApps(context, code);
  const cookies = apps.flatMap((app) => sessionCookie(app, context));
  return [...(apps.length > 0 ? cookies : annotatedOnly(context)), ...signOn(context)];
}

/** Tomcat's valve for single sign-on sets a cookie of its own, which follows the request whatever web.xml says. */
function signOn(context: Context): readonly Cookie[] {
  return ["server.xml", "context.xml"].flatMap((name) =>
    descriptorsNamed(context, name).flatMap(({ file, root }) =>
      [...elementsOf(root)]
        .filter(({ node }) => /(?:^|\.)authenticator\.SingleSignOn$/.test(attributeOf(node, "className") ?? ""))
        .map(({ node }) =>
          context.judge({
            framework: "servlet",
            name: attributeOf(node, "cookieName") ?? "JSESSIONIDSSO",
            sink: { file, span: startTag(node) },
            secure: [
              fallback("request-scheme", signOnDocs, "`<secure>` does not reach it, and it follows the request"),
            ],
            trust: trustOf("container", context),
          }),
        ),
    ),
  );
}

const signOnDocs = "https://tomcat.apache.org/tomcat-10.1-doc/config/host.html#Single_Sign_On";

/** `….getSessionCookieConfig()`, and `setSecure` on what it gives. */
function isSessionConfiguration(call: CallFact): boolean {
  if (call.method === "getSessionCookieConfig")
    return call.callee.some((path) => path.endsWith(".getSessionCookieConfig")) && isConfigured(call);
  return (
    call.method === "setSecure" &&
    call.callee.some((path) => /(?:^|\.)(?:getSessionCookieConfig\(\)|SessionCookieConfig)\.setSecure$/.test(path))
  );
}

/** The configuration may also be asked for to read it, or to hand it on. */
function isConfigured({ late }: CallFact): boolean {
  return objectsOf(late?.result ?? []).some(({ properties }) =>
    [...properties.keys()].some((name) => /^set\w+\(/.test(name)),
  );
}

function sessionCookie(app: WebApp, context: Context): readonly Cookie[] {
  const { webXml } = app;
  const inXml = webXml === undefined ? undefined : readDescriptor(webXml, app);
  if (inXml?.sent === false) return [];
  const { setters, ineffective } = readCode(app, context);
  const deciding = setters.at(-1);
  const place = deciding?.call.place ?? inXml?.place ?? app.code[0]?.place;
  if (place === undefined) return [];
  const containers = [...app.vendors.keys()];
  const always = containers.length === 1 ? containers[0] : undefined;
  const sources: OwnSource[] = [
    ...setters
      .map(({ seen }) => setting(seen, "setSecure", always === "WildFly" ? decidesAlone : followsRequest))
      .toReversed(),
    ...contradiction(app, inXml),
    ...vendorSources(app),
    ...(inXml?.sources ?? []),
    ...fragmentSources(app),
    ...serverSources(context),
    defaultOf(always, app, setters.length > 0),
  ];
  const cookie = context.judge({
    framework: "servlet",
    name: nameOf(app, inXml, context),
    sink: place,
    secure: sources,
    trust: trustOf("container", context),
    attributes: attributesOf(app, inXml),
    ...(isTest(place.file) ? { notDeployed: "it stands among the tests" } : {}),
    remarks: [...(inXml?.remarks ?? []), ...ineffective],
    fixes: (judged) => fixes(judged, app, inXml, deciding?.call, context),
  });
  if (cookie.condition?.on !== "configuration" || cookie.fixes.length > 0) return [cookie];
  return [{ ...cookie, fixes: fixes(cookie, app, inXml, deciding?.call, context) }];
}

function isTest(file: string): boolean {
  return /(?:^|\/)src\/(?:test|it)\//.test(file);
}

// web.xml

interface InXml {
  /** False where the session is never kept in a cookie. */
  readonly sent: boolean;
  readonly place: Place;
  readonly config: SettingNode | undefined;
  readonly sources: readonly OwnSource[];
  readonly remarks: readonly Remark[];
  readonly secure: readonly SettingNode[];
  readonly misplaced: readonly SettingNode[];
  readonly fixable: boolean;
}

function readDescriptor(descriptor: Descriptor, app: WebApp): InXml {
  const { file, root } = descriptor;
  const configs = childrenNamed(root, "session-config");
  const [first] = configs;
  const cookieConfigs = configs.flatMap((config) => childrenNamed(config, "cookie-config"));
  const modes = configs
    .flatMap((config) => childrenNamed(config, "tracking-mode"))
    .map((mode) => textOf(mode)?.toUpperCase());
  const secure = cookieConfigs.flatMap((config) => childrenNamed(config, "secure"));
  const attribute = secureAttribute(cookieConfigs);
  const misplaced = [
    ...configs.flatMap((config) => childrenNamed(config, "secure")),
    ...childrenNamed(root, "secure"),
    ...childrenNamed(root, "cookie-config").flatMap((config) => childrenNamed(config, "secure")),
  ];
  const wildfly = app.vendors.size === 1 && app.vendors.has("WildFly");
  const sources: OwnSource[] = [];
  const remarks: Remark[] = [];
  if (root.prefix !== undefined) sources.push(...prefixed(descriptor, secure));
  else if (configs.length > 1) sources.push(startsNowhere(configs[1]!, file));
  else if (attribute !== undefined)
    sources.push(setting(valueSeen(attribute, file), "<attribute> Secure", followsRequest));
  else if (secure.length > 0) sources.push(secureSetting(valuesOf(secure, file), wildfly));
  for (const node of secure) remarks.push(...valueRemarks(node, file));
  for (const node of misplaced) remarks.push(misplacedRemark(node, file));
  return {
    sent: modes.length === 0 || modes.includes("COOKIE"),
    place: { file, span: startTag(first ?? root) },
    config: first,
    sources,
    remarks,
    secure,
    misplaced,
    fixable: root.prefix === undefined ? configs.length < 2 : true,
  };
}

function startsNowhere(second: SettingNode, file: string): OwnSource {
  const because = "`<session-config>` stands twice: Tomcat does not start the application, Jetty takes the first";
  return setting(unknownSeen(because, file, second), "<secure>");
}

function startTag(node: SettingNode): Place["span"] {
  return { start: node.span.start, end: node.innerSpan?.start ?? node.span.end };
}

function evidenceAt(file: string, node: SettingNode, says: string): Evidence {
  return { from: "file", file, span: node.valueSpan ?? node.span, says };
}

function unknownSeen(because: string, file: string, node: SettingNode): Seen {
  return [
    { data: { kind: "unknown", because, parameter: undefined }, when: [], because: [evidenceAt(file, node, because)] },
  ];
}

/** What `<secure>` says; where it stands twice, Tomcat takes the last and Jetty the first. */
function valuesOf(nodes: readonly SettingNode[], file: string): Seen {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return [];
  const [early, late] = [isTrue(first), isTrue(last)];
  if (early === late) return valueSeen(last, file);
  const winner = early
    ? "Jetty, which takes the first `<secure>` (Tomcat takes the last)"
    : "Tomcat, which takes the last `<secure>` (Jetty takes the first)";
  return eitherWay(
    `${file}:${first.span.start}`,
    `the container is ${winner}`,
    file,
    early ? first : last,
    early ? last : first,
  );
}

/** `<secure>` as a source; what hangs on the container or a property is off where it does not hold. */
function secureSetting(seen: Seen, alone = false): OwnSource {
  return setting(seen, "<secure>", alone || seen.length > 1 ? decidesAlone : followsRequest);
}

/** True on a condition of the configuration, else off. */
function eitherWay(key: string, says: string, file: string, on: SettingNode, off: SettingNode): Seen {
  const condition = { kind: "configuration", key, says, holds: undefined } as const;
  return [
    {
      data: { kind: "literal", value: true },
      when: [{ ...condition, arm: true }],
      because: [evidenceAt(file, on, says)],
    },
    {
      data: { kind: "literal", value: false },
      when: [{ ...condition, arm: false }],
      because: [evidenceAt(file, off, says)],
    },
  ];
}

function isTrue(node: SettingNode): boolean {
  return /^true$/i.test(textOf(node) ?? "");
}

function valueSeen(node: SettingNode, file: string): Seen {
  const text = textOf(node) ?? "";
  const property = /\$\{([^}:]+)(?::[^}]*)?\}/.exec(text)?.[1];
  if (property !== undefined)
    return eitherWay(
      `property ${property}`,
      `Tomcat is started with \`-D${property}=true\` (Jetty does not replace it)`,
      file,
      node,
      node,
    );
  const value = isTrue(node) ? true : /^false$/i.test(text) ? false : text;
  return [
    { data: { kind: "literal", value }, when: [], because: [evidenceAt(file, node, `\`<secure>\` is \`${text}\``)] },
  ];
}

function valueRemarks(node: SettingNode, file: string): readonly Remark[] {
  const text = textOf(node) ?? "";
  if (isTrue(node) || text.includes("${")) return [];
  if (/^false$/i.test(text))
    return [
      {
        kind: "note",
        says: "`false` does not forbid Secure: Tomcat and Jetty still set it where the request itself arrives as https; Undertow and WildFly never do",
        at: evidenceAt(file, node, "`<secure>` is `false`"),
      },
    ];
  return [
    {
      kind: "ineffective",
      says: `only \`true\` turns \`<secure>\` on, and ${text === "" ? "an empty one" : `\`${text}\``} is read as false`,
      at: evidenceAt(file, node, "the value"),
    },
  ];
}

function misplacedRemark(node: SettingNode, file: string): Remark {
  return {
    kind: "ineffective",
    says: "`<secure>` is read only in `<session-config><cookie-config>`; here it is passed over in silence",
    at: { from: "file", file, span: node.span, says: "`<secure>` stands here" },
  };
}

/** Prefixed elements are read by Jetty and not by Tomcat, which does not start the application. */
function prefixed({ file, root }: Descriptor, secure: readonly SettingNode[]): readonly OwnSource[] {
  const because = `the elements have the prefix \`${root.prefix}:\`, with which Tomcat does not read web.xml at all`;
  const [only] = secure;
  if (only === undefined || !isTrue(only)) return [setting(unknownSeen(because, file, root), "<secure>")];
  const says = `the container is Jetty: Tomcat does not read elements with the prefix \`${root.prefix}:\``;
  return [setting(eitherWay(`${file}:prefix`, says, file, only, root), "<secure>", decidesAlone)];
}

/** The value of an `<attribute>` with the name `Secure` (Servlet 6); it beats `<secure>`. */
function secureAttribute(configs: readonly SettingNode[]): SettingNode | undefined {
  for (const attribute of configs.flatMap((config) => childrenNamed(config, "attribute"))) {
    const [name] = childrenNamed(attribute, "attribute-name");
    const [value] = childrenNamed(attribute, "attribute-value");
    if (textOf(name)?.toLowerCase() === "secure" && value !== undefined) return value;
  }
  return undefined;
}

// What stands around web.xml

function fragmentSources({ webXml, fragments }: WebApp): readonly OwnSource[] {
  const root = webXml?.root;
  if (root !== undefined && attributeOf(root, "metadata-complete")?.trim() === "true") return [];
  const counted = fragments.filter(({ root: fragment }) => isOrdered(root, fragment));
  const found = counted.flatMap(({ file, root: fragment }) => {
    const secure = childrenNamed(fragment, "session-config")
      .flatMap((config) => childrenNamed(config, "cookie-config"))
      .flatMap((config) => childrenNamed(config, "secure"));
    return secure.map((node) => ({ file, node }));
  });
  const [first] = found;
  if (first === undefined) return [];
  const other = found.find(({ node }) => isTrue(node) !== isTrue(first.node));
  if (other !== undefined) {
    const because = "two web fragments disagree about `<secure>`, and the application does not start";
    return [setting(unknownSeen(because, other.file, other.node), "<secure>")];
  }
  return [secureSetting(valueSeen(first.node, first.file))];
}

/** `<absolute-ordering>` leaves out the fragments that it does not name. */
function isOrdered(root: SettingNode | undefined, fragment: SettingNode): boolean {
  const [ordering] = childrenNamed(root, "absolute-ordering");
  if (ordering === undefined || childrenNamed(ordering, "others").length > 0) return true;
  const name = textOf(childrenNamed(fragment, "name")[0]);
  return childrenNamed(ordering, "name").some((each) => textOf(each) === name);
}

function serverSources(context: Context): readonly OwnSource[] {
  const server = serverWide(context);
  const secure = childrenNamed(server?.root, "session-config")
    .flatMap((config) => childrenNamed(config, "cookie-config"))
    .flatMap((config) => childrenNamed(config, "secure"));
  return server === undefined || secure.length === 0 ? [] : [secureSetting(valuesOf(secure, server.file))];
}

/** The container's own descriptor; where there are several, each counts only in its container. */
function vendorSources({ vendors }: WebApp): readonly OwnSource[] {
  const result: OwnSource[] = [];
  for (const [container, descriptor] of vendors) {
    const found = vendorSetting(container, descriptor);
    if (found === undefined) continue;
    const { node, value, attribute } = found;
    const { file } = descriptor;
    const at = evidenceAt(file, node, `\`${attribute}\` is \`${value}\``);
    const condition = {
      kind: "configuration",
      key: `container ${container}`,
      says: `the container is ${container}`,
      holds: undefined,
    } as const;
    const alone = vendors.size === 1;
    const seen: Seen = [
      { data: { kind: "literal", value }, when: alone ? [] : [{ ...condition, arm: true }], because: [at] },
      ...(alone
        ? []
        : [
            { data: { kind: "literal" as const, value: undefined }, when: [{ ...condition, arm: false }], because: [] },
          ]),
    ];
    result.push(setting(seen, attribute, found.never ? decidesAlone : followsRequest));
  }
  return result;
}

/** web.xml says yes, the container's own descriptor says no: which of them wins is documented nowhere. */
function contradiction({ vendors }: WebApp, inXml: InXml | undefined): readonly OwnSource[] {
  if (inXml === undefined || inXml.secure.length === 0 || !inXml.secure.every(isTrue)) return [];
  for (const [container, descriptor] of vendors) {
    const found = vendorSetting(container, descriptor);
    if (found === undefined || found.value !== false || !found.never) continue;
    const because = `web.xml says \`true\`, \`${found.attribute}\` of ${container} says \`false\`, and which of them wins is not documented`;
    return [setting(unknownSeen(because, descriptor.file, found.node), "<secure>")];
  }
  return [];
}

interface VendorSetting {
  readonly node: SettingNode;
  readonly value: boolean | string;
  readonly attribute: string;
  /** A false here holds on https too. */
  readonly never: boolean;
}

function vendorSetting(container: Container, { root }: Descriptor): VendorSetting | undefined {
  for (const { node, around } of elementsOf(root)) {
    if (container === "GlassFish" && node.name === "property" && attributeOf(node, "name") === "cookieSecure") {
      const value = attributeOf(node, "value") ?? "";
      if (/^true$/i.test(value)) return { node, value: true, attribute: "cookieSecure", never: false };
      if (/^false$/i.test(value)) return { node, value: false, attribute: "cookieSecure", never: true };
    }
    if (container === "WebLogic" && node.name === "cookie-secure") {
      const value = /^(?:true|yes|y|1)$/i.test(textOf(node) ?? "");
      return { node, value, attribute: "<cookie-secure>", never: true };
    }
    if (container === "Jetty" && node.name === "Set" && /^secure$/i.test(attributeOf(node, "name") ?? "")) {
      const inside = around.some((each) => /^sessionCookieConfig$/i.test(attributeOf(each, "name") ?? ""));
      if (inside) return { node, value: isTrue(node), attribute: "sessionCookieConfig.secure", never: false };
    }
  }
  return undefined;
}

/** `secureRequestOnly=false`: Jetty does not look at the request. */
function ignoresRequest({ root }: Descriptor): boolean {
  for (const { node } of elementsOf(root)) {
    if (node.name === "Set" && /^secureRequestOnly$/i.test(attributeOf(node, "name") ?? "") && textOf(node) === "false")
      return true;
  }
  return false;
}

const containerDocs = {
  Tomcat: "https://tomcat.apache.org/tomcat-10.1-doc/config/context.html#Standard_Implementation",
  Jetty: "https://jetty.org/docs/jetty/12/programming-guide/server/session.html",
  WildFly:
    "https://docs.wildfly.org/37/wildscribe/subsystem/undertow/servlet-container/setting/session-cookie/index.html",
  GlassFish: "https://glassfish.org/docs/latest/application-deployment-guide.html#cookie-properties",
  WebLogic: "https://docs.oracle.com/en/middleware/fusion-middleware/weblogic-server/14.1.1.0/wbapp/weblogic_xml.html",
} as const;

function defaultOf(container: Container | undefined, app: WebApp, isSetSometimes: boolean): OwnSource {
  const missing = isSetSometimes
    ? "`setSecure` is called on the `SessionCookieConfig` only on some ways"
    : app.webXml === undefined
      ? "`setSecure` is not called on the `SessionCookieConfig`"
      : "`<secure>` is not given";
  if (container === "WildFly")
    return fallback(false, containerDocs.WildFly, `${missing}, and WildFly's default is off`);
  if (container === "WebLogic")
    return fallback(false, containerDocs.WebLogic, `${missing}, and WebLogic's default is off`);
  const jetty = app.vendors.get("Jetty");
  if (container === "Jetty" && jetty !== undefined && ignoresRequest(jetty))
    return fallback(
      false,
      containerDocs.Jetty,
      `${missing}, and with \`secureRequestOnly\` off Jetty does not look at the request`,
    );
  if (container !== undefined)
    return fallback("request-scheme", containerDocs[container], `${missing}, and ${container} follows the request`);
  return fallback(
    "request-scheme",
    docs.session,
    `${missing}; Undertow and WildFly then never set it, and Tomcat, Jetty and GlassFish follow the request`,
  );
}

// Code

interface Setter {
  readonly call: CallFact;
  readonly seen: Seen;
}

/** `setSecure` on the session's cookie configuration, where the container still listens to it. */
function readCode(app: WebApp, context: Context): { setters: readonly Setter[]; ineffective: readonly Remark[] } {
  const states = new Map<number, Seen>();
  for (const call of app.code) {
    if (call.method !== "getSessionCookieConfig") continue;
    for (const object of objectsOf(call.late?.result ?? [])) {
      const seen = object.properties.get("setSecure()");
      if (seen !== undefined) states.set(object.id, seen);
    }
  }
  const setters: Setter[] = [];
  const ineffective: Remark[] = [];
  for (const call of app.code) {
    if (call.method !== "setSecure") continue;
    const why = unheard(call, app, context);
    if (why !== undefined) {
      ineffective.push({
        kind: "ineffective",
        says: why,
        at: { from: "file", ...call.place, says: "`setSecure` is called here" },
      });
      continue;
    }
    const [object] = objectsOf(call.receiver ?? []);
    const state = object === undefined ? undefined : states.get(object.id);
    if (
      setters.some(
        (other) => other.call.place.file === call.place.file && other.call.place.span.start === call.place.span.start,
      )
    )
      continue;
    const given = { value: state ?? call.arguments[0]?.value ?? [], conditions: call.conditions };
    const knowsWays = state?.some(({ when }) => when.length > 0) === true;
    setters.push({ call, seen: knowsWays ? state : lastOf([given]) });
  }
  return { setters, ineffective };
}

/** Why the container does not take what this call says. */
function unheard(call: CallFact, { webXml }: WebApp, context: Context): string | undefined {
  const { class: name, function: method, bases } = call.within;
  const isComplete = webXml !== undefined && attributeOf(webXml.root, "metadata-complete")?.trim() === "true";
  const declared = context.facts.classes.find((each) => each.name === name && each.file === call.place.file);
  if (
    isComplete &&
    declared?.annotations.includes("WebListener") === true &&
    !isListed(webXml, "listener", "listener-class", name)
  )
    return '`metadata-complete="true"` makes the container pass over `@WebListener`';
  const isServlet = named(bases, "*.HttpServlet", "*.GenericServlet");
  if (!isServlet) return undefined;
  const eager =
    (method === "init" && /loadOnStartup\s*=\s*\d/.test(context.text(call.place.file))) ||
    (method === "init" && webXml !== undefined && startsEagerly(webXml, name));
  return eager
    ? undefined
    : "the application has started by then, and the call throws an `IllegalStateException`; call it in a `ServletContextListener`";
}

function isListed(webXml: Descriptor, element: string, inner: string, name: string | undefined): boolean {
  return childrenNamed(webXml.root, element).some((node) =>
    childrenNamed(node, inner).some((each) => name !== undefined && (textOf(each) ?? "").endsWith(name)),
  );
}

function startsEagerly(webXml: Descriptor, name: string | undefined): boolean {
  return childrenNamed(webXml.root, "servlet").some(
    (node) =>
      childrenNamed(node, "servlet-class").some((each) => name !== undefined && (textOf(each) ?? "").endsWith(name)) &&
      childrenNamed(node, "load-on-startup").length > 0,
  );
}

/** A project of annotated servlets without any descriptor: its sessions have a cookie all the same. */
function annotatedOnly(context: Context): readonly Cookie[] {
  const { modules, classes, calls } = context.facts;
  const imported = (prefix: string) =>
    [...modules.values()].some((module) => module.imports.some((name) => name.startsWith(prefix)));
  if (!classes.some(({ annotations }) => annotations.includes("WebServlet")) || imported("org.springframework.boot"))
    return [];
  const call = calls.find(
    (each) =>
      each.method === "getSession" &&
      each.callee.some((path) => path.endsWith("HttpServletRequest.getSession")) &&
      !isTest(each.place.file),
  );
  if (call === undefined) return [];
  const fragments = descriptorsNamed(context, "web-fragment.xml");
  const app: WebApp = { base: "", webXml: undefined, fragments, vendors: new Map(), code: [] };
  const cookie = context.judge({
    framework: "servlet",
    name: "JSESSIONID",
    sink: call.place,
    secure: [...fragmentSources(app), ...serverSources(context), defaultOf(undefined, app, false)],
    trust: trustOf("container", context),
    remarks: [
      {
        kind: "note",
        says: "call `getSessionCookieConfig().setSecure(true)` in a `ServletContextListener`, or add a web.xml with `<secure>`",
        at: { from: "file", ...call.place, says: "the session begins here" },
      },
    ],
  });
  return [cookie];
}

// Name and attributes

function nameOf(app: WebApp, inXml: InXml | undefined, context: Context): string | undefined {
  const tomcat =
    app.vendors.get("Tomcat") ??
    descriptorsNamed(context, "context.xml").find(({ file }) => /(?:^|\/)conf\/context\.xml$/.test(file));
  const ofContext = tomcat === undefined ? undefined : attributeOf(tomcat.root, "sessionCookieName");
  if (ofContext !== undefined) return ofContext;
  const inCode = app.code
    .flatMap((call) => objectsOf(call.late?.result ?? []))
    .map(({ properties }) => properties.get("setName()"));
  for (const seen of inCode) {
    const [only] = seen ?? [];
    if (only !== undefined) return only.data.kind === "literal" ? String(only.data.value) : undefined;
  }
  return elementText(inXml, "name") ?? "JSESSIONID";
}

function elementText(inXml: InXml | undefined, name: string): string | undefined {
  const [config] = childrenNamed(inXml?.config, "cookie-config");
  return textOf(childrenNamed(config, name)[0]);
}

function attributesOf(app: WebApp, inXml: InXml | undefined): Cookie["attributes"] {
  const result: Record<string, string | boolean> = {};
  const httpOnly = elementText(inXml, "http-only");
  if (httpOnly !== undefined) result.httponly = /^true$/i.test(httpOnly);
  for (const name of ["path", "domain", "max-age"]) {
    const value = elementText(inXml, name);
    if (value !== undefined) result[name] = value;
  }
  const sameSite = sameSiteOf(app, inXml);
  if (sameSite !== undefined) result.samesite = sameSite;
  return result;
}

function sameSiteOf(app: WebApp, inXml: InXml | undefined): string | undefined {
  const tomcat = app.vendors.get("Tomcat");
  for (const node of childrenNamed(tomcat?.root, "CookieProcessor")) {
    const value = attributeOf(node, "sameSiteCookies");
    if (value !== undefined) return value;
  }
  for (const attribute of childrenNamed(childrenNamed(inXml?.config, "cookie-config")[0], "attribute")) {
    if (textOf(childrenNamed(attribute, "attribute-name")[0])?.toLowerCase() === "samesite")
      return textOf(childrenNamed(attribute, "attribute-value")[0]);
  }
  return undefined;
}

// Trust

/** Is the container told that TLS ended at a proxy? */
export function proxyTrust(context: Context): ProxyTrust {
  return trustOf("application", context);
}

type Asker = "container" | "application";

function trustOf(asker: Asker, context: Context): ProxyTrust {
  return trusts[asker](context);
}

const trustAskedBy = (asker: Asker) =>
  once((context) => springTrust(context, asker) ?? jettyTrust(context) ?? readTrust(asker, context));
const trusts = { container: trustAskedBy("container"), application: trustAskedBy("application") };

const CUSTOMIZER = "ForwardedRequestCustomizer";

/** Jetty is told by its XML, or by code that starts it. */
function jettyTrust(context: Context): ProxyTrust | undefined {
  const says = `\`${CUSTOMIZER}\` makes Jetty believe \`X-Forwarded-Proto\``;
  const call = context.facts.calls.find((each) => each.new && each.method === CUSTOMIZER);
  if (call !== undefined) return { trusted: true, because: { from: "file", ...call.place, says } };
  for (const { file, format, roots } of context.facts.settings) {
    if (format !== "xml" || roots[0] === undefined || !/(?:^|\/)jetty[\w-]*\.xml$/.test(file)) continue;
    for (const { node } of elementsOf(roots[0]))
      if (node.name === "New" && attributeOf(node, "class")?.endsWith(`.${CUSTOMIZER}`) === true)
        return { trusted: true, because: { from: "file", file, span: startTag(node), says } };
  }
  return undefined;
}

function readTrust(asker: Asker, context: Context): ProxyTrust {
  for (const name of ["server.xml", "context.xml", "web.xml"]) {
    for (const { file, root } of descriptorsNamed(context, name)) {
      for (const { node } of elementsOf(root)) {
        const says = trusting(node, asker);
        if (says !== undefined) return { trusted: true, because: { from: "file", file, span: startTag(node), says } };
      }
    }
  }
  return {
    trusted: false,
    because: { from: "deployment", says: "nothing in the project makes the container believe `X-Forwarded-Proto`" },
  };
}

function trusting(node: SettingNode, asker: Asker): string | undefined {
  if (node.name === "Valve" && /(?:^|\.)RemoteIpValve$/.test(attributeOf(node, "className") ?? ""))
    return "`RemoteIpValve` believes `X-Forwarded-Proto`";
  const filter = node.name === "filter-class" ? textOf(node) : undefined;
  // Spring's filter wraps the request; the container makes the session's cookie by its own.
  if (
    /(?:^|\.)RemoteIpFilter$/.test(filter ?? "") ||
    (asker === "application" && /(?:^|\.)ForwardedHeaderFilter$/.test(filter ?? ""))
  )
    return `\`${textOf(node)?.split(".").at(-1)}\` believes \`X-Forwarded-Proto\``;
  if (node.name === "Connector" && attributeOf(node, "secure") === "true")
    return '`secure="true"` of the connector makes every request secure';
  return undefined;
}

// Fixes

const old =
  "`<cookie-config>` is not in the schema before version 3.0; Tomcat and Jetty read it all the same, a container that validates may refuse it.";

const chosen = "The system property does not decide any more.";

function fixes(
  judged: Cookie,
  app: WebApp,
  inXml: InXml | undefined,
  call: CallFact | undefined,
  context: Context,
): readonly Fix[] {
  if (call !== undefined) return fixInCode(call, context);
  const { webXml } = app;
  if (webXml === undefined) return fixBeside(app, context);
  if (judged.verdict === "unknown" || inXml === undefined || !inXml.fixable) return [];
  const byVendor = fixInVendor(judged, app, context);
  if (byVendor !== undefined) return byVendor;
  const { file, root } = webXml;
  const text = context.text(file);
  const edits = editDescriptor(text, file, root, inXml);
  if (edits.length === 0) return [];
  const property = inXml.secure.some((node) => textOf(node)?.includes("${") === true);
  if (property) return [{ title: "Set Secure on the session cookie", safety: "needs a decision", note: chosen, edits }];
  const version = Number.parseFloat(attributeOf(root, "version") ?? "");
  return [
    version < 3
      ? { title: "Set Secure on the session cookie", safety: "needs a decision", note: old, edits }
      : { title: "Set Secure on the session cookie", safety: "safe", edits },
  ];
}

/** The container's own descriptor decides, and is corrected where it stands. */
function fixInVendor({ decidedBy }: Cookie, { vendors, webXml }: WebApp, context: Context): readonly Fix[] | undefined {
  if (decidedBy.from !== "file" || decidedBy.file === webXml?.file) return undefined;
  for (const [container, descriptor] of vendors) {
    const found = descriptor.file === decidedBy.file ? vendorSetting(container, descriptor) : undefined;
    if (found === undefined) continue;
    const { file } = descriptor;
    const text = context.text(file);
    const value = found.node.attributes.find(({ name }) => name === "value");
    const edit =
      value === undefined
        ? setText(text, file, found.node, "true")
        : replace(text, { file, span: value.valueSpan }, "true");
    return [{ title: "Set Secure on the session cookie", safety: "safe", edits: [edit] }];
  }
  return undefined;
}

function fixInCode(call: CallFact, context: Context): readonly Fix[] {
  const [argument] = call.arguments;
  if (argument === undefined) return [];
  const text = context.text(argument.valuePlace.file);
  const { start, end } = argument.valuePlace.span;
  if (text.slice(start, end) === "true") return [];
  return [
    { title: "Set Secure on the session cookie", safety: "safe", edits: [replace(text, argument.valuePlace, "true")] },
  ];
}

/** `config.setSecure(true);` behind the statement that asks for the configuration. */
function fixBeside({ code }: WebApp, context: Context): readonly Fix[] {
  const first = code.find(({ method }) => method === "getSessionCookieConfig");
  if (first === undefined) return [];
  const { file, span } = first.place;
  const text = context.text(file);
  const before = text.slice(text.lastIndexOf("\n", span.start - 1) + 1, span.start).trimStart();
  const name = /^(?:(?:final\s+)?[\w.]+\s+)?([\w$]+)\s*=\s*$/.exec(before)?.[1];
  if (name === undefined && before !== "") return [];
  const config = name ?? text.slice(span.start, span.end).replaceAll(/\s+/g, "");
  const isKept = /^\s*;/.test(text.slice(span.end, span.end + 200));
  if (isKept !== (name !== undefined)) return [];
  const statement = { file, span: { start: span.start - before.length, end: span.end } };
  const edit = insertBehindStatement(text, statement, `${config}.setSecure(true);`);
  return edit === undefined ? [] : [{ title: "Set Secure on the session cookie", safety: "safe", edits: [edit] }];
}

const trueElement: Element = { name: "secure", content: "true" };
/** Elements that the schema has behind the one that is added. */
const behindCookieConfig = new Set(["tracking-mode"]);
const behindSecure = new Set(["max-age", "attribute"]);

function editDescriptor(text: string, file: string, root: SettingNode, { config, secure, misplaced }: InXml) {
  const style = styleOf(text, root);
  const attribute = secureAttribute(childrenNamed(config, "cookie-config"));
  if (attribute !== undefined) return isTrue(attribute) ? [] : [setText(text, file, attribute, "true")];
  const wrong = secure.filter((node) => !isTrue(node));
  if (wrong.length === 0 && secure.length > 0) return [];
  if (wrong.length > 0) return wrong.map((node) => setText(text, file, node, "true"));
  const inConfig = misplaced.find((node) => config?.children.includes(node) === true && isTrue(node));
  const [cookieConfig] = childrenNamed(config, "cookie-config");
  if (cookieConfig !== undefined) {
    const next = cookieConfig.children.find(({ name }) => behindSecure.has(name));
    return [addElement(text, file, cookieConfig, trueElement, style, next)];
  }
  if (inConfig !== undefined) return [wrap(text, file, inConfig, "cookie-config", style)];
  const stray = childrenNamed(root, "cookie-config").find((node) => childrenNamed(node, "secure").some(isTrue));
  if (config === undefined && stray !== undefined) return [wrap(text, file, stray, "session-config", style)];
  const added: Element = { name: "cookie-config", content: trueElement };
  if (config === undefined) return [addElement(text, file, root, { name: "session-config", content: added }, style)];
  const next = config.children.find(({ name }) => behindCookieConfig.has(name));
  return [addElement(text, file, config, added, style, next)];
}
