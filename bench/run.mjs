#!/usr/bin/env node
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cold } from "./cold.mjs";
import { fleet } from "./fleet.mjs";
import { memory } from "./memory.mjs";
import { neighbours } from "./neighbours.mjs";
import { objects, storage } from "./storage.mjs";
import { throughputs } from "./throughput.mjs";
import { web } from "./web.mjs";

const BENCHES = { ...throughputs, web, cold, memory, fleet, neighbours, storage, objects };
const USAGE = `usage: node bench/run.mjs [--selvedge PATH] [options] [BENCH ...]

  BENCH             hello, echo, body, connections, http2, web, cold, memory, fleet, neighbours, storage,
                    objects (default: all)

  --selvedge PATH   the binary (default: target/dist/selvedge)
  --hyper PATH      the bare hyper server (default: bare-hyper beside the binary)
  --http2-load PATH the load generator of http2 (default: http2-load beside the binary)
  --seconds N       how long each server is loaded in each round of the benches that load one: hello to http2,
                    web (each task), fleet, neighbours and storage (default: 10)
  --connections N   keep-alive connections of hello, echo, body, http2 and storage (default: 50)
  --rounds N        rounds of the same; the median is printed (default: 3)
  --workers N       Workers of cold (default: 1000) and memory (default: 200)
  --fleet N         Workers of fleet (default: 5000)
  --gigabytes N     size of the object of objects (default: 5)
  --only NAME       only this server of hello to http2 and web; may be repeated (selvedge, workerd, deno, bun, "bare hyper")
  --task NAME       only this task of web; may be repeated (json, headers, url, transform, echo, gzip, sha256, aes-gcm,
                    jwt, clone, html)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    selvedge: { type: "string", default: "target/dist/selvedge" },
    hyper: { type: "string" },
    "http2-load": { type: "string" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "50" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string" },
    fleet: { type: "string", default: "5000" },
    gigabytes: { type: "string", default: "5" },
    only: { type: "string", multiple: true },
    task: { type: "string", multiple: true },
    help: { type: "boolean", short: "h" },
  },
});
const chosen = positionals.length ? positionals : Object.keys(BENCHES);
const unknown = chosen.filter((name) => !Object.hasOwn(BENCHES, name));

if (values.help || unknown.length) {
  console.error(unknown.length ? `unknown bench: ${unknown.join(", ")}\n\n${USAGE}` : USAGE);
  process.exit(unknown.length ? 2 : 0);
}

const options = {
  selvedge: resolve(values.selvedge),
  hyper: resolve(values.hyper ?? `${dirname(values.selvedge)}/bare-hyper`),
  http2Load: resolve(values["http2-load"] ?? `${dirname(values.selvedge)}/http2-load`),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
  rounds: Number(values.rounds),
  workers: values.workers && Number(values.workers),
  fleet: Number(values.fleet),
  gigabytes: Number(values.gigabytes),
  only: values.only,
  task: values.task,
};

for (const name of chosen) await BENCHES[name](options);
