import { expect, test } from "vitest";
import { projectOf } from "../../test/support/project.ts";
import { production } from "../frameworks/production.ts";
import { takeInventory } from "../inventory.ts";

async function reasons(text: string): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf({ "page.js": text }), production);
  return cookies.map(({ because }) => because);
}

test("of several conditions the one is told that Secure hangs on", async () => {
  const text = `export function put(name, path, domain, safe) {
  let text = name + "=1";
  if (path) text += "; path=" + path;
  if (domain) text += "; domain=" + domain;
  if (safe) text += "; secure";
  document.cookie = text;
}`;
  expect(await reasons(text)).toEqual(["Secure only when `safe` holds"]);
});

test("that a condition does not hold is told of the condition alone", async () => {
  const text = `export function put(name, path, local) {
  let text = name + "=1";
  if (path) text += "; path=/";
  if (local) text += "; samesite=lax";
  else text += "; secure";
  document.cookie = text;
}`;
  expect(await reasons(text)).toEqual(["Secure only when `local` does not hold"]);
});
