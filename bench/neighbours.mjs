import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { ANSWER, fleet, hostOf } from "./lib/fleet.mjs";
import { OpenLoop } from "./lib/open-loop.mjs";
import { HELLO_SERVERS, startSelvedge, startWorkerd } from "./lib/servers.mjs";
import { fixed, median, quantile, table, times } from "./lib/table.mjs";

const SCRIPT = fileURLToPath(new URL("./workers/neighbours/index.js", import.meta.url));
const HONEST = "honest";
const SPINNERS = Array.from({ length: 10 }, (_, index) => `spin${index}`);
const BOMBS = ["bomb0", "bomb1"];
const NAMES = [HONEST, ...SPINNERS, ...BOMBS];

/** Requests a second to the honest Worker: few, so that the generator has a core to itself when it needs one. */
const RATE = 500;
const WARM_UP_SECONDS = 2;

/** @type {{name: string, spinning: number, bombs: boolean}[]} */
const PHASES = [
  { name: "alone", spinning: 0, bombs: false },
  { name: "one spinning neighbour", spinning: 1, bombs: false },
  { name: "ten spinning neighbours", spinning: 10, bombs: false },
  { name: "a memory bomb a second", spinning: 0, bombs: true },
];

/**
 * How long an honest Worker's answers take while its neighbours do not behave.
 *
 * @param {{selvedge: string, hyper: string, seconds: number, rounds: number}} options
 */
export async function neighbours(options) {
  const rows = [];
  const controlled = existsSync(options.hyper);
  for (const [server, start] of Object.entries({ selvedge: ours, workerd })) {
    let alone = NaN;
    for (const phase of PHASES) {
      if (phase.bombs && server === "workerd") {
        rows.push([`${server}: ${phase.name}`, "-", "-", "-", "-"]);
        continue;
      }
      const rounds = [];
      for (let round = 0; round < options.rounds; round++) {
        rounds.push(await measure(await start(options), phase, options, controlled));
        // What has hung once hangs again.
        if (!Number.isFinite(rounds[0].p99)) break;
      }
      const p99 = median(rounds.map((round) => round.p99));
      if (phase === PHASES[0]) alone = p99;
      rows.push([
        `${server}: ${phase.name}`,
        milliseconds(median(rounds.map((round) => round.p50))),
        milliseconds(p99),
        Number.isFinite(p99) ? times(p99 / alone) : "-",
        controlled ? milliseconds(median(rounds.map((round) => round.control))) : "-",
      ]);
    }
  }
  console.log(`\nAn honest Worker, ${RATE} requests a second, ${options.seconds} s a round\n`);
  console.log(table(["server: neighbours", "p50 ms", "p99 ms", "to alone", "p99 of bare hyper"], rows));
}

/**
 * @typedef {object} Host
 * @property {import("./lib/process.mjs").Server} server
 * @property {(name: string) => import("node:net").NetConnectOpts} address
 */

/** @param {{selvedge: string}} options @returns {Promise<Host>} */
async function ours({ selvedge }) {
  const { server, url } = await startSelvedge(selvedge, await fleet(NAMES, SCRIPT), ["--log-level", "error"]);
  const { hostname: host, port } = new URL(url);
  return { server, address: () => ({ host, port: Number(port) }) };
}

/** @returns {Promise<Host>} */
async function workerd() {
  const { server, sockets } = await startWorkerd(NAMES, SCRIPT);
  return { server, address: (name) => ({ path: sockets[NAMES.indexOf(name)] }) };
}

/**
 * @param {Host} host
 * @param {(typeof PHASES)[number]} phase
 * @param {{hyper: string, seconds: number}} options
 * @param {boolean} controlled whether a server without neighbours in its process is asked beside it
 */
async function measure({ server, address }, phase, options, controlled) {
  const stop = new AbortController();
  const control = controlled ? await HELLO_SERVERS["bare hyper"](options) : undefined;
  try {
    const load = await OpenLoop.open(address(HONEST), { host: hostOf(HONEST), expected: ANSWER });
    await load.run({ rate: RATE, seconds: WARM_UP_SECONDS });
    for (const name of SPINNERS.slice(0, phase.spinning)) void spin(address(name), hostOf(name), stop.signal);
    if (phase.bombs) void bomb(address, stop.signal);
    const [taken, controlTaken] = await Promise.all([
      load.run({ rate: RATE, seconds: options.seconds }),
      control ? controlLoad(control.url, options.seconds) : [],
    ]);
    load.close();
    return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), control: quantile(controlTaken, 0.99) };
  } finally {
    stop.abort();
    await server.stop();
    await control?.server.stop();
  }
}

/** The same load for bare hyper, in a process of its own: what the machine and the generator add by themselves. */
async function controlLoad(url, seconds) {
  const { hostname: host, port } = new URL(url);
  const load = await OpenLoop.open({ host, port: Number(port) }, { host: "control.test", expected: ANSWER });
  const taken = await load.run({ rate: RATE / 5, seconds });
  load.close();
  return taken;
}

/** Has a Worker spin for as long as the test lasts: what its limit ends is asked for again. */
async function spin(address, host, signal) {
  while (!signal.aborted) await ask(address, host, "/", signal);
}

/** @param {Host["address"]} address @param {AbortSignal} signal */
async function bomb(address, signal) {
  for (let count = 0; !signal.aborted; count++) {
    const name = BOMBS[count % BOMBS.length];
    const second = new Promise((resolve) => setTimeout(resolve, 1000));
    await ask(address(name), hostOf(name), count % 4 < 2 ? "/" : "/buffers", signal);
    await second;
  }
}

/** A request whose answer does not matter. */
function ask(address, host, path, signal) {
  const { path: socketPath, ...rest } = address;
  return new Promise((resolve) => {
    const outgoing = request({ ...rest, socketPath, path, headers: { host }, agent: new Agent(), signal });
    outgoing.on("response", (response) => response.resume().on("close", resolve));
    // Not at once, or a server that refuses connections would be asked without end.
    outgoing.on("error", () => setTimeout(resolve, 100)).end();
  });
}

/** @param {number} value */
const milliseconds = (value) => (Number.isFinite(value) ? fixed(value) : "no answer");
