import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

async function told(texts: Readonly<Record<string, string>>, environment: Record<string, string> = {}) {
  const deployment = { ...production, environment: { ...production.environment, ...environment } };
  const { cookies } = await takeInventory(projectOf(texts), deployment);
  return cookies.map(({ verdict, condition }) => `${verdict}, ${condition?.says}: ${condition?.inDeployment}`);
}

const python = (secure: string) => ({
  "app.py": `from flask import current_app, make_response, request\nfrom elsewhere import settings\ndef view(options):\n    response = make_response("x")\n    response.set_cookie("a", "1", secure=${secure})\n    return response\n`,
});

test.each([
  ['current_app.config.get("COOKIE_SECURE", False)', "conditional, `COOKIE_SECURE` is on: insecure"],
  ['settings.get("COOKIE_SECURE", True)', "conditional, `COOKIE_SECURE` is on, as it is by default: secure"],
  ['getattr(settings, "COOKIE_SECURE", False)', "conditional, `COOKIE_SECURE` is on: insecure"],
  ['settings.get("COOKIE_SECURE")', "unknown, undefined: undefined"],
  // A request is no configuration, nor is what a caller gives.
  ['request.args.get("secure", False)', "unknown, undefined: undefined"],
  ['options.get("secure", False)', "unknown, undefined: undefined"],
])("%s", async (secure, expected) => {
  expect(await told(python(secure))).toEqual([expected]);
});

const java = (field: string, secure = "secure") => ({
  "A.java": `import javax.servlet.http.*;\nimport org.springframework.beans.factory.annotation.Value;\nimport org.eclipse.microprofile.config.inject.ConfigProperty;\nclass A {\n  ${field}\n  void go(HttpServletResponse response) { Cookie a = new Cookie("a", "1"); a.setSecure(${secure}); response.addCookie(a); }\n}\n`,
});

test.each([
  ['@Value("${cookie.secure:false}") private boolean secure;', "conditional, `cookie.secure` is on: insecure"],
  [
    '@Value("${cookie.secure:true}") boolean secure = false;',
    "conditional, `cookie.secure` is on, as it is by default: secure",
  ],
  // Neither on nor off: Spring refuses it.
  ['@Value("${cookie.secure:perhaps}") boolean secure;', "conditional, `cookie.secure` is on: null"],
  ['@Value("${cookie.secure}") Boolean secure;', "conditional, `cookie.secure` is on: null"],
  [
    '@ConfigProperty(name = "cookie.secure", defaultValue = "false") boolean secure;',
    "conditional, `cookie.secure` is on: insecure",
  ],
  [
    'final boolean secure; A(@Value("${cookie.secure:false}") boolean secure) { this.secure = secure; }',
    "conditional, `cookie.secure` is on: insecure",
  ],
])("%s", async (field, expected) => {
  expect(await told(java(field))).toEqual([expected]);
});

test("a variable of the environment decides what is injected", async () => {
  const field = '@Value("${app.cookie-secure:false}") private boolean secure;';
  const said = "conditional, `app.cookie-secure` is on, as it is by default: secure";
  expect(await told(java(field), { APP_COOKIESECURE: "true" })).toEqual([said]);
});

const resources = "src/main/resources";

test.each<[string, Record<string, string>, string]>([
  [
    "a file of properties",
    { [`${resources}/application.properties`]: "cookie.secure=true\n" },
    "conditional, `cookie.secure` is on, as in application.properties: secure",
  ],
  [
    "the file of the production profile first",
    {
      [`${resources}/application.yml`]: "cookie:\n  secure: false\n",
      [`${resources}/application-prod.yml`]: "cookie:\n  secure: true\n",
      [`${resources}/application-dev.yml`]: "cookie:\n  secure: false\n",
    },
    "conditional, `cookie.secure` is on, as in application-prod.yml: secure",
  ],
  [
    "the document of the production profile first",
    {
      [`${resources}/application.yml`]:
        "cookie.secure: true\n---\nspring.config.activate.on-profile: production\ncookie.secure: false\n---\nspring.config.activate.on-profile: dev\ncookie.secure: true\n",
    },
    "conditional, `cookie.secure` is on: insecure",
  ],
  [
    "the production profile of Quarkus first",
    { [`${resources}/application.properties`]: "cookie.secure=false\n%prod.cookie.secure=true\n" },
    "conditional, `cookie.secure` is on, as in application.properties: secure",
  ],
  [
    "what a variable is by default",
    { [`${resources}/application.properties`]: "cookie.secure=${COOKIE_SECURE:yes}\n" },
    "conditional, `cookie.secure` is on, as in application.properties: secure",
  ],
  [
    "no file of the tests",
    { "src/test/resources/application.properties": "cookie.secure=true\n" },
    "conditional, `cookie.secure` is on: insecure",
  ],
])("what is injected is as configuration files say: %s", async (_title, files, expected) => {
  const field = '@Value("${cookie.secure:false}") private boolean secure;';
  expect(await told({ ...java(field), ...files })).toEqual([expected]);
});

test.each([
  ['Boolean.getBoolean("cookie.secure")', 'conditional, cookie.secure is "true": insecure'],
  [
    'Boolean.parseBoolean(System.getProperty("cookie.secure", "false"))',
    'conditional, cookie.secure is "true": insecure',
  ],
])("%s", async (secure, expected) => {
  expect(await told(java("", secure))).toEqual([expected]);
});
