import http from "node:http";
import http2 from "node:http2";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { listening, quietly, replace } from "./listen.ts";
import type { Notebook } from "./notebook.ts";
import type { Door } from "./stack.ts";

const isSetCookie = (name: unknown): boolean =>
  name === "Set-Cookie" || (typeof name === "string" && name.length === 10 && name.toLowerCase() === "set-cookie");

function linesOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((line) => typeof line === "string");
}

/** The Set-Cookie lines in the headers of `writeHead` or `respond`: an object, or a list of names and values. */
function linesIn(headers: unknown): readonly string[] {
  if (typeof headers !== "object" || headers === null) return [];
  if (!Array.isArray(headers)) {
    return Object.keys(headers).flatMap((name) => (isSetCookie(name) ? linesOf(Reflect.get(headers, name)) : []));
  }
  const pairs: readonly unknown[] = headers.flat();
  return pairs.flatMap((name, at) => (at % 2 === 0 && isSetCookie(name) ? linesOf(pairs[at + 1]) : []));
}

/** Listens to what gives headers to Node, over HTTP/1.1 and h2, and to the headers of web responses. */
export function listenToHttp(notebook: Notebook): void {
  for (const method of ["setHeader", "appendHeader"]) {
    listenToHeader(http.OutgoingMessage.prototype, method, tellNew);
    listenToHeader(http2.Http2ServerResponse.prototype, method, tellOverH2);
  }
  listenToHead(http.ServerResponse.prototype, tellNew);
  listenToHead(http2.Http2ServerResponse.prototype, tellOverH2);
  whenAskedFor(web, () => {
    for (const method of ["append", "set"]) {
      replace(globalThis.Headers?.prototype, method, (original) =>
        listening(original, ([name, value]) => {
          if (isSetCookie(name)) notebook.asksLine(String(value), null);
        }),
      );
    }
    listenToWeb(notebook);
  });
  // Servers that bring a Response of their own put it in place before they listen.
  replace(net.Server.prototype, "listen", (original) => listening(original, () => listenToWeb(notebook)));
  listenToStreams((stream, lines) => tellStream(stream, lines, notebook));

  function tellNew(response: object, value: unknown, door: Door): void {
    const held = heldBy(response, value);
    if (typeof value === "string") {
      if (!held.includes(value)) notebook.writes(value, door);
    } else if (Array.isArray(value)) {
      for (const line of value) if (typeof line === "string" && !held.includes(line)) notebook.writes(line, door);
      copies.set(value, [...value]);
    }
  }

  function tellOverH2(response: object, value: unknown, door: Door): void {
    const stream: unknown = Reflect.get(response, "stream");
    tellStream(stream instanceof Object ? stream : response, linesOf(value), notebook, door);
  }
}

const web = ["Headers", "Response"] as const;
const listenedTo = new WeakSet<object>();
/** Getters that wait for somebody to ask. */
const waiting = new WeakSet<object>();

const isWaiting = (name: string): boolean => {
  const { get } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
  return get !== undefined && waiting.has(get);
};

/**
 * Node loads what the web has when one of its names is first asked for. It takes 1.5 MB and some time, so that the agent
 * does not ask by itself.
 */
function whenAskedFor(names: readonly string[], listen: () => void): void {
  const own = names.flatMap((name) => {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    return property?.get !== undefined && property.configurable === true ? [{ name, property }] : [];
  });
  if (own.length < names.length) return listen();
  const restore = (): void => {
    for (const { name, property } of own) if (isWaiting(name)) Object.defineProperty(globalThis, name, property);
    quietly(listen);
  };
  for (const { name, property } of own) {
    const get = (): unknown => {
      restore();
      return Reflect.get(globalThis, name);
    };
    const set = (value: unknown): void => {
      restore();
      Reflect.set(globalThis, name, value);
    };
    waiting.add(get);
    Object.defineProperty(globalThis, name, { ...property, get, set });
  }
}

/** Listens to the constructors of the web that take headers, where they are not yet listened to. */
function listenToWeb(notebook: Notebook): void {
  listenToConstructor("Headers", notebook, ([headers]) => headers);
  listenToConstructor("Response", notebook, ([, options]) =>
    options instanceof Object && "headers" in options ? options.headers : undefined,
  );
}

