import { expect, test } from "vitest";
import { noConfiguration } from "./configuration.ts";
import { disclosed } from "./deployment.ts";
import type { Project } from "./inventory.ts";
import { readDeployment } from "./read-deployment.ts";

function projectOf(files: Readonly<Record<string, string>>): Project {
  const text = (file: string) => files[file];
  return {
    candidates: Object.keys(files),
    source: (file) => ({ file, text: text(file) ?? "" }),
    search: () => [],
    has: (file) => text(file) !== undefined,
    endingIn: () => [],
    read: text,
  };
}

function environmentOf(files: Readonly<Record<string, string>>, flags = {}, configuration = {}) {
  return readDeployment(projectOf(files), { ...noConfiguration, ...configuration }, flags).environment;
}

test("is production behind a proxy when nothing is said", () => {
  const deployment = readDeployment(projectOf({}), noConfiguration, {});
  expect(deployment).toMatchObject({ name: "production", tls: "proxy", origins: {} });
  expect(deployment.environment).toMatchObject({ NODE_ENV: "production", ASPNETCORE_ENVIRONMENT: "Production" });
});

test.each<[string, string, string, string | undefined]>([
  [".env", "A=1", "A", "1"],
  ["deploy/.env.production", 'A="1"', "A", "1"],
  [".env.development", "A=1", "A", undefined],
  [".env.example", "A=1", "A", undefined],
  [".env", "A=$HOME/x", "A", undefined],
  ["test/.env", "A=1", "A", undefined],
  ["Procfile", "web: A=1 B='x y' node server.js --C=3", "B", "x y"],
  ["Procfile", "web: A=1 node server.js C=3", "C", undefined],
  ["Dockerfile", "FROM node\nENV A=1 B=2\n", "B", "2"],
  ["Dockerfile", "FROM node\nENV A one two\n", "A", "one two"],
  ["Dockerfile", "FROM node AS build\nENV A=1\nFROM node\n", "A", undefined],
  ["docker-compose.yml", "services:\n  web:\n    environment:\n      A: yes\n", "A", "yes"],
  ["docker-compose.yml", "services:\n  web:\n    environment:\n      - A=b=c\n      - B\n", "A", "b=c"],
  ["docker-compose.yml", "services:\n  web:\n    environment:\n      - A=b=c\n      - B\n", "B", undefined],
  ["docker-compose.override.yml", "services: {web: {environment: {A: 1}}}", "A", undefined],
  ["compose.prod.yaml", "services: {web: {environment: {A: 1}}}", "A", "1"],
  [
    "k8s/web.yaml",
    "kind: Deployment\nspec: {template: {spec: {containers: [{name: w, env: [{name: A, value: '1'}]}]}}}",
    "A",
    "1",
  ],
  [
    "k8s/web.yaml",
    "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: w\n          env:\n            - name: A\n              value: '1'\n            - name: B\n              valueFrom: {}\n",
    "A",
    "1",
  ],
  ["k8s/web.yaml", "containers:\n  - env:\n      - name: A\n        value: '{{ .Values.a }}'\n", "A", undefined],
])("%s: %j gives %s=%s", (file, text, name, value) => {
  expect(environmentOf({ [file]: text })[name]).toBe(value);
});

test("lets the stronger word win, in the order that is documented", () => {
  const files = {
    Dockerfile: "FROM x\nENV A=dockerfile B=dockerfile C=dockerfile D=dockerfile E=dockerfile\n",
    ".env": "B=env\nC=env\nD=env\nE=env\n",
    ".env.production": "C=named\nD=named\nE=named\n",
    "docker-compose.yml": "services: {web: {environment: {D: compose, E: compose}}}",
  };
  const environment = environmentOf(
    files,
    { environment: { E: "flag" } },
    { environment: { D: "configuration", E: "x" } },
  );
  expect(environment).toMatchObject({ A: "dockerfile", B: "env", C: "named", D: "configuration", E: "flag" });
});

test("settles nothing where two files of one kind disagree", () => {
  const files = { "a/.env": "A=1\nB=1\n", "b/.env": "A=2\nB=1\n", Dockerfile: "FROM x\nENV A=0\n" };
  expect(environmentOf(files)).toMatchObject({ A: "0", B: "1" });
});

test("does not take a developer's file for the deployment", () => {
  const compose =
    "services:\n  web:\n    environment: {NODE_ENV: development, A: 1}\n  jobs:\n    environment: {B: 2}\n";
  const environment = environmentOf({ ".env": "NODE_ENV=development\nC=1\n", "docker-compose.yml": compose });
  expect(environment).toMatchObject({ NODE_ENV: "production", B: "2" });
  expect(environment["A"] ?? environment["C"]).toBeUndefined();
});

test("reads the files of the deployment that was chosen", () => {
  const files = { ".env.staging": "A=1", ".env.production": "B=1", ".env.development": "C=1" };
  expect(environmentOf(files, { name: "staging" })).toMatchObject({ A: "1", NODE_ENV: "production" });
  expect(environmentOf(files, { name: "staging" })["B"]).toBeUndefined();
  const development = environmentOf(files, { name: "development" });
  expect(development).toMatchObject({ C: "1", NODE_ENV: "development", ASPNETCORE_ENVIRONMENT: "Development" });
});

test("remembers where a value came from", () => {
  const { origins } = readDeployment(projectOf({ "x/.env": "\nA=1\n" }), noConfiguration, { environment: { B: null } });
  expect(origins).toEqual({ A: "x/.env:2", B: "the command line" });
});

test("shows no value that could be a secret", () => {
  const deployment = readDeployment(projectOf({ ".env": "SECRET=hunter2\nSECURE=true\n" }), noConfiguration, {});
  expect(disclosed(deployment)).toMatchObject({ SECURE: "true" });
  expect(JSON.stringify(disclosed(deployment))).not.toContain("hunter2");
});
