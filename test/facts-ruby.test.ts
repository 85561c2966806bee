import { describe, expect, test } from "vitest";
import type { Files } from "./support/report.ts";
import { told } from "./support/told.ts";

/** What was seen on the wire of Ruby's frameworks, and on no page: programs, and what is said of each cookie. */
type Row = readonly [fact: string, files: Files, said: readonly string[]];

const production = (...lines: readonly string[]): Files => ({
  "config/environments/production.rb": `Rails.application.configure do\n${lines.map((line) => `  ${line}\n`).join("")}end\n`,
});
const store = (more = ""): Files => ({
  "config/initializers/session_store.rb": `Rails.application.config.session_store :cookie_store, key: "_shop"${more}\n`,
});
const controller = (...lines: readonly string[]): Files => ({
  "app/controllers/carts_controller.rb": `class CartsController < ApplicationController\n  def create\n${lines.map((line) => `    ${line}\n`).join("")}  end\nend\n`,
});
const devise: Files = {
  "app/models/user.rb": "class User < ApplicationRecord\n  devise :database_authenticatable, :rememberable\nend\n",
};
const locked = (version: string): Files => ({
  "Gemfile.lock": `GEM\n  specs:\n    rails (${version})\n      actionpack (= ${version})\n`,
});
const sinatra = (...lines: readonly string[]): Files => ({
  "app.rb": `require "sinatra/base"\nclass App < Sinatra::Base\n${lines.map((line) => `  ${line}\n`).join("")}end\n`,
});
const routes = (...lines: readonly string[]): Files => ({
  "app.rb": `require "sinatra"\nget "/" do\n${lines.map((line) => `  ${line}\n`).join("")}end\n`,
});
const rackup = (...lines: readonly string[]): Files => ({ "config.ru": `${lines.join("\n")}\nrun App\n` });

const ssl = "config.force_ssl = true";
const unredirected = "config.ssl_options = { redirect: false }";

