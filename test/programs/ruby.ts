import type { Draw } from "./draw.ts";
import { type Program, type Programs, type Surroundings, statements, type Table } from "./program.ts";

const around: Surroundings = {
  nests: [
    "if params[:a]\n  §body§\nend",
    "unless params[:a]\n  log\nelse\n  §body§\nend",
    "begin\n  §body§\nrescue StandardError\n  log\nend",
    "[1].each do |each|\n  §body§\nend",
    "case params[:b]\nwhen 1\n  §body§\nend",
    "respond_to do |format|\n  format.html do\n    §body§\n  end\nend",
  ],
  before: [],
  comments: ["# secure: true", '# it\'s "here"', "=begin\nsecure\n=end"].slice(0, 2),
  remarks: [" # secure: false", " if params[:c]", " unless params[:c]"],
  oneLine: false,
  singleQuotes: true,
  huge: (filler) => `log("${filler}");`,
};

const each = (surroundings: Surroundings, ...tables: readonly Table[]): Programs =>
  tables.map((table) => statements(table, surroundings));

const controllers: Table = {
  files: ["app/controllers/home_controller.rb", "app/controllers/more_controller.rb"],
  also: {
    "config/application.rb": `require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n`,
  },
  frame: `class HomeController < ApplicationController\n  §top§\n  §body§\nend\n`,
  functions: ["def go$V\n  §body§\nend", "before_action do\n  §body§\nend", "private def go$V\n  §body§\nend"],
  off: [
    `cookies[:$N] = "1"`,
    `cookies["$N"] = params[:a]`,
    `cookies[:$N] = { value: "1" }`,
    `cookies[:$N] = { :value => "1"«,¦» }`,
    `cookies[:$N] = { value: "1", «httponly: true¦secure: false¦secure: nil»«,¦» }`,
    `cookies[:$N] = {\n  value: "1",\n  httponly: true«,¦»«¦ # secure: true»\n}`,
    `cookies.permanent[:$N] = "1"`,
    `cookies.signed[:$N] = { value: "1", expires: 1.hour.from_now }`,
    `cookies.encrypted[:$N] = {\n  :value => "1",\n  :path => "/"\n}`,
    `cookies[:$N] = encode "text"`,
    `cookies[:$N] = a ? "1" : "2"`,
    `cookies[:$N] = a || "2"`,
    `cookies[:$N] ||= "1"`,
    `cookies[:$N] = "1"; cookies[:$Nb] = { value: "2" }`,
    `options$V = { value: "1" }\ncookies[:$N] = options$V`,
    `options$V = {}\noptions$V[:value] = "1"\noptions$V[:secure] = false\ncookies[:$N] = options$V`,
    `cookies.permanent.signed[:$N] = { value: "1" }`,
    `cookies[:$N] = { value: "1", **{ path: "/" } }`,
    `cookies[:$N] = { value: "1" }.merge(path: "/")`,
    `cookies[:$N] = Hash[value: "1"]`,
    `cookies[:$N] = "a#{params[:a]}b"`,
    `cookies[:$N] = if params[:a] then "1" else "2" end`,
    `cookies[:$N] = params[:a] and log`,
    `cookies[:$N] = [1, 2].join(",")`,
    `cookies[:$N] = -> { "1" }.call`,
    `cookies[:$N] = {\n  # secure: true,\n  value: "1"\n  # secure: true\n}`,
    `cookies[:$N] =\n  "1"`,
    `cookies[:$N] =\n  { value: "1" }`,
    `cookies[:$N] = %w[a b].first`,
    `cookies[:$N] = !params[:a]`,
    `cookies[:$N] = JSON.generate(a: 1)`,
    `cookies[:$N] = JSON.generate({ a: 1 })`,
    `response.set_cookie(:$N, value: "1", path: "/")`,
    `response.set_cookie :$N, { value: "1" }`,
    `response.set_cookie(:$N, "1")`,
    `response.headers["Set-Cookie"] = "$N=1; path=/"`,
    { text: `put$V("$N")`, top: `def put$V(name)\n  cookies[name] = "1"\nend` },
    { text: `put$V("$N", false)`, top: `def put$V(name, on)\n  cookies[name] = { value: "1", secure: on }\nend` },
    {
      text: `put$V("$N")`,
      top: `def put$V(name, secure: false)\n  cookies[name] = { value: "1", secure: secure }\nend`,
    },
    { text: `cookies[:$N] = OPTIONS_$V`, top: `OPTIONS_$V = { value: "1" }.freeze` },
  ],
  on: [
    `cookies[:$N] = { value: "1", secure: true }`,
    `cookies[:$N] = { value: "1", secure: Rails.env.production? }`,
    `cookies.delete(:$N)`,
  ],
};

