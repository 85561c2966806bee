import type { Symbol } from "../framework.ts";

/** `#if DEBUG`: what is published is built for release, where nothing defines it. */
export const debugSymbol: Symbol = { path: "#DEBUG", is: "debug-build", name: "DEBUG" };
