/**
 * What the wire costs, in one run: each part beside what it is to be compared with.
 *
 *     npm run bench:wire [-- probe watch agent]
 *
 * Everything runs on this machine. Wall time is only worth something when the machine is quiet; CPU time of the process
 * that is measured (user and system) and ratios within the run are worth more.
 */
import { cpus, loadavg } from "node:os";
import { agentFigures } from "./bench-wire/agent.ts";
import type { Figure } from "./bench-wire/figure.ts";
import { probeFigures } from "./bench-wire/probe.ts";
import { watchFigures } from "./bench-wire/watch.ts";

const parts: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  probe: probeFigures,
  watch: watchFigures,
  agent: agentFigures,
};

const wanted = process.argv.slice(2);
const load = loadavg()[0]?.toFixed(2);
console.log(`${cpus().length} cores, load ${load} at the start, Node ${process.version}\n`);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { what, rate, cpu, unit } of await measure()) {
    const cost = cpu === undefined ? "" : `${Math.round(cpu).toLocaleString("en")} µs of CPU each`;
    const rated = `${Math.round(rate).toLocaleString("en")} ${unit}/s`;
    console.log(`${what.padEnd(60)}  ${rated.padStart(18)}  ${cost}`);
  }
}
