import { type Context, type Cookie, once, type Place, type ProxyTrust, pathsOf } from "../../framework.ts";
import { bySecureHeaders, configures, type Flags, flagsBy, givenByFlagging, isCookiesOf } from "../secure-headers.ts";

/** Where the middleware is added, and what it flags. */
interface Layer {
  readonly place: Place;
  readonly flags: Flags;
}

/** `use SecureHeaders::Middleware`, of which Rails knows by itself. */
const layersOf = once(({ facts }): readonly Layer[] => {
  const call = facts.calls.findLast(configures);
  const cookies = call === undefined ? undefined : facts.writes.findLast((write) => isCookiesOf(write, call));
  const flags = flagsBy(cookies?.value);
  if (flags === undefined) return [];
  const added = facts.calls.filter(
    ({ method, arguments: [first], notDeployed }) =>
      method === "use" && notDeployed === undefined && pathsOf(first?.value).includes("SecureHeaders.Middleware"),
  );
  return added.map(({ place }) => ({ place, flags }));
});

/** Sinatra puts its sessions outside of what an application uses; what is used first stands outside of the rest. */
function isInside(sink: Place, layer: Place, context: Context): boolean {
  if (!sink.file.startsWith(layer.file.slice(0, layer.file.lastIndexOf("/") + 1))) return false;
  const [, method] = /^(use|enable|set)\b/.exec(context.text(sink.file).slice(sink.span.start, sink.span.end)) ?? [];
  if (method === undefined || (layer.file.endsWith(".ru") && sink.file !== layer.file)) return true;
  return method === "use" && sink.file === layer.file && layer.span.start < sink.span.start;
}

/** Over https the middleware flags what the application says nothing of, and what says `secure: false`. */
export function flagged(cookie: Cookie, context: Context): Cookie {
  const { name, framework, sink } = cookie;
  const isFlagged = layersOf(context).some(({ place, flags }) => isInside(sink, place, context) && flags(name));
  if (!isFlagged || cookie.verdict !== "insecure" || cookie.deletion) return cookie;
  const secure = [{ kind: "setting", given: givenByFlagging(bySecureHeaders) }] as const;
  const { verdict, because, decidedBy, evidence, condition } = context.judge({ framework, name, sink, secure, trust });
  return { ...cookie, verdict, because, decidedBy, evidence, condition, fixes: [] };
}

/** Rack believes `X-Forwarded-Proto` without being told to. */
export const trust: ProxyTrust = {
  trusted: true,
  because: {
    from: "docs",
    url: "https://github.com/rack/rack-session",
    says: "Rack believes the proxy's `X-Forwarded-Proto`",
  },
};
