import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const project = (chain: string) => ({
  "A.java": `import org.springframework.http.ResponseCookie;\nclass A { Object go() { return ${chain}.build(); } }`,
});

test("a setter counts wherever it stands in a fluent chain, however long", async () => {
  for (const length of [0, 1, 4, 5, 9, 30]) {
    const more = '.path("/")'.repeat(length);
    expect(await verdicts(project(`ResponseCookie.from("a", "1").secure(true)${more}`))).toEqual(["a: secure"]);
    expect(await verdicts(project(`ResponseCookie.from("a", "1")${more}`))).toEqual(["a: insecure"]);
  }
});

test("the last setter of a chain counts", async () => {
  const chain =
    'ResponseCookie.from("a", "1").secure(true).path("/").httpOnly(true).domain("d").secure(false).path("/")';
  expect(await verdicts(project(chain))).toEqual(["a: insecure"]);
});
