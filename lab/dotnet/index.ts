import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readFileSync(join(here, "packages.txt"), "utf8");

/** ASP.NET Core in Kestrel, on the runtime of .NET. */
export const dotnet: Stack = {
  name: "dotnet",
  shelves: [
    {
      name: "aspnetcore",
      folder: folderOf("dotnet", "aspnetcore", packages),
      versions: { "asp.net core": "9.0.7" },
      pages: { "aspnet-core": ["asp.net core"] },
    },
  ],
  command: (_shelf, folder, tls) => [join(here, "start"), folder, tls],
  wanted: () => ({}),
  ownCookies: [],
  refuses: ({ files }) =>
    Object.values(files).some((text) => text.includes("AddOpenIdConnect"))
      ? "needs the package Microsoft.AspNetCore.Authentication.OpenIdConnect, which comes from NuGet alone"
      : undefined,
};
