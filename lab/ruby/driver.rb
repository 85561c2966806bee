# Runs the cases of Ruby's pages: one process boots Rails and Sinatra, every case runs in a fork of it.
# Reads an ask per line and writes what came per line; shapes: ../protocol.ts.

require "json"
require "tmpdir"

ENV["RAILS_ENV"] = ENV["RACK_ENV"] = ENV["APP_ENV"] = "production"
$VERBOSE = nil
Dir.chdir("/")
require "action_controller/railtie"
require "sinatra/base"
require "sinatra/cookies"
require_relative "server"
require_relative "stubs"
require_relative "rails_case"
require_relative "rack_case"

SECONDS = 30
WORKERS = 2

# Where an application begins: what stands before `config/`, `app/` and so on, in the order of the page.
def roots(files)
  deployed = files.reject { |file| file.match?(%r{(\A|/)(spec|test|features|dummy|templates)/}) }
  deployed.map { |file| file[%r{\A(.*?)(?:(?:config|app|lib)/|[^/]*\z)}, 1] }.uniq
end

# Everything that the application in `root` answers; runs in a process of its own.
def run(ask, root, tls, alone: nil)
  files = ask["files"].select { |file| file.start_with?(root) }.map { |file| file.delete_prefix(root) }
  folder = File.join(File.realpath(ask["folder"]), root).chomp("/")
  ask["environment"].each { |name, value| ENV[name] = value }
  Dir.chdir(folder)
  Stubs.fill_for(folder)
  units = (ask["framework"] == "rack" ? RackCase : RailsCase).new(folder, files, alone).units
  return { answers: [], notAsked: "it answers no request" } if units.empty?

  server = Server.new(tls, ask.fetch("host", "app.example"))
  answers = alone ? server.ask_all(units, [alone]) : server.ask_all(units)
  missing = alone ? [] : unseen(ask, answers)
  answers += server.ask_all(units, missing) if missing.any?
  { answers: answers, stubs: Stubs.used, at: (Time.now.to_f * 1000).to_i }
end

# The cookies of the table that did not come.
def unseen(ask, answers)
  lines = answers.flat_map { |each| each[:lines] || each["lines"] }
  ask["names"].reject { |name| name == "—" || lines.any? { |line| line.start_with?("#{name}=") } }
end

# What one application tells. What did not come, because another line overwrote it or raised, is asked on its own.
def told_by(ask, root, tls)
  told = forked { run(ask, root, tls) }
  return told if ask["framework"] == "rack" || told["notAsked"]

  unseen(ask, told["answers"]).each do |name|
    Dir.mktmpdir do |copy|
      FileUtils.cp_r("#{ask["folder"]}/.", copy)
      alone = forked { run(ask.merge("folder" => copy), root, tls, alone: name) }["answers"]
      told["answers"] += alone.select { |answer| answer["error"] || answer["lines"].any? }
    end
  end
  told
end

# Runs a case, each of its applications in a process of its own, and tells what they answered.
def whole(ask, tls)
  places = roots(ask["files"])
  return { id: ask["id"], answers: [], notAsked: "no file of it belongs to an application" } if places.empty?

  told = places.map { |root| told_by(ask, root, tls) }
  places.zip(told) { |root, each| each["answers"].each { |answer| answer["origin"] = root + answer["origin"] } } if places.size > 1
  told.first.merge("id" => ask["id"], "answers" => told.flat_map { |each| each["answers"] })
end

def forked
  reader, writer = IO.pipe
  child = fork do
    reader.close
    $stdin.reopen(File::NULL)
    $stdout.reopen(File::NULL)
    $stderr.reopen(File::NULL) unless ENV["LAB_TRACE"]
    Process.setproctitle("lab case")
    Thread.new do
      sleep SECONDS
      exit!(1)
    end
    told =
      begin
        yield
      rescue Exception => error
        { answers: [], notAsked: Server.say(error) }
      end
    writer.write(JSON.generate(told))
    writer.close
    exit!(0)
  end
  writer.close
  text = reader.read
  reader.close
  Process.wait(child)
  text.empty? ? { "answers" => [], "notAsked" => "no answer within #{SECONDS} s" } : JSON.parse(text)
end

AUTOLOADING = [
  ActiveSupport, AbstractController, ActionDispatch, ActionDispatch::Http, ActionDispatch::Routing,
  ActionController, ActionView
].freeze

# Loads here what a case would load in its fork: the list comes from one that is run for it.
def warm_up(tls)
  AUTOLOADING.each { |each| each.eager_load! if each.respond_to?(:eager_load!) }
  controller = "class CartsController < ApplicationController\n  def create\n    session[:a] = cookies.signed[:a] = 1\n  end\nend\n"
  file = "app/controllers/carts_controller.rb"
  Dir.mktmpdir do |folder|
    FileUtils.mkdir_p(File.dirname(File.join(folder, file)))
    File.write(File.join(folder, file), controller)
    ask = { "framework" => "rails", "folder" => folder, "files" => [file], "environment" => {}, "names" => [] }
    told = forked { run(ask, "", tls).merge(features: $LOADED_FEATURES) }
    features = told.fetch("features", []).select { |feature| feature.end_with?(".rb") && File.file?(feature) }
    features.each { |feature| require feature unless feature.start_with?(folder) || feature.end_with?("/rails/all.rb") }
  end
end

tls = ARGV.fetch(0)
warm_up(tls)
GC.start
GC.disable # the forks are short, and share what they do not move

asks = Queue.new
$stdin.each_line { |line| asks << JSON.parse(line) unless line.strip.empty? }
asks.close
out = Mutex.new
workers = Array.new(WORKERS) do
  Thread.new do
    while (ask = asks.pop)
      line = JSON.generate(whole(ask, tls))
      out.synchronize { $stdout.puts(line) }
    end
  end
end
workers.each(&:join)
$stdout.flush
exit!(0)
