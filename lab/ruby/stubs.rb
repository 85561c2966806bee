# What a page leaves out: constants and methods that nothing defines.
class Stub < String
  def initialize(*)
    super("stub")
  end

  def method_missing(*)
    Stub.new
  end

  def respond_to_missing?(*)
    false
  end

  def id
    7
  end

  def []=(*)
  end

  # Spread into the options of a cookie.
  def to_hash
    { value: "1" }
  end
end

module Stubs
  @used = []
  @loaded = Set.new

  class << self
    attr_reader :used, :folder

    # From now on a constant that a file under `folder` needs is loaded from the case's own files, or made up.
    def fill_for(folder)
      @folder = folder
      Module.prepend(Constants)
    end

    def constant(parent, name)
      load_own(name)
      return parent.const_get(name, false) if parent.const_defined?(name, false)

      @used << name.to_s
      parent.const_set(name, made_up)
    end

    # Whether the code that is running stands in a file of the case.
    def asked_by_case?
      skipped = %r{\A#{Regexp.escape(__dir__)}/|/active_support/dependencies|/bootsnap/|<internal:}
      caller.find { |line| !line.match?(skipped) }&.start_with?("#{folder}/")
    end

    private

    def load_own(name)
      file = Dir.glob("#{folder}/{app,lib}/**/#{name.to_s.underscore}.rb").first
      Kernel.load(file) if file && @loaded.add?(file)
    end

    def made_up
      Class.new do
        def self.method_missing(*)
          Stub.new
        end

        def self.respond_to_missing?(*)
          false
        end

        def self.new(*)
          Stub.new
        end
      end
    end
  end

  module Constants
    def const_missing(name)
      super
    rescue NameError
      raise unless Stubs.asked_by_case?

      Stubs.constant(self, name)
    end
  end

  # A method that the page only names, such as `current_user`, answers with a stub.
  module Methods
    def method_missing(name, *values, &block)
      return super unless Stubs.asked_by_case?

      Stubs.used << name.to_s
      Stub.new
    end

    def respond_to_missing?(*)
      false
    end
  end
end
