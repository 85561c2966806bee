import type { Context, Given, SeenAlternative } from "../../framework.ts";
import { asPolicy, projectOf } from "./application.ts";

/** https://github.com/dotnet/aspnetcore/pull/45247 */
const says = "ASP.NET Core is 8.0 or newer, where the default is `Always`";

/** The default of a cookie that leads back from another site: `Always` since ASP.NET Core 8; undefined before. */
export function alwaysSince8(file: string, attribute: string, what: string, context: Context): Given | undefined {
  const isNew = isVersion8(file, context);
  if (isNew === false) return undefined;
  const alternative = (value: "Always" | "SameAsRequest"): SeenAlternative => ({
    data: { kind: "literal", value },
    when:
      isNew === true
        ? []
        : [{ kind: "version", key: "ASP.NET Core 8", says, arm: value === "Always", holds: undefined }],
    because: [],
  });
  const told = `\`${attribute}\` is not set, and ${what} default`;
  if (isNew === true)
    return { ...asPolicy([alternative("Always")], attribute), says: `${told} is \`Always\` since ASP.NET Core 8` };
  return {
    ...asPolicy([alternative("Always"), alternative("SameAsRequest")], attribute),
    says: `${told}, \`Always\` since ASP.NET Core 8, is \`SameAsRequest\` before`,
  };
}

/** By the frameworks that the project is built for, which a file above it may say for several. */
function isVersion8(file: string, context: Context): boolean | undefined {
  const project = projectOf(file, context);
  const shared = context.files.endingIn("Directory.Build.props").slice(0, 3);
  for (const each of project === undefined ? shared : [project, ...shared]) {
    const named = /<TargetFrameworks?>([^<]*)</.exec(context.files.read(each) ?? "")?.[1] ?? "";
    const versions = [...named.matchAll(/\bnet(?:coreapp)?(\d+)\.\d/g)].map(([, major]) => Number(major));
    if (versions.length > 0 && versions.every((major) => major >= 8)) return true;
    if (versions.length > 0 && versions.every((major) => major < 8)) return false;
  }
  return undefined;
}
