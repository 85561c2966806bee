import { csharp } from "./csharp.ts";
import { java } from "./java.ts";
import { javascript } from "./javascript.ts";
import type { Programs } from "./program.ts";
import { python } from "./python.ts";
import { ruby } from "./ruby.ts";

/** How programs are written with each framework, by the name of its folder. */
export const programs: Readonly<Record<string, Programs>> = { ...javascript, ...python, ...java, ...csharp, ...ruby };
