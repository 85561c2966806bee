import { type Context, once, pathsOf, type Seen } from "../framework.ts";
import { byNearness, isTest } from "./python.ts";

/** The frameworks of Python whose responses are told apart here. */
export type ResponseFramework = "django" | "flask" | "pyramid" | "starlette";

/** Packages of each, and what is built on them; where a file imports several, the first counts. */
const PACKAGES: readonly (readonly [ResponseFramework, RegExp])[] = [
  ["django", /^(?:django|rest_framework|dj_rest_auth|rest_auth|drf|ninja|allauth|knox|oauth2_provider|wagtail)/],
  ["pyramid", /^(?:pyramid|webob$|pylons$|cornice)/],
  ["flask", /^(?:flask|quart|werkzeug$)/],
  ["starlette", /^(?:starlette|fastapi)/],
];

/** Packages whose objects have a `set_cookie` of their own. */
const OTHERS =
  /^(?:aiohttp|bottle|cherrypy|falcon|http|httpx|litestar|mechanize|playwright|requests|sanic|selenium|tornado|urllib3?|webtest)$/;

/** What keeps the cookies of others, or sets them for its caller: `self.client`, `CookieJar()`, `session_manager`. */
const NO_RESPONSE =
  /(?:jar|client)\b|(?:app|browser|driver|session|manager|storage|store|service|helper|utils?|cookies?)(?:\(\))?$/i;

/** A client for tests, which keeps cookies: `app.test_client()`, `FlaskClient(app)`. */
const TEST_CLIENT = /\btest_client\b|Client\(\)$/;

const RESPONSE = /(?:^|[._])(?:resp|response|res)$/i;
/** What a middleware calls for the response of what it stands around. */
const INNER: readonly (readonly [ResponseFramework, RegExp])[] = [
  ["django", /(?:^|\.)get_response\(\)$/],
  ["starlette", /(?:^|\.)call_next\(\)$/],
];

/**
 * Is it a response of the framework: by its origin or type, else by what its file imports; in a file that imports no
 * framework, something that is called a response, by what the files nearest to it import?
 */
export function isResponseOf(
  framework: ResponseFramework,
  seen: Seen | undefined,
  file: string,
  context: Context,
): boolean {
  const paths = pathsOf(seen);
  if (paths.some((path) => TEST_CLIENT.test(path))) return false;
  const roots = paths.map(rootOf);
  const origins = roots.flatMap((root) => frameworkOf(root) ?? []);
  if (origins.length > 0) return origins.includes(framework);
  if (roots.some((root) => OTHERS.test(root)) || paths.some((path) => NO_RESPONSE.test(path))) return false;
  const imported = (context.facts.modules.get(file)?.imports ?? []).map(rootOf);
  if (paths.length > 0 && paths.every((path) => isOfModule(path, imported))) return false;
  const own = PACKAGES.find(([, packages]) => imported.some((root) => packages.test(root)));
  if (own !== undefined) return own[0] === framework;
  if (imported.some((root) => OTHERS.test(root))) return false;
  const inner = INNER.find(([, called]) => paths.some((path) => called.test(path)));
  if (inner !== undefined) return inner[0] === framework;
  if (!paths.some((path) => RESPONSE.test(path))) return false;
  return nearestFramework(file, context) === framework;
}

function rootOf(path: string): string {
  return path.split(/[.([]/)[0] ?? "";
}

function frameworkOf(root: string): ResponseFramework | undefined {
  return PACKAGES.find(([, packages]) => packages.test(root))?.[0];
}

/** A module, or what stands in one by itself: no object that was made, and none of a class. */
function isOfModule(path: string, imported: readonly string[]): boolean {
  if (path.startsWith("..")) return true;
  const last = path.slice(path.lastIndexOf(".") + 1);
  return imported.includes(rootOf(path)) && /^[a-z_]\w*$/.test(last) && !path.includes("()") && !RESPONSE.test(path);
}

const importers = once((context): readonly (readonly [file: string, framework: ResponseFramework])[] =>
  [...context.facts.modules].flatMap(([each, { imports }]) => {
    const own = PACKAGES.find(([, packages]) => imports.some((name) => packages.test(rootOf(name))));
    return own === undefined || isTest(each) ? [] : [[each, own[0]] as const];
  }),
);

function nearestFramework(file: string, context: Context): ResponseFramework | undefined {
  const nearer = byNearness(file);
  let nearest: readonly [file: string, framework: ResponseFramework] | undefined;
  for (const each of importers(context)) if (nearest === undefined || nearer(each[0], nearest[0]) < 0) nearest = each;
  return nearest?.[1];
}
