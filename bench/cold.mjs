import { setTimeout } from "node:timers/promises";
import { ANSWER, SCRIPT, WARM_UP, fleet, hostOf, names } from "./lib/fleet.mjs";
import { Connection } from "./lib/connection.mjs";
import { startSelvedge, startWorkerd } from "./lib/servers.mjs";
import { fixed, median, quantile, table } from "./lib/table.mjs";

const WARM_REQUESTS = 20;
const WARM_UP_REQUESTS = 500;
const WORKERS = 1000;

/** How long after one Worker's first request the next one's comes, in milliseconds; at once without. */
const PACES = [
  { name: "back to back", every: 0 },
  { name: "100 a second", every: 10 },
];

/**
 * What the first request to a Worker that is deployed but not loaded costs above a warm one.
 *
 * @param {{selvedge: string, workers?: number}} given
 */
export async function cold(given) {
  const options = { ...given, workers: given.workers ?? WORKERS };
  const rows = [];
  for (const [server, of] of Object.entries({ selvedge: ours, workerd })) {
    for (const pace of PACES) rows.push(row(`${server}: ${pace.name}`, await of(options, pace)));
  }
  console.log(`\nFirst request to a deployed Worker, minus a warm request, over ${options.workers} Workers\n`);
  console.log(table(["server: Workers", "p50 ms", "p99 ms", "warm request p50 ms"], rows));
}

/** @param {{selvedge: string, workers: number}} options @param {{every: number}} pace */
async function ours({ selvedge, workers }, pace) {
  const folder = await fleet([WARM_UP, ...names(workers)]);
  const { server, url } = await startSelvedge(selvedge, folder);
  try {
    const { hostname: host, port } = new URL(url);
    const connection = await Connection.open({ host, port: Number(port) });
    await warmUp(connection);
    const samples = await paced(names(workers), pace, (name) => sample(connection, hostOf(name)));
    connection.close();
    return samples;
  } finally {
    await server.stop();
  }
}

/** workerd makes every isolate when it starts, so that its first requests find the Worker loaded already. */
async function workerd({ workers }, pace) {
  const { server, sockets } = await startWorkerd([WARM_UP, ...names(workers)], SCRIPT);
  try {
    const [first, ...rest] = await Promise.all(sockets.map((path) => Connection.open({ path })));
    await warmUp(first);
    const samples = await paced([...rest.entries()], pace, ([index, connection]) =>
      sample(connection, hostOf(`w${index}`)),
    );
    for (const connection of [first, ...rest]) connection.close();
    return samples;
  } finally {
    await server.stop();
  }
}

/**
 * Measures one after the other, each when it is due, or as soon as the one before it is done.
 *
 * @template T, R
 * @param {T[]} all
 * @param {{every: number}} pace
 * @param {(one: T) => Promise<R>} measure
 * @returns {Promise<R[]>}
 */
async function paced(all, { every }, measure) {
  const begun = performance.now();
  const results = [];
  for (const [index, one] of all.entries()) {
    const left = begun + index * every - performance.now();
    if (left > 0) await setTimeout(left);
    results.push(await measure(one));
  }
  return results;
}

/** @param {Connection} connection */
async function warmUp(connection) {
  for (let request = 0; request < WARM_UP_REQUESTS; request++) await connection.time(hostOf(WARM_UP), ANSWER);
}

/** @param {Connection} connection @param {string} host */
async function sample(connection, host) {
  const first = await connection.time(host, ANSWER);
  const warm = [];
  for (let request = 0; request < WARM_REQUESTS; request++) warm.push(await connection.time(host, ANSWER));
  return { cost: first - median(warm), warm: median(warm) };
}

/** @param {string} name @param {{cost: number, warm: number}[]} samples */
function row(name, samples) {
  const costs = samples.map(({ cost }) => cost);
  return [
    name,
    fixed(quantile(costs, 0.5)),
    fixed(quantile(costs, 0.99)),
    fixed(median(samples.map(({ warm }) => warm)), 3),
  ];
}
