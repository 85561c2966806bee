#!/usr/bin/env node
import * as nodeModule from "node:module";
import { run } from "./cli.ts";

/** From Node 22 on, compiled code is kept between runs. */
if ("enableCompileCache" in nodeModule && typeof nodeModule.enableCompileCache === "function") {
  nodeModule.enableCompileCache();
}
process.exitCode = await run(process.argv.slice(2));
