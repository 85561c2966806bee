import type { Deployment } from "../framework.ts";

/**
 * Production, TLS ended at a proxy that sends `X-Forwarded-Proto`; with the variables by which frameworks and their
 * projects tell that it is production.
 */
export const production: Deployment = {
  name: "production",
  tls: "proxy",
  environment: {
    NODE_ENV: "production",
    RAILS_ENV: "production",
    RACK_ENV: "production",
    FLASK_ENV: "production",
    APP_ENV: "production",
    ASPNETCORE_ENVIRONMENT: "Production",
    DOTNET_ENVIRONMENT: "Production",
  },
  origins: {},
};
