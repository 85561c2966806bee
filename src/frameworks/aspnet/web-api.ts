import {
  type CallFact,
  type Context,
  custom,
  type Fix,
  fallback,
  type Given,
  imports,
  memberOf,
  named,
  type Seen,
  type SeenObject,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addMember } from "../../write.ts";
import { secureFix } from "../cookie-options.ts";

type Fact = CallFact | WriteFact;

const docs = "https://learn.microsoft.com/en-us/previous-versions/aspnet/hh944797(v=vs.118)";

/** `response.Headers.AddCookies(…)` of Web API writes the texts of its cookies there and then. */
export const webApiCookies: Sink = {
  on: {
    kind: "call",
    method: ["AddCookies"],
    matches: (call, context) =>
      !call.new && call.callee.some((path) => path.endsWith(".AddCookies")) && isWebApi(context, call.place.file),
  },
  split: eachOf,
  name: [custom((fact) => ofHeaderValue(fact, (object) => object.from?.arguments[0]?.value ?? [], "name"))],
  secure: [
    custom(secureOf),
    fallback(false, docs, "`Secure` of `CookieHeaderValue` is not set, and its default is off"),
  ],
  fixes: fixesOf,
};

function isWebApi(context: Context, file: string): boolean {
  return (
    imports(context, file, "System.Web.Http", "System.Net.Http") && !imports(context, file, "Microsoft.AspNetCore")
  );
}

/** One fact for each cookie of the list. */
function eachOf(fact: Fact): readonly Fact[] {
  if (fact.kind === "write") return [fact];
  const [list, ...others] = fact.arguments;
  const [only] = list?.value ?? [];
  if (list === undefined || list.value.length !== 1 || only?.data.kind !== "object" || only.data.items === undefined)
    return [fact];
  return only.data.items.map((value) => ({ ...fact, arguments: [{ ...list, value }, ...others] }));
}

function isHeaderValue({ from }: SeenObject): boolean {
  return from?.new === true && named(from.callee, "*.CookieHeaderValue");
}

function ofHeaderValue(fact: Fact, read: (object: SeenObject) => Seen, attribute: string): Given | undefined {
  const seen = cookieOf(fact).flatMap(({ data }) => (data.kind === "object" && isHeaderValue(data) ? read(data) : []));
  return seen.length === 0 ? undefined : { seen, attribute };
}

function cookieOf(fact: Fact): Seen {
  return fact.kind === "write" ? [] : (fact.arguments[0]?.value ?? []);
}

function secureOf(fact: Fact): Given | undefined {
  const seen = memberOf(cookieOf(fact), "Secure", isHeaderValue);
  return seen.length === 0 ? undefined : { seen, attribute: "Secure" };
}

function fixesOf(fact: Fact, context: Context): readonly Fix[] {
  const [only, ...others] = cookieOf(fact);
  if (only?.data.kind !== "object" || others.length > 0 || !isHeaderValue(only.data)) return [];
  const { from, properties } = only.data;
  if (from === undefined || properties.has("Secure")) return [];
  return secureFix(addMember(context.text(from.place.file), from, "Secure", "true", false));
}
