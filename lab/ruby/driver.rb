# Runs the cases of Ruby's pages: one process boots Rails and Sinatra, every case runs in a fork of it.
# Reads an ask per line and writes what came per line; shapes: ../protocol.ts.

require "json"

ENV["RAILS_ENV"] = ENV["RACK_ENV"] = ENV["APP_ENV"] = "production"
$VERBOSE = nil
Dir.chdir("/")
require "action_controller/railtie"
require "sinatra/base"
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
def run(ask, root, tls)
  files = ask["files"].select { |file| file.start_with?(root) }.map { |file| file.delete_prefix(root) }
  folder = File.join(File.realpath(ask["folder"]), root).chomp("/")
  ask["environment"].each { |name, value| ENV[name] = value }
  Dir.chdir(folder)
  Stubs.fill_for(folder)
  units = (ask["framework"] == "rack" ? RackCase : RailsCase).new(folder, files).units
  return { answers: [], notAsked: "it serves nothing that can be asked" } if units.empty?

  server = Server.new(tls)
  answers = server.ask_all(units)
  unseen = ask["names"].reject { |name| name == "—" || answers.any? { |each| each[:lines].any? { |line| line.start_with?("#{name}=") } } }
  answers += server.ask_all(units, unseen) if unseen.any?
  { answers: answers, stubs: Stubs.used, at: (Time.now.to_f * 1000).to_i }
end

def say(error)
  warn error.full_message if ENV["LAB_TRACE"]
  "#{error.class}: #{error.message.lines.first.to_s.strip}"[0, 300]
end

# Runs a case, each of its applications in a process of its own, and tells what they answered.
def whole(ask, tls)
  places = roots(ask["files"])
  return { id: ask["id"], answers: [], notAsked: "no file of it belongs to an application" } if places.empty?

  told = places.map { |root| forked { run(ask, root, tls) } }
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
    Thread.new { sleep SECONDS; exit!(1) }
    told =
      begin
        yield
      rescue Exception => error
        { answers: [], notAsked: say(error) }
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

asks = Queue.new
$stdin.each_line { |line| asks << JSON.parse(line) unless line.strip.empty? }
asks.close
out = Mutex.new
workers = Array.new(WORKERS) do
  Thread.new do
    while (ask = asks.pop)
      line = JSON.generate(whole(ask, ARGV.fetch(0)))
      out.synchronize { $stdout.puts(line) }
    end
  end
end
workers.each(&:join)
$stdout.flush
exit!(0)
