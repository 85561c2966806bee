import http from "node:http";
import http2 from "node:http2";
import { syncBuiltinESMExports } from "node:module";
import { listening, quietly, replace } from "./listen.ts";
import type { Notebook } from "./notebook.ts";

const isSetCookie = (name: unknown): boolean =>
  typeof name === "string" && name.length === 10 && name.toLowerCase() === "set-cookie";

function linesOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((line) => typeof line === "string");
}

/** The Set-Cookie lines in the headers of `writeHead` or `respond`: an object, or a list of names and values. */
function linesIn(headers: unknown): readonly string[] {
  if (typeof headers !== "object" || headers === null) return [];
  if (!Array.isArray(headers)) {
    return Object.entries(headers).flatMap(([name, value]) => (isSetCookie(name) ? linesOf(value) : []));
  }
  const pairs: readonly unknown[] = headers.flat();
  return pairs.flatMap((name, at) => (at % 2 === 0 && isSetCookie(name) ? linesOf(pairs[at + 1]) : []));
}

const nameOf = (line: string): string => line.split("=", 1)[0] ?? "";

/** Listens to what gives headers to Node, over HTTP/1.1 and h2, and to the headers of web responses. */
export function listenToHttp(notebook: Notebook): void {
  for (const prototype of [http.OutgoingMessage.prototype, http2.Http2ServerResponse.prototype]) {
    for (const method of ["setHeader", "appendHeader"]) listenToHeader(prototype, method, notebook);
  }
  for (const prototype of [http.ServerResponse.prototype, http2.Http2ServerResponse.prototype]) {
    listenToHead(prototype, notebook);
  }
  for (const method of ["append", "set"]) {
    replace(globalThis.Headers?.prototype, method, (original) =>
      listening(original, ([name, value]) => {
        if (isSetCookie(name)) notebook.asks(nameOf(String(value)), null);
      }),
    );
  }
  replace(globalThis, "Response", (original) =>
    listening(original, ([, options]) => {
      const headers: unknown = options instanceof Object && "headers" in options ? options.headers : undefined;
      if (headers instanceof Headers) return;
      for (const line of linesIn(headers)) notebook.asks(nameOf(line), null);
    }),
  );
  listenToStreams(notebook);
}

/** The lines of a response that have been told. */
const toldOf = new WeakMap<object, Set<string>>();

/**
 * Tells each line of a response once, by where it was first given: lists that grow are given anew each time, as new
 * lists or as the same one.
 */
function tellNew(response: object, lines: readonly string[], notebook: Notebook): void {
  if (lines.length === 0) return;
  const told = toldOf.get(response) ?? new Set();
  toldOf.set(response, told);
  for (const line of lines) {
    if (told.has(line)) continue;
    told.add(line);
    notebook.writes(line);
  }
}

/** What a response over h2 is told under: Node gives its headers on to the stream. */
function subjectOf(response: object): object {
  return response instanceof http2.Http2ServerResponse ? (response.stream ?? response) : response;
}

/** On every header of every response: no list of arguments is made, and other names cost a comparison. */
function listenToHeader(prototype: object, method: string, notebook: Notebook): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") return;
  const heard = function (this: object, name: string, value: unknown): unknown {
    if (name?.length === 10 && isSetCookie(name)) quietly(() => tellNew(subjectOf(this), linesOf(value), notebook));
    return original.call(this, name, value);
  };
  putInPlace(prototype, method, heard);
}

/** On every response, and mostly without headers. */
function listenToHead(prototype: object, notebook: Notebook): void {
  const original: unknown = Reflect.get(prototype, "writeHead");
  if (typeof original !== "function") return;
  const heard = function (this: object, status: unknown, reason: unknown, headers: unknown): unknown {
    const given = headers ?? reason;
    if (typeof given === "object") quietly(() => tellNew(subjectOf(this), linesIn(given), notebook));
    return original.call(this, status, reason, headers);
  };
  putInPlace(prototype, "writeHead", heard);
}

function putInPlace(prototype: object, method: string, heard: (...words: never[]) => unknown): void {
  Object.defineProperty(heard, "name", { value: method });
  Object.defineProperty(prototype, method, { value: heard, writable: true, configurable: true, enumerable: true });
}

/** The prototype of server streams is seen only on a stream. */
function listenToStreams(notebook: Notebook): void {
  let known = false;
  const onStream = (stream: object): void => {
    if (known) return;
    known = true;
    const prototype: object = Object.getPrototypeOf(stream);
    replace(prototype, "respond", (original) =>
      listening(original, ([headers], server) => tellNew(Object(server), linesIn(headers), notebook)),
    );
  };
  for (const method of ["createServer", "createSecureServer"]) {
    replace(http2, method, (original) =>
      listening(
        original,
        () => undefined,
        (server) => {
          if (server instanceof Object && "prependListener" in server && typeof server.prependListener === "function") {
            server.prependListener("stream", onStream);
          }
        },
      ),
    );
  }
  syncBuiltinESMExports();
}
