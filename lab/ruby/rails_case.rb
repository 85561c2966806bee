require "active_model"
require "logger"

# Wraps the files of one Rails application: what is missing of boot, application and routes is filled in.
class RailsCase
  APPLICATION = "config/application.rb"

  # With `alone`, an action does no more for cookies than its lines that name this one.
  def initialize(folder, files, alone = nil)
    @folder, @files = folder, files
    files.grep(/_controller\.rb\z/).each { |file| leave_alone(File.join(folder, file), alone) } if alone
    @text = files.select { |file| file.end_with?(".rb") }.to_h { |file| [file, File.read(File.join(folder, file))] }
  end

  def units
    boot
    load_application
    Rails.application.initialize!
    @controllers = controllers
    draw
    targets.map { |path, origin| Unit.new(origin, Rails.application, "GET", path) }
  end

  private

  # Controllers answer without a template, and everything that the page only names is there.
  module Answering
    include Stubs::Methods

    def default_render(*)
      head :ok
    end
  end

  def boot
    ENV["SECRET_KEY_BASE"] = "0123456789abcdef" * 8
    Rails.env = ENV.fetch("RAILS_ENV")
    write("config/boot.rb", "")
    $LOADED_FEATURES << $LOAD_PATH.resolve_feature_path("rails/all")[1]
    Rails::Application::Configuration.prepend(KnownDefaults)
    ActiveSupport.on_load(:action_controller) { prepend Answering }

    require "secure_headers" if names?(/SecureHeaders/)
    require "devise" if names?(/\bdevise\b|\bDevise\b/)
  end

  # Defaults of a version that is newer than what is installed become the newest there are.
  module KnownDefaults
    def load_defaults(version)
      super
    rescue RuntimeError
      Stubs.used << "load_defaults #{version}"
      super(Rails::VERSION::STRING[/\A\d+\.\d+/])
    end
  end

  def load_application
    @files.grep(%r{\Aapp/middleware/}).each { |file| load File.join(@folder, file) }
    write("config/environments/#{Rails.env}.rb", "Rails.application.configure do\n#{@text["#{Rails.env}.rb"]}\nend\n")
    if @text.key?(APPLICATION)
      load File.join(@folder, APPLICATION)
    else
      Object.const_set(:Shop, Module.new)
      Shop.const_set(:Application, Class.new(Rails::Application))
    end
    configure(Rails.application.config)
  end

  def configure(config)
    config.root = @folder
    config.logger = Logger.new(nil)
    config.eager_load = false
    config.action_dispatch.show_exceptions = false
    write("app/controllers/application_controller.rb", "class ApplicationController < ActionController::Base\nend\n")
    return unless defined?(Devise)

    write("config/initializers/a_devise.rb", "Devise.setup { |config| config.secret_key = 'lab' * 20 }\n")
    write("app/models/application_record.rb", RECORD)
  end

  # As much of a record as Devise's modules need, without a database.
  RECORD = <<~RUBY
    class ApplicationRecord
      extend ActiveModel::Callbacks
      include ActiveModel::Validations
      define_model_callbacks :create, :update, :validation
      extend Devise::Models
      attr_accessor :remember_token, :remember_created_at, :encrypted_password

      def self.to_adapter
        Struct.new(:records) { def find_first(*) = nil }.new
      end

      def to_key
        [7]
      end

      def changed?
        false
      end

      def save(**)
        true
      end

      def authenticatable_salt
        "salt"
      end
    end
  RUBY

  def controllers
    @files.grep(%r{\Aapp/controllers/.*_controller\.rb\z}).map do |file|
      file.delete_prefix("app/controllers/").delete_suffix(".rb").camelize.constantize
    end
  end

  def actions(controller)
    controller.action_methods.to_a.sort.select { |name| [0, -1].include?(controller.instance_method(name).arity) }
  end

  def models
    return [] unless defined?(Devise)

    @files.grep(%r{\Aapp/models/}).map { |file| File.basename(file, ".rb") } - ["application_record"]
  end

  # Classes of app/services and lib: what takes a request or a response is called with the lab's.
  def services
    @files.grep(%r{\A(app/services|lib)/}).filter_map do |file|
      load File.join(@folder, file)
      Object.const_get(File.basename(file, ".rb").camelize) if @text[file].match?(/^class /)
    end
  end

  def draw
    routed = @controllers.flat_map { |controller| actions(controller).map { |action| [controller, action] } }
    devised, served = models, services
    excluded = @text.values.flat_map { |text| text.scan(/path == "(\/[^"]*)"/) }.flatten
    @targets = routed.map { |controller, action| ["/#{controller.controller_path}/#{action}", "#{controller}##{action}"] }
    excluded.each { |path| @targets << [path, "GET #{path}"] }
    devised.each { |name| @targets << ["/lab/remember/#{name}", "remember_me #{name}"] }
    served.each { |service| @targets << ["/lab/service/#{service}", service.to_s] }
    # A session that the page says nothing of is the lab's own.
    @targets << ["/lab/session", names?(/session_store|\.session\b/) || @text.key?(APPLICATION) ? "session" : "lab session"]
    Rails.application.routes.append do
      routed.each { |controller, action| match "/#{controller.controller_path}/#{action}", to: controller.action(action), via: :all }
      excluded.each { |path| match path, to: routed.first[0].action(routed.first[1]), via: :all }
      devised.each { |name| devise_for name.pluralize.to_sym, skip: :all }
      get "/lab/remember/:model", to: LabController.action(:remember)
      get "/lab/service/:service", to: LabController.action(:serve)
      get "/lab/session", to: LabController.action(:visit)
    end
    lab_controller
    Rails.application.reload_routes!
  end

  attr_reader :targets

  def lab_controller
    Object.const_set(:LabController, Class.new(ActionController::Base))
    LabController.include(Devise::Controllers::Rememberable) if defined?(Devise)
    LabController.class_eval do
      def visit
        session[:lab] = 1 if session.respond_to?(:enabled?) ? session.enabled? : session
        head :ok
      end

      def remember
        remember_me(params[:model].camelize.constantize.new)
        head :ok
      end

      def serve
        service = params[:service].constantize
        service.include(Stubs::Methods)
        service.public_instance_methods(false).each do |name|
          given = { request: request, response: response, cookies: cookies }
          wanted = service.instance_method(name).parameters.select { |kind, _| kind == :req }
          service.allocate.send(name, *wanted.map { |_, parameter| given.fetch(parameter, Stub.new) })
        end
        head :ok
      end
    end
  end

  def names?(pattern)
    @text.values.any?(pattern)
  end

  def leave_alone(path, name)
    lines = File.readlines(path)
    File.write(path, lines.reject { |line| line.match?(COOKIE_LINE) && !line.match?(/\b#{Regexp.escape(name)}\b/) }.join)
  end

  COOKIE_LINE = /^ +(response\.|headers\[|cookies[.\[]).*(Set-Cookie|set_cookie|delete|\] = )/

  # Writes a file that the page leaves out.
  def write(file, text)
    path = File.join(@folder, file)
    return if File.exist?(path)

    FileUtils.mkdir_p(File.dirname(path))
    File.write(path, text)
  end
end
