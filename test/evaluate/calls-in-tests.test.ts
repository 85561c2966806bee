import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const remember = [
  "from flask import make_response",
  "def remember(secure):",
  "    response = make_response('x')",
  "    response.set_cookie('token', '1', secure=secure)",
  "    return response",
].join("\n");

test("what a test passes to a function of the application is not what production passes", async () => {
  const called = {
    "shop/remember.py": remember,
    "shop/views.py": "from shop.remember import remember\ndef login():\n    return remember(True)",
    "tests/test_remember.py": "from shop.remember import remember\ndef test_remember():\n    remember(False)",
  };
  expect(await verdicts(called)).toEqual(["token: secure"]);
});

test("a function that only a test calls has its own unknown callers", async () => {
  const tried = {
    "shop/remember.py": remember,
    "tests/test_remember.py": "from shop.remember import remember\ndef test_remember():\n    remember(False)",
  };
  expect(await verdicts(tried)).toEqual(["token: unknown"]);
});

test("a helper of the tests is called by them", async () => {
  const helper = {
    "tests/remember.py": remember,
    "tests/test_remember.py": "from tests.remember import remember\ndef test_remember():\n    remember(False)",
  };
  expect(await verdicts(helper)).toEqual(["token: insecure"]);
});
