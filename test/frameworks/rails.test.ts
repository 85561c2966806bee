import { describe, expect, test } from "vitest";
import type { Cookie } from "../../src/cookie.ts";
import { applyEdits } from "../../src/edit.ts";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { verdicts } from "../evaluate/verdicts.ts";
import { projectOf } from "../support/project.ts";

/** The page shows verdicts and first fixes; here is what stands beside them. */
async function cookiesOf(texts: Readonly<Record<string, string>>): Promise<readonly Cookie[]> {
  return (await takeInventory(projectOf(texts), production)).cookies;
}

const remarks = async (texts: Readonly<Record<string, string>>) =>
  (await cookiesOf(texts)).flatMap((cookie) => cookie.remarks.map(({ kind, says }) => `${kind}: ${says}`));

const controller = "class A < ApplicationController\n  def a\n    cookies[:a] = x\n  end\nend\n";
const store = 'Rails.application.config.session_store :cookie_store, key: "_a"\n';
const environment = (line: string): string => `Rails.application.configure do\n  ${line}\nend\n`;

describe("the second fix turns on force_ssl and asks to decide", () => {
  test.each([
    ["# config.force_ssl = true", "config.force_ssl = true"],
    ["#config.force_ssl = true", "config.force_ssl = true"],
    ["config.force_ssl = false", "config.force_ssl = true"],
    ["config.eager_load = true", "config.force_ssl = true\n  config.eager_load = true"],
  ])("%s", async (before, after) => {
    const file = "config/environments/production.rb";
    const [cookie] = await cookiesOf({ [file]: environment(before), "app/controllers/a.rb": controller });
    expect(cookie?.fixes.map(({ safety }) => safety)).toEqual(["safe", "needs a decision"]);
    expect(applyEdits(environment(before), cookie?.fixes[1]?.edits ?? [])).toBe(environment(after));
  });

  test("not where redirects are off: it would flag nothing", async () => {
    const [cookie] = await cookiesOf({
      "config/environments/production.rb": environment("config.ssl_options = { redirect: false }"),
      "app/controllers/a.rb": controller,
    });
    expect(cookie?.fixes.map(({ safety }) => safety)).toEqual(["safe"]);
  });

  test("with the line ends that the file has", async () => {
    const text = environment("config.eager_load = true").replaceAll("\n", "\r\n");
    const [cookie] = await cookiesOf({ "config/environments/production.rb": text, "app/controllers/a.rb": controller });
    expect(applyEdits(text, cookie?.fixes[1]?.edits ?? [])).toBe(
      environment("config.force_ssl = true\n  config.eager_load = true").replaceAll("\n", "\r\n"),
    );
  });
});

describe("told beside the verdict", () => {
  test("another deployment that says less", async () => {
    expect(
      await remarks({
        "config/environments/production.rb": environment("config.force_ssl = true"),
        "config/environments/staging.rb": environment("config.eager_load = true"),
        "config/environments/development.rb": environment("config.eager_load = false"),
        "config/initializers/session_store.rb": store,
      }),
    ).toEqual(["note: where `RAILS_ENV` is `staging`, `config.force_ssl` is off"]);
  });

  test("a session that is lost over http", async () => {
    expect(await remarks({ "config/initializers/session_store.rb": store.trim().concat(", secure: true\n") })).toEqual([
      expect.stringMatching(/^withheld: over http/),
    ]);
  });

  test("a line that is only a comment", async () => {
    expect(
      await remarks({
        "config/environments/production.rb": environment("# config.force_ssl = true"),
        "config/initializers/session_store.rb": store,
      }),
    ).toEqual(["note: `config.force_ssl = true` is only a comment here"]);
  });
});

const application = (more: string) =>
  `module Shop\n  class Application < Rails::Application\n    config.api_only = true\n${more}  end\nend\n`;

test("an API without the middleware for cookies sends none", async () => {
  const [without] = await cookiesOf({ "config/application.rb": application(""), "app/controllers/a.rb": controller });
  expect(without?.notDeployed).toMatch(/api_only/);
  const [with_] = await cookiesOf({
    "config/application.rb": application("    config.middleware.use ActionDispatch::Cookies\n"),
    "app/controllers/a.rb": controller,
  });
  expect(with_?.notDeployed).toBeUndefined();
});