describe.each<[string, readonly Row[]]>([
  [
    "force_ssl",
    [
      [
        "the header by hand, what says false, and deletions",
        {
          ...production(ssl),
          ...controller(
            'response.headers["Set-Cookie"] = "a=1"',
            "response.delete_cookie(:b)",
            "cookies.encrypted[:c] = { value: 1, secure: false }",
          ),
        },
        ["a secure :2", "b deletion", "c secure :2"],
      ],
      ["the session that says false", { ...production(ssl), ...store(", secure: false") }, ["_shop secure :2"]],
      [
        "in an initializer, over the environment's file",
        {
          ...production("config.force_ssl = false"),
          ...store(),
          "config/initializers/ssl.rb": "Rails.application.config.force_ssl = true\n",
        },
        ["_shop secure :1"],
      ],
      [
        "a variable's false is text",
        { ...production('config.force_ssl = ENV["FORCE_SSL"]'), ...store(), ".env": "FORCE_SSL=false\n" },
        ["_shop secure :2, wrong type"],
      ],
      [
        "redirect: false by its key",
        { ...production(ssl, "config.ssl_options[:redirect] = false"), ...store(), ...controller("cookies[:a] = 1") },
        ["a insecure :2, fixed", "_shop secure :2"],
      ],
      ...["5.0.7", "5.1.0", "5.1.5"].map(
        (version): Row => [
          `Rails ${version} flags what it does not redirect`,
          {
            ...production(ssl, unredirected),
            ...store(),
            ...controller(
              "cookies[:a] = 1",
              "cookies[:b] = { value: 1, secure: false }",
              "cookies[:c] = { value: 1, secure: true }",
            ),
            ...locked(version),
          },
          ["a conditional → secure", "b conditional → secure", "c secure :5", "_shop secure :2"],
        ],
      ),
      ...["5.1.6", "5.2.0", "8.1.3"].map(
        (version): Row => [
          `Rails ${version} does not`,
          { ...production(ssl, unredirected), ...store(), ...controller("cookies[:a] = 1"), ...locked(version) },
          ["a insecure :3, fixed", "_shop secure :2"],
        ],
      ),
      [
        "Rails 5.0 flags what it excludes from redirects",
        {
          ...production(ssl, 'config.ssl_options = { redirect: { exclude: ->(r) { r.path == "/up" } } }'),
          ...controller("cookies[:a] = 1"),
          ...locked("5.0.7"),
        },
        ["a conditional → secure"],
      ],
    ],
  ],
  [
    "Devise",
    [
      [
        "follows force_ssl",
        { ...production(ssl), ...store(), ...devise },
        ["remember_user_token secure :2", "_shop secure :2"],
      ],
      [
        "follows a session that says false",
        { ...production(), ...store(", secure: false"), ...devise },
        ["remember_user_token insecure :1, fixed", "_shop insecure :1, fixed"],
      ],
      [
        "is off with secure_cookies: false",
        { ...production(ssl, "config.ssl_options = { secure_cookies: false }"), ...store(), ...devise },
        ["remember_user_token insecure, fixed", "_shop insecure :3, fixed"],
      ],
      [
        "survives redirect: false",
        { ...production(ssl, unredirected), ...store(), ...devise },
        ["remember_user_token secure :2", "_shop secure :2"],
      ],
    ],
  ],
  [
    "Rails",
    [
      [
        "jars with a hash",
        controller(
          "cookies.permanent[:a] = { value: 1, secure: true }",
          "cookies.signed[:b] = { value: 1, secure: true }",
          "cookies.encrypted[:c] = { value: 1, secure: true }",
          "cookies.permanent.signed[:d] = { value: 1, same_site: :none }",
        ),
        ["a secure :3", "b secure :4", "c secure :5", "d insecure, fixed"],
      ],
      [
        "the options of other stores",
        {
          "config/initializers/session_store.rb":
            'Rails.application.config.session_store :active_record_store, key: "_shop", secure: Rails.env.production?\n',
        },
        ["_shop secure :1"],
      ],
      [
        "deletions, by a header and by keywords too",
        controller(
          'cookies[:a] = { value: "", expires: 1.year.ago }',
          "cookies[:b] = { value: nil, max_age: 0 }",
          'response.headers["Set-Cookie"] = "c=; Max-Age=0"',
          'response.set_header("Set-Cookie", "d=; expires=Thu, 01 Jan 1970 00:00:00 GMT")',
          'response.set_cookie(:e, value: "", max_age: 0)',
          'response.set_cookie(:f, value: "", expires: Time.at(0))',
          'response.set_cookie(:g, value: "1", expires: 1.day.from_now)',
        ),
        ["a deletion", "b deletion", "c deletion", "d deletion", "e deletion", "f deletion", "g insecure, fixed"],
      ],
      [
        "every way to ask for the scheme",
        controller(
          "cookies[:a] = { value: 1, secure: request.ssl? }",
          'cookies[:b] = { value: 1, secure: request.protocol == "https://" }',
          'cookies[:c] = { value: 1, secure: request.scheme == "https" }',
          'cookies[:d] = { value: 1, secure: request.url.start_with?("https") }',
          'cookies[:e] = { value: 1, secure: request.env["rack.url_scheme"] == "https" }',
          'cookies[:f] = { value: 1, secure: request.protocol == "http://" }',
        ),
        ["a", "b", "c", "d", "e", "f"].map(
          (name, index) => `${name} conditional → ${name === "f" ? "insecure" : "secure"} :${index + 3}`,
        ),
      ],
      [
        "a syntax error hides no cookie",
        {
          "app/controllers/a_controller.rb":
            "class AController < ApplicationController\n  def x\n    foo(,\n  end\n\n  def create\n    cookies[:a] = 1\n  end\nend\n",
        },
        ["a insecure, fixed"],
      ],
    ],
  ],
  [
    "Sinatra and Rack",
    [
      [
        "a session that is always Secure is not sent over http",
        sinatra("set :sessions, secure: true"),
        ["rack.session secure :3, withheld"],
      ],
      ["the old hash style", sinatra("set :sessions, :secure => production?, :key => 'k'"), ["k secure :3"]],
      [
        "the store follows the options",
        sinatra("set :sessions, secure: production?", "set :session_store, Rack::Session::Pool"),
        ["rack.session secure :3"],
      ],
      [
        "and brings none",
        sinatra("enable :sessions", "set :session_store, Rack::Session::Pool"),
        ["rack.session insecure, fixed"],
      ],
      [
        "assume_ssl sends it",
        rackup('use Rack::Session::Cookie, secret: "x", secure: true, assume_ssl: true'),
        ["rack.session secure :1"],
      ],
      [
        "assume_ssl brings no Secure",
        rackup('use Rack::Session::Cookie, secret: "x", assume_ssl: true'),
        ["rack.session insecure, fixed"],
      ],
      [
        "Rack::Protection brings no Secure",
        rackup(
          'use Rack::Session::Cookie, secret: "x"',
          "use Rack::Protection",
          "use Rack::Protection::StrictTransport",
        ),
        ["rack.session insecure, fixed"],
      ],
      [
        "any text and number is true, nil is not",
        routes(
          'response.set_cookie("a", value: "1", secure: "false")',
          'response.set_cookie("b", value: "1", secure: 0)',
          'response.set_cookie("c", value: "1", secure: nil)',
        ),
        ["a secure :3, wrong type", "b secure :4, wrong type", "c insecure, fixed"],
      ],
      [
        "deletions, by a header and by keywords too",
        {
          ...routes(
            'response["Set-Cookie"] = "a=; Max-Age=0"',
            'headers "Set-Cookie" => "b=; expires=Thu, 01 Jan 1970 00:00:00 GMT"',
            'response.set_cookie("c", value: "", max_age: 0)',
            'response.set_cookie("d", { value: "", expires: Time.at(0) })',
          ),
          "config.ru":
            'class Bye\n  def call(env)\n    [200, { "Set-Cookie" => "e=; max-age=0" }, ["bye"]]\n  end\nend\nrun Bye.new\n',
        },
        ["a deletion", "b deletion", "c deletion", "d deletion", "e deletion"],
      ],
      [
        "secure_headers in config.ru is around the sessions of the application",
        {
          ...sinatra("enable :sessions", 'get("/") { response.set_cookie("a", "1") }'),
          "config.ru":
            'require "secure_headers"\nSecureHeaders::Configuration.default\nuse SecureHeaders::Middleware\nrun App\n',
        },
        ["rack.session conditional → secure", "a conditional → secure"],
      ],
      [
        "and flags nothing where it is opted out of",
        {
          ...sinatra("enable :sessions"),
          "config.ru":
            'require "secure_headers"\nSecureHeaders::Configuration.default do |config|\n  config.cookies = SecureHeaders::OPT_OUT\nend\nuse SecureHeaders::Middleware\nrun App\n',
        },
        ["rack.session insecure, fixed"],
      ],
    ],
  ],
])("%s", (_framework, rows) => {
  test.each(rows)("%s", async (_fact, files, said) => expect(await told(files)).toEqual(said));
});
