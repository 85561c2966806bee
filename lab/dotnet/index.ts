import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "packages.txt"), "utf8");

/** What the packages carry. */
const version = "9.0.7";

/** ASP.NET Core in Kestrel, on the runtime of .NET. */
export const dotnet: Stack = {
  name: "dotnet",
  shelves: [
    {
      name: "aspnetcore",
      folder: folderOf("dotnet", "aspnetcore", packages),
      versions: { "asp.net core": version },
      pages: { "aspnet-core": ["asp.net core"] },
    },
  ],
  command: (_shelf, folder, tls) => [join(here, "start"), folder, tls],
  wanted: () => ({}),
  ownCookies: [],
  refuses({ files }) {
    const texts = Object.values(files);
    if (texts.some((text) => text.includes("AddOpenIdConnect")))
      return "needs the package Microsoft.AspNetCore.Authentication.OpenIdConnect, which comes from NuGet alone";
    const asked = texts.flatMap((text) => /<TargetFramework>net(\d+\.\d+)</.exec(text)?.[1] ?? []);
    const other = asked.find((each) => !version.startsWith(`${each}.`));
    return other === undefined ? undefined : `needs ASP.NET Core ${other}, which no package here carries`;
  },
};
