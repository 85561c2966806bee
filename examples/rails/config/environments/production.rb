require "active_support/core_ext/integer/time"

Rails.application.configure do
  config.enable_reloading = false
  config.eager_load = true
  config.consider_all_requests_local = false

  # The load balancer redirects to https.
  # config.assume_ssl = true
  # config.force_ssl = true

  config.log_tags = [ :request_id ]
  config.active_record.dump_schema_after_migration = false
end
