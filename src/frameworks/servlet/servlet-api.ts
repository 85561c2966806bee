import {
  type CallFact,
  type Context,
  imports,
  named,
  pathsOf,
  type SeenAlternative,
  type SeenObject,
} from "../../framework.ts";

const packages = ["javax.servlet", "jakarta.servlet"];

export const docs = {
  cookie:
    "https://jakarta.ee/specifications/servlet/6.1/apidocs/jakarta.servlet/jakarta/servlet/http/cookie#setSecure(boolean)",
  session:
    "https://jakarta.ee/specifications/servlet/6.1/apidocs/jakarta.servlet/jakarta/servlet/sessioncookieconfig#setSecure(boolean)",
  header:
    "https://jakarta.ee/specifications/servlet/6.1/apidocs/jakarta.servlet/jakarta/servlet/http/httpservletresponse#addHeader(java.lang.String,java.lang.String)",
};

const cookieTypes = packages.map((name) => `${name}.http.Cookie`);
const responseTypes = [
  "*.HttpServletResponse",
  "*.HttpServletResponseWrapper",
  "*.MockHttpServletResponse",
  "*.ServletActionContext.getResponse()",
];
const responseNames =
  /^(?:this\.)?(?:(?:http|servlet)?(?:res|resp|response|httpresponse|servletresponse)|getResponse\(\))$/i;

/** A page has the API's classes without importing them (Jakarta Server Pages, JSP.1.10.1). */
function isPage(file: string): boolean {
  return /\.jspf?$/i.test(file);
}

export function importsServlet(context: Context, file: string): boolean {
  return isPage(file) || imports(context, file, ...packages);
}

/** Do these names of a class or object mean the servlet API's cookie? */
export function isCookieType(paths: readonly string[]): boolean {
  return named(paths, ...cookieTypes);
}

/** A snippet without package and imports can only mean the API it is about. */
function isSnippet(context: Context, file: string): boolean {
  const module = context.facts.modules.get(file);
  return module !== undefined && module.imports.length === 0 && !/^\s*package\s/m.test(context.text(file));
}

/** `new Cookie(name, value)` of the servlet API. */
export function isCookieConstructor(call: CallFact, context: Context): boolean {
  if (!call.new) return false;
  if (isCookieType(call.callee)) return true;
  const { file } = call.place;
  return call.callee[0] === "Cookie" && call.arguments.length === 2 && (isPage(file) || isSnippet(context, file));
}

/** Is the receiver a response of the servlet API, by its type or, where the file imports the API, by its name? */
export function isResponse(call: CallFact, context: Context): boolean {
  const receivers = call.callee.map((path) => path.slice(0, path.lastIndexOf(".")));
  if (named(receivers, ...responseTypes)) return true;
  if (call.receiver !== undefined && named(pathsOf(call.receiver), ...responseTypes)) return true;
  if (named(call.within.bases, ...responseTypes) && receivers.every((path) => path === "" || path === "super"))
    return true;
  return importsServlet(context, call.place.file) && receivers.some((path) => responseNames.test(path));
}

export function cookieArgument(call: CallFact): readonly SeenAlternative[] {
  return call.arguments.length === 1 ? (call.arguments[0]?.value ?? []) : [];
}

/** The cookie objects among what a value may be. */
export function objectsOf(seen: readonly SeenAlternative[]): readonly SeenObject[] {
  return seen.flatMap(({ data }) => (data.kind === "object" ? [data] : []));
}

/** The constructor call that made an object, through clones of it. */
export function madeBy(object: SeenObject): SeenObject["from"] {
  let each: SeenObject | undefined = object;
  for (let hops = 0; hops < 5 && each !== undefined; hops += 1) {
    if (each.from?.new === true) return each.from;
    if (each.from?.method !== "clone") return undefined;
    each = objectsOf(each.from.receiver ?? [])[0];
  }
  return undefined;
}
