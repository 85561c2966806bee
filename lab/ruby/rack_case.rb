require "rack/builder"
require "rack/session/cookie"
require "rack/session/pool"

# Wraps a case of Rack and Sinatra: each application of Sinatra, and each config.ru around one that keeps a session.
class RackCase
  SESSION = lambda do |env|
    env["rack.session"]["lab"] = 1 if env["rack.session"]
    [200, { "Content-Type" => "text/plain" }, ["ok"]]
  end

  def initialize(folder, files, _alone = nil)
    @folder, @files = folder, files
  end

  def units
    environment
    @files.grep(/\.ru\z/).flat_map { |file| rackup(file) } + sinatra(@files.grep(/\.rb\z/))
  end

  private

  def environment
    Sinatra::Base.set :environment, (ENV["APP_ENV"] || ENV["RACK_ENV"] || "development").to_sym
    @files.each do |file|
      File.read(File.join(@folder, file)).scan(/ENV\["(\w*SECRET\w*)"\]/) { |(name)| ENV[name] ||= "a secret of the lab" * 4 }
    end
  end

  # Several session middlewares write one and the same session: each is asked without the others.
  def rackup(file)
    text = File.read(File.join(@folder, file))
    Object.const_set(:App, SESSION) unless Object.const_defined?(:App)
    lines = text.lines
    sessions = lines.select { |line| line.match?(/^use Rack::Session/) }
    return [Unit.new(file, Rack::Builder.new_from_string(text, File.join(@folder, file)), "GET", "/")] if sessions.empty?

    sessions.map do |kept|
      app = Rack::Builder.new_from_string((lines - (sessions - [kept])).join, File.join(@folder, file))
      Unit.new("#{file} #{kept[/Rack::\S+?(?=,|\s)/]}", app, "GET", "/")
    end
  end

  def sinatra(files)
    files.each { |file| load File.join(@folder, file) }
    apps = ObjectSpace.each_object(Class).select { |each| each < Sinatra::Base && each != Sinatra::Application && each.name }
    apps << Sinatra::Application if classic?
    apps.flat_map { |app| units_of(app) }
  end

  def classic?
    defined?(Sinatra::Application) && @files.any? { |file| File.read(File.join(@folder, file)).match?(/^require "sinatra"$/) }
  end

  def units_of(app)
    app.set :run, false
    app.set :raise_errors, true
    app.set :show_exceptions, false
    app.prepend(Stubs::Methods)
    app.class_eval { define_method(:options) { { value: "1" } } }
    paths = (app.routes["GET"] || []).map { |pattern, *| pattern.to_s }
    app.get("/lab") do
      session[:lab] = 1
      "ok"
    end
    [*paths, "/lab"].map { |path| Unit.new("GET #{path}", app, "GET", path) }
  end
end
