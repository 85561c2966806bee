import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const view = (lines: string) => ({
  "views.py": `from django.http import HttpResponse

def home(request):
    response = HttpResponse("hi")
    if request:
        ${lines}
    response.cookies["b"] = "1"
    response.cookies["b"]["secure"] = True
    return response
`,
});

test("a member that both arms read is the same object behind them", async () => {
  const lines = 'response.cookies["a"] = "1"\n        response.cookies["a"]["secure"] = True';
  const other = lines.replaceAll('"a"', '"c"');
  const files = view(`${lines}\n    else:\n        ${other}`);
  expect(await verdicts(files)).toEqual(["a: secure", "c: secure", "b: secure"]);
});

test.each([
  'response.cookies["a"] = "1"\n        response.cookies["a"]["secure"] = True',
  'print(response.cookies)\n        response.cookies["a"] = "1"\n        response.cookies["a"]["secure"] = True',
])("a member that only one arm of a branch reads is the same object behind it: %j", async (lines) => {
  expect(await verdicts(view(lines))).toEqual(["a: secure", "b: secure"]);
});
