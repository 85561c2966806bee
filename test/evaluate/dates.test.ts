import { describe, expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

/** The names of the cookies that a script sets, and of those that it deletes. */
async function cookies(text: string): Promise<{ set: readonly string[]; deleted: readonly string[] }> {
  const found = (await takeInventory(projectOf({ "page.js": text }), production)).cookies;
  const names = (deletion: boolean) =>
    found.filter((cookie) => cookie.deletion === deletion).map(({ name }) => name ?? "—");
  return { set: names(false), deleted: names(true) };
}

const days = `function put(name, value, days) {
  var expires = "";
  if (days) {
    var date = new Date();
    date.setTime(date.getTime() + days * 24 * 60 * 60 * 1000);
    expires = "; expires=" + date.toGMTString();
  }
  document.cookie = name + "=" + value + expires + "; path=/";
}`;

describe("a cookie whose date has passed is deleted", () => {
  test("by a number of days that is counted back from now", async () => {
    const calls = `put("a", "1", 30); put("b", "1"); function erase(name) { put(name, "", -1); } erase("c");`;
    expect(await cookies(`${days}\n${calls}`)).toEqual({ set: ["a", "b"], deleted: ["c"] });
  });

  test("by a date as it is made", async () => {
    const text = `
      document.cookie = "a=; expires=" + new Date();
      document.cookie = \`b=; expires=\${new Date(0).toUTCString()}\`;
      document.cookie = "c=; expires=" + new Date(1970, 0, 1).toGMTString();
      document.cookie = "d=; expires=" + new Date(Date.now() - 1000).toUTCString();
      document.cookie = "e=; expires=" + new Date("Thu, 01 Jan 1970 00:00:00 GMT").toUTCString();
      document.cookie = "f=; expires=" + new Date(Date.now() + 1000).toUTCString();
      document.cookie = "g=; expires=" + new Date(when).toUTCString();
      document.cookie = "h=; expires=" + new Date("2999-01-01").toUTCString();`;
    expect(await cookies(text)).toEqual({ set: ["f", "g", "h"], deleted: ["a", "b", "c", "d", "e"] });
  });

  test("by a part of the date that is set back", async () => {
    const text = `
      const back = new Date(); back.setDate(back.getDate() - 1);
      document.cookie = "a=; expires=" + back.toUTCString();
      const on = new Date(); on.setFullYear(on.getFullYear() + 1);
      document.cookie = "b=; expires=" + on.toUTCString();
      const some = new Date(); some.setHours(9);
      document.cookie = "c=; expires=" + some.toUTCString();`;
    expect(await cookies(text)).toEqual({ set: ["b", "c"], deleted: ["a"] });
  });

  test("by the date that an option holds", async () => {
    const text = `const express = require("express"); const app = express();
      app.get("/", (req, res) => {
        const back = new Date(); back.setTime(back.getTime() - 1000);
        res.cookie("a", "", { expires: back });
        const on = new Date(); on.setMonth(on.getMonth() + 1);
        res.cookie("b", "", { expires: on });
      });`;
    expect(await cookies(text)).toEqual({ set: ["b"], deleted: ["a"] });
  });
});