test("SameSite is read from the cookie, or from the setting for all", async () => {
  const [own, all] = await cookiesOf({
    "config/environments/production.rb": environment("config.action_dispatch.cookies_same_site_protection = :none"),
    "app/controllers/a.rb":
      "class A < ApplicationController\n  def a\n    cookies[:a] = { value: 1, same_site: :strict }\n    cookies[:b] = 1\n  end\nend\n",
  });
  expect(own?.attributes["samesite"]).toBe("strict");
  expect(all?.attributes["samesite"]).toBe("none");
});

describe("an application among the tests of something else", () => {
  const app = (root: string, ...own: readonly string[]) => ({
    [`${root}config/application.rb`]:
      'require "rails/all"\nmodule Shop\n  class Application < Rails::Application\n  end\nend\n',
    [`${root}config/environments/production.rb`]: "Rails.application.configure do\n  config.force_ssl = false\nend\n",
    ...Object.fromEntries(own.map((name) => [`${root}${name}`, "\n"])),
  });

  test("is one where it brings its own gems", async () => {
    const [session] = await cookiesOf(app("test/apps/shop/", "Gemfile"));
    expect(session).toMatchObject({ name: "_shop_session", verdict: "insecure" });
    expect(session?.decidedBy).toMatchObject({
      from: "file",
      file: "test/apps/shop/config/environments/production.rb",
    });
  });

  test("is none where it runs with those of the engine around it", async () => {
    expect(await cookiesOf(app("test/dummy/"))).toEqual([]);
  });
});

test("a file by itself is Rails' where nothing else has what it says", async () => {
  const cookies = await cookiesOf({
    "tests/rules/jars.rb":
      'cookies.permanent.signed[:a] = "1"\ncookies[:b] = { value: "1", secure: true }\ncookies[:c] = "1"\n',
    "tests/rules/jar_test.rb": 'cookies.signed[:d] = "1"\n',
  });
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["a", "insecure"],
    ["b", "secure"],
  ]);
});

test("the store of JRuby-Rack sets no cookie of Rails", async () => {
  const file = "config/initializers/session_store.rb";
  expect(await cookiesOf({ [file]: "Rails.application.config.session_store :java_servlet_store\n" })).toEqual([]);
});

test("jars inside of any `cookies` are Rails', as Warden's hooks and objects that keep them have them", async () => {
  const files = {
    "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n",
    "config/initializers/warden_hooks.rb": `Warden::Manager.after_set_user do |user, auth, opts|
  auth.cookies.signed["user.id"] = user.id
  auth.cookies["user.seen"] = { value: "1", secure: true }
end
`,
    "app/lib/store.rb": `class Store
  def initialize(cookies)
    @cookies = cookies
  end

  def keep(value)
    @cookies.encrypted[:kept] = { value: value }
  end
end
`,
  };
  expect(await verdicts(files)).toEqual(["kept: insecure", "user.id: insecure", "user.seen: secure"]);
});

test("a concern that stands by itself is Rails' where it gives a cookie as Rails takes it", async () => {
  const concern = `module Remembering
  extend ActiveSupport::Concern

  def remember
    cookies[:token] = { value: "1", expires: 1.year.from_now }
  end
end
`;
  expect(await verdicts({ "lib/remembering.rb": concern })).toEqual(["token: insecure"]);
  const needing = (library: string) => ({
    "lib/remembering.rb": `require "${library}"\n# You may require more.\n${concern}`,
  });
  expect(await verdicts(needing("digest/sha2"))).toEqual(["token: insecure"]);
  expect(await verdicts(needing("mechanize"))).toEqual([]);
});

test("what a developer's machine forces is not told of the deployment", async () => {
  const environment = (name: string) => ({
    [`config/environments/${name}.rb`]: "Shop::Application.configure do\n  config.force_ssl = false\nend\n",
  });
  expect(await verdicts({ ...environment("development"), ...environment("test") })).toEqual([]);
  expect(await verdicts(environment("staging"))).toEqual(["—: insecure"]);
});