function listenToConstructor(
  name: (typeof web)[number],
  notebook: Notebook,
  headersIn: (words: readonly unknown[]) => unknown,
): void {
  if (isWaiting(name)) return;
  const original: unknown = globalThis[name];
  if (typeof original !== "function" || listenedTo.has(original)) return;
  const heard = new Proxy(original, {
    construct(target, words, newTarget): object {
      quietly(() => {
        const headers = headersIn(words);
        if (headers instanceof Headers) return;
        for (const line of linesIn(headers)) notebook.asksLine(line, null);
      });
      return Reflect.construct(target, words, newTarget === heard ? target : newTarget);
    },
    // A class may ask which class is asked.
    get: (target, key) =>
      key === Symbol.hasInstance
        ? (made: unknown) => made instanceof (target as typeof Object)
        : Reflect.get(target, key),
  });
  listenedTo.add(heard);
  Object.defineProperty(globalThis, name, { value: heard, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(original.prototype, "constructor", { value: heard, writable: true, configurable: true });
}

const { getHeader } = http.OutgoingMessage.prototype;

/** Lists that a response was given, as they were then: some are added to and given again. */
const copies = new WeakMap<object, readonly unknown[]>();

/**
 * What a response holds already, and was told before: lists that grow are given anew each time. To remember it here
 * would cost more: whatever is kept for a response, in it or beside it, slows Node down.
 */
function heldBy(response: object, value: unknown): readonly unknown[] {
  const holds: unknown = getHeader.call(response as http.OutgoingMessage, "set-cookie");
  if (holds === undefined) return nothing;
  if (!Array.isArray(holds)) return [holds];
  return holds === value ? (copies.get(holds) ?? nothing) : holds;
}

const nothing: readonly unknown[] = [];

/** The lines of a stream that have been told: Node gives it what its response was given. */
const toldOf = new WeakMap<object, Set<string>>();

function tellStream(stream: object, lines: readonly string[], notebook: Notebook, door?: Door): void {
  if (lines.length === 0) return;
  const told = toldOf.get(stream) ?? new Set();
  toldOf.set(stream, told);
  for (const line of lines) {
    if (told.has(line)) continue;
    told.add(line);
    notebook.writes(line, door);
  }
}

/** Tells what is new of the Set-Cookie lines that a response is given. */
type Tell = (response: object, value: unknown, door: Door) => void;

/** On every header of every response: no list of arguments is made, and other names cost a comparison. */
function listenToHeader(prototype: object, method: string, tell: Tell): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") return;
  const heard = function (this: object, name: string, value: unknown): unknown {
    if (name?.length === 10 && isSetCookie(name)) {
      try {
        tell(this, value, heard);
      } catch {
        // An agent that fails knows less; the application goes on.
      }
    }
    return original.call(this, name, value);
  };
  putInPlace(prototype, method, heard);
}

/** On every response, and mostly without headers. */
function listenToHead(prototype: object, tell: Tell): void {
  const original: unknown = Reflect.get(prototype, "writeHead");
  if (typeof original !== "function") return;
  const heard = function (this: object, status: unknown, reason: unknown, headers: unknown): unknown {
    const given = headers ?? reason;
    if (typeof given === "object" && given !== null) {
      quietly(() => {
        const lines = linesIn(given);
        if (lines.length > 0) tell(this, lines, heard);
      });
    }
    return original.call(this, status, reason, headers);
  };
  putInPlace(prototype, "writeHead", heard);
}

function putInPlace(prototype: object, method: string, heard: Door): void {
  Object.defineProperty(heard, "name", { value: method });
  Object.defineProperty(prototype, method, { value: heard, writable: true, configurable: true, enumerable: true });
}

/** The prototype of server streams is seen only on a stream. */
function listenToStreams(tell: (stream: object, lines: readonly string[]) => void): void {
  let known = false;
  const onStream = (stream: object): void => {
    if (known) return;
    known = true;
    const prototype: object = Object.getPrototypeOf(stream);
    replace(prototype, "respond", (original) =>
      listening(original, ([headers], server) => tell(Object(server), linesIn(headers))),
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