/** Where the session of a Rails application is said. */
function railsSession(draw: Draw): Program {
  const store = draw.pick([
    `:cookie_store, key: "_shop"`,
    `:cookie_store, :key => "_shop"`,
    `:cookie_store, key: "_shop", secure: false`,
    `:cookie_store,\n  key: "_shop",\n  same_site: :lax`,
    `:cookie_store, # secure: true\n  key: "_shop"`,
  ]);
  const call = draw.number(2) === 0 ? `(\n  ${store}\n)` : ` ${store}`;
  const application = (inside: string) =>
    `require "rails/all"\n\nmodule Shop\n  class Application < Rails::Application\n    config.load_defaults 7.1\n${inside}  end\nend\n`;
  const production = draw.pick([
    "",
    "  config.force_ssl = false\n",
    "  # config.force_ssl = true\n",
    "  config.eager_load = true\n",
  ]);
  const files: Record<string, string> = {
    "config/environments/production.rb": `Rails.application.configure do\n${production}end\n`,
  };
  switch (draw.number(2)) {
    case 0:
      files["config/application.rb"] = application("");
      break;
    case 1:
      files["config/application.rb"] = application(`    config.session_store${call.replaceAll("\n", "\n    ")}\n`);
      break;
    default:
      files["config/application.rb"] = application("");
      files["config/initializers/session_store.rb"] =
        `# Be sure to restart your server.\n${draw.pick(["Rails.application", "Shop::Application"])}.config.session_store${call}\n`;
  }
  return { files, off: 1 };
}

const sinatra: Table = {
  files: ["app.rb"],
  frame: `require "sinatra"\n\n§top§\n§body§\n`,
  functions: [`get "/$V" do\n  §body§\nend`, `before do\n  §body§\nend`],
  off: [
    `response.set_cookie("$N", "1")`,
    `response.set_cookie("$N", value: "1", «path: "/"¦secure: false»)`,
    `response.set_cookie "$N", { value: "1", path: "/"«,¦» }`,
    `response.set_cookie("$N",\n  value: "1",\n  path: "/")`,
    `response.set_cookie("$N", {\n  value: "1"«,¦»\n})`,
    `response.set_cookie("$N", :value => "1")`,
    `options$V = { value: "1" }\nresponse.set_cookie("$N", options$V)`,
  ],
  on: [`response.set_cookie("$N", value: "1", secure: true)`, `response.delete_cookie("$N")`],
};

/** The session of Sinatra, or one that `config.ru` uses. */
function rackSession(draw: Draw): Program {
  const said = draw.pick([
    "enable :sessions",
    "set :sessions, true",
    `set :sessions, key: "shop", expire_after: 3600`,
    `set :sessions, secure: false`,
    `set :sessions,\n      key: "shop",\n      secure: false`,
    `set :sessions, { key: "shop" }`,
    "enable :logging, :sessions",
  ]);
  if (draw.number(1) === 0)
    return {
      off: 1,
      files: {
        "app.rb": `require "sinatra/base"\n\nclass App < Sinatra::Base\n  ${said}${draw.pick(["", " # secure"])}\n\n  get "/" do\n    session[:a] = 1\n  end\nend\n`,
      },
    };
  const use = draw.pick([
    `use Rack::Session::Cookie, key: "shop", secret: ENV["SECRET"]`,
    `use Rack::Session::Cookie, :key => "shop", :secret => ENV["SECRET"]`,
    "use Rack::Session::Pool",
    "use(Rack::Session::Pool)",
    `use Rack::Session::Cookie,\n  key: "shop",\n  secure: false`,
    `use Rack::Session::Cookie, { key: "shop" }`,
  ]);
  return { off: 1, files: { "config.ru": `require "./app"\n\n${use}\nrun App\n` } };
}

export const ruby: Readonly<Record<string, Programs>> = {
  rails: [...each(around, controllers), railsSession],
  rack: [...each({ ...around, nests: around.nests.slice(0, 5) }, sinatra), rackSession],
};
