import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

test.each([
  ['ast.literal_eval(os.environ.get("SECURE", "False"))', {}, "conditional"],
  ['ast.literal_eval(os.environ.get("SECURE", "True"))', {}, "conditional"],
  ['ast.literal_eval(os.environ.get("SECURE", "False"))', { SECURE: "True" }, "secure"],
  ['ast.literal_eval(os.environ.get("SECURE", "True"))', { SECURE: "False" }, "insecure"],
  ['ast.literal_eval(os.environ.get("SECURE", "True"))', { SECURE: "0" }, "insecure"],
  ['json.loads(os.environ.get("SECURE", "true"))', { SECURE: "false" }, "insecure"],
  ['json.loads(os.environ.get("SECURE", "false"))', { SECURE: "true" }, "secure"],
  ["ast.literal_eval(text)", {}, "unknown"],
])("%s under %j is %s", async (expression, environment, verdict) => {
  const view = `import ast
import json
import os

from django.http import HttpResponse


def home(request, text):
    response = HttpResponse()
    response.set_cookie("a", "1", secure=${expression})
    return response
`;
  expect(await verdicts({ "shop/views.py": view }, environment)).toEqual([`a: ${verdict}`]);
});
