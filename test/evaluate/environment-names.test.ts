import { describe, expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

/** The verdict of one cookie whose Secure is a Ruby expression. */
async function verdict(secure: string, environment: Record<string, string | null> = {}): Promise<string | undefined> {
  const code = `class A < ApplicationController\n  def a\n    cookies[:a] = { value: 1, secure: ${secure} }\n  end\nend\n`;
  const [only] = await verdicts({ "app/controllers/a.rb": code }, environment);
  return only?.replace("a: ", "");
}

describe("a text that answers for the environment's name", () => {
  test.each([
    ["Rails.env.production?", "secure"],
    ["!Rails.env.production?", "insecure"],
    ["Rails.env.staging?", "insecure"],
    ["!Rails.env.local?", "secure"],
    ["Rails.env.in?(%w[production staging])", "secure"],
    ["%w[development test].exclude?(Rails.env)", "secure"],
    ["%w[development test].include?(Rails.env)", "insecure"],
    ['Rails.env == "production"', "secure"],
    ['ENV["RAILS_ENV"] == "production"', "secure"],
  ])("%s is %s in production", async (expression, expected) => {
    expect(await verdict(expression)).toBe(expected);
  });

  test("the deployment decides which name it holds", async () => {
    expect(await verdict("Rails.env.production?", { RAILS_ENV: "staging" })).toBe("insecure");
    expect(await verdict("Rails.env.local?", { RAILS_ENV: "development" })).toBe("secure");
  });
});

test("a variable that is cast to a boolean is off where nothing sets it", async () => {
  expect(await verdict('ActiveModel::Type::Boolean.new.cast(ENV["TLS"])')).toBe("conditional");
  expect(await verdict('ActiveModel::Type::Boolean.new.cast(ENV["TLS"])', { TLS: "1" })).toBe("secure");
});

test("of several reasons, one that the deployment does not rule out is told", async () => {
  expect(await verdict('ENV["TLS"] == "on" || Rails.env.production?')).toBe("secure");
});
