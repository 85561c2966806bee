import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

test("a function whose last statement is a branch gives what either arm gives", async () => {
  const controller = [
    "module AuthCookies",
    "  include ActionController::Cookies",
    "  NAME = :token",
    "  private",
    "  def set_it(token)",
    "    cookies.signed[NAME] = base.merge(value: token, httponly: true)",
    "  end",
    "  def base",
    "    if request.ssl?",
    "      { secure: true, same_site: :none }",
    "    else",
    "      { secure: false, same_site: :lax }",
    "    end",
    "  end",
    "end",
  ].join("\n");
  expect(await verdicts({ Gemfile: 'gem "rails"', "app/controllers/concerns/auth_cookies.rb": controller })).toEqual([
    "token: conditional",
  ]);
});
