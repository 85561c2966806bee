import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

test("what one turn of a loop found tells nothing of what another turn found", async () => {
  const files = {
    "Upload.java": `import jakarta.servlet.http.*;
class Upload {
  void save(HttpServletRequest request, HttpServletResponse response) throws Exception {
    String title = null;
    String owner = null;
    for (Part part : request.getParts()) {
      switch (part.getName()) {
        case "title": title = read(part); break;
        case "owner": owner = read(part); break;
      }
    }
    if (title == null) return;
    if (owner == null) return;
    response.addCookie(new Cookie("saved", "1"));
  }
}
`,
    "upload.js": `const express = require("express");
const app = express();
app.post("/", (req, res) => {
  let title = null, owner = null;
  for (const part of req.parts) {
    if (part.isTitle) title = part.text;
    else owner = part.text;
  }
  if (title === null) return;
  if (owner === null) return;
  res.cookie("kept", "1");
});
`,
  };
  expect(await verdicts(files)).toEqual(["saved: insecure", "kept: insecure"]);
});

test("within one turn, tests of the same thing agree", async () => {
  const files = {
    "a.js": `const express = require("express");
const app = express();
app.get("/", (req, res) => {
  for (const each of req.list) {
    const secure = each.safe ? true : false;
    if (each.safe) res.cookie("a", "1", { secure });
  }
});
`,
  };
  expect(await verdicts(files)).toEqual(["a: secure"]);
});
