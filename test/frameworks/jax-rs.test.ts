import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

async function told(expression: string): Promise<readonly string[]> {
  const source = `import jakarta.ws.rs.core.*;
class Cookies {
  private int version = Cookie.DEFAULT_VERSION;
  private int age = NewCookie.DEFAULT_MAX_AGE;
  Response go(String value) {
    return Response.ok().cookie(${expression}).build();
  }
}
`;
  const { cookies } = await takeInventory(projectOf({ "Cookies.java": source }), production);
  return cookies.map(({ name, verdict, deletion }) => `${name ?? "—"}: ${deletion ? "deletion, " : ""}${verdict}`);
}

test.each([
  ['new NewCookie.Builder("a").value("").maxAge(0).secure(true).build()', "a: deletion, secure"],
  ['new NewCookie.Builder("a").maxAge(0).value("gone").build()', "a: deletion, insecure"],
  ['new NewCookie.Builder("a").value(value).maxAge(60).build()', "a: insecure"],
  ['new NewCookie("a", value, "/", "", version, "", age, true)', "a: secure"],
  ['new NewCookie("a", value, "/", "", version, "", NewCookie.DEFAULT_MAX_AGE, false)', "a: insecure"],
  ['new NewCookie("a", value, "/", "", "", NewCookie.DEFAULT_MAX_AGE, true, true)', "a: secure"],
  ['new NewCookie("a", value, "/", "", "", age, false, true)', "a: insecure"],
])("%s", async (expression, expected) => {
  expect(await told(expression)).toEqual([expected]);
});
