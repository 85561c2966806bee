import { named, type SeenAlternative, type Symbol } from "../framework.ts";

/** `#if DEBUG`: what is published is built for release, where nothing defines it. */
export const debugSymbol: Symbol = { path: "#DEBUG", is: "debug-build", name: "DEBUG" };

/** https://learn.microsoft.com/en-us/dotnet/api/system.uri.urischemehttps */
export const schemeNames: readonly Symbol[] = [
  { path: "*.Uri.UriSchemeHttps", is: "text", text: "https" },
  { path: "*.Uri.UriSchemeHttp", is: "text", text: "http" },
];

/** An expiry that has passed, as far as the code says. */
export function isPast({ data }: SeenAlternative): boolean {
  if (data.kind === "external")
    return named(
      data.paths,
      "*.DateTimeOffset.UnixEpoch",
      "*.DateTime.UnixEpoch",
      "*.DateTimeOffset.MinValue",
      "*.TimeSpan.Zero",
    );
  if (data.kind !== "object" || data.from === undefined) return false;
  const { from } = data;
  const first = from.arguments[0]?.value;
  const number = first?.length === 1 && first[0]?.data.kind === "literal" ? Number(first[0].data.value) : Number.NaN;
  if (from.new) return number >= 1 && number < 2020 && named(from.callee, "*.DateTime", "*.DateTimeOffset");
  return (
    (/^Add(?:Ticks|Milliseconds|Seconds|Minutes|Hours|Days|Months|Years)$/.test(from.method) && number < 0) ||
    (/^From(?:Ticks|Milliseconds|Seconds|Minutes|Hours|Days)$/.test(from.method) && number <= 0) ||
    from.method === "Subtract"
  );
}
