import { expect, test } from "vitest";
import { originOf } from "./origin.ts";

test.each([
  ["test/app.js", "test"],
  ["src/app.test.ts", "test"],
  ["web/src/__tests__/app.tsx", "test"],
  ["app/tests/test_views.py", "test"],
  ["app/views_test.py", "test"],
  ["spec/controllers/home_controller_spec.rb", "test"],
  ["src/test/java/app/HomeIT.java", "test"],
  ["src/main/java/app/HomeTest.java", "test"],
  ["Site.Tests/HomeTests.cs", "test"],
  ["public/third-party/player.js", "third-party"],
  ["static/js/jquery-3.4.1.js", "third-party"],
  ["static/js/mootools-1.2.6-core-2013.js", "third-party"],
  ["src/main/java/app/Latest.java", undefined],
  ["src/contest/app.js", undefined],
  ["testing-modules/src/main/java/app/Home.java", undefined],
  ["src/routes/v1.2/app.js", undefined],
  ["src/protest.py", undefined],
])("%s: %s", (file, origin) => {
  expect(originOf(file)).toBe(origin);
});
