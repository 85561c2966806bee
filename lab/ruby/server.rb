require "net/http"
require "openssl"
require "rack/handler/webrick"
require "webrick"
require "webrick/https"

# One thing to ask: a Rack application and the request to send.
Unit = Struct.new(:origin, :app, :method, :path)

# Serves whichever unit is being asked, over http and over TLS, on 127.0.0.1.
class Server
  WAYS = %w[http proxy tls].freeze
  # Values for the parameters that pages read.
  QUERY = "id=lab&kind=*"

  def initialize(tls, host)
    @host = host
    certificate = {
      SSLEnable: true,
      SSLCertificate: OpenSSL::X509::Certificate.new(File.read(File.join(tls, "cert.pem"))),
      SSLPrivateKey: OpenSSL::PKey.read(File.read(File.join(tls, "key.pem")))
    }
    @ports = { "http" => {}, "https" => certificate }.transform_values { |options| start(options) }
  end

  # An exception in one line, without what differs from run to run.
  def self.say(error)
    $stderr.puts(error.full_message) if ENV["LAB_TRACE"]
    "#{error.class}: #{error.message.lines.first.to_s.strip.sub(/#<([\w:]+?):0x.*/, '\1')}"[0, 300]
  end

  # What every unit answers on every way. With `cookies` only those that say something of them, for what a framework
  # does not do unless the request brought a cookie.
  def ask_all(units, cookies = [])
    units.product(WAYS).map do |unit, way|
      response = ask(unit, way, cookies)
      origin = cookies.empty? ? unit.origin : "#{unit.origin} with #{cookies.join(", ")}"
      answer = { origin: origin, way: way, status: response.code.to_i, lines: response.get_fields("set-cookie") || [] }
      answer[:lines] = answer[:lines].select { |line| cookies.include?(line[/\A[^=]*/]) } if cookies.any?
      answer[:error] = Server.say(@error) if @error
      answer
    end
  end

  private

  def start(options)
    quiet = WEBrick::Log.new(nil, 0)
    server = WEBrick::HTTPServer.new(
      BindAddress: "127.0.0.1", Port: 0, Logger: quiet, AccessLog: [], DoNotReverseLookup: true, **options
    )
    server.mount("/", Rack::Handler::WEBrick, method(:call))
    Thread.new { server.start }
    server.listeners.first.addr[1]
  end

  def call(env)
    @unit.app.call(env)
  rescue StandardError, ScriptError => error
    @error = error
    [500, { "Content-Type" => "text/plain" }, [""]]
  end

  def ask(unit, way, cookies)
    @unit, @error = unit, nil
    secure = way == "tls"
    request = Net::HTTPGenericRequest.new(unit.method, false, true, "#{unit.path}?#{QUERY}")
    request["Host"] = @host
    request["Cookie"] = cookies.map { |name| "#{name}=before" }.join("; ") if cookies.any?
    request["X-Forwarded-Proto"], request["X-Forwarded-For"] = "https", "203.0.113.7" if way == "proxy"
    options = { use_ssl: secure, verify_mode: OpenSSL::SSL::VERIFY_NONE, read_timeout: 10 }
    Net::HTTP.start("127.0.0.1", @ports[secure ? "https" : "http"], nil, nil, nil, nil, options) { |http| http.request(request) }
  end
end
