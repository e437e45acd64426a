import { fileURLToPath } from "node:url";
import { Client } from "./lib/client.mjs";
import { load as loadHttp2 } from "./lib/http2-load.mjs";
import { HELLO_SERVERS, HTTP2_SERVERS, WORKER_SERVERS } from "./lib/servers.mjs";
import { count, fixed, median, megabytes, table, times } from "./lib/table.mjs";
import { load as loadHttp1 } from "./lib/wrk.mjs";

const ECHO = fileURLToPath(new URL("./workers/echo", import.meta.url));
const HELLO = "Hello World";
const MANY_CONNECTIONS = 1000;

const MESSAGE = JSON.stringify({ id: 4711, name: "Ada Lovelace", tags: ["a", "b"], nested: { yes: true, none: null } });
const KILOBYTES_64 = "0123456789abcdef".repeat(4096);

/**
 * One bench: the same request to each server, again and again.
 *
 * @typedef {object} Bench
 * @property {string} title
 * @property {Record<string, (options: any) => Promise<import("./lib/servers.mjs").Running>>} servers by name
 * @property {string} path
 * @property {{method?: string, body?: string, headers?: Record<string, string>}} [ask]
 * @property {string} expected the body of the answer
 * @property {typeof loadHttp1} load
 * @property {number} [connections] instead of the option
 */

/** The servers that run the Worker of `workers/echo`. */
const ECHO_SERVERS = Object.fromEntries(
  Object.entries(WORKER_SERVERS).map(([name, start]) => [name, (/** @type {any} */ options) => start(ECHO, options)]),
);

/** @type {Record<string, Bench>} */
const CASES = {
  hello: { title: "Hello world, HTTP/1.1", servers: HELLO_SERVERS, path: "/", expected: HELLO, load: loadHttp1 },
  echo: {
    title: `JSON of ${MESSAGE.length} bytes parsed and answered, HTTP/1.1`,
    servers: ECHO_SERVERS,
    path: "/json",
    ask: { method: "POST", body: MESSAGE, headers: { "content-type": "application/json" } },
    expected: MESSAGE,
    load: loadHttp1,
  },
  body: {
    title: "A body of 64 KB read whole and answered, HTTP/1.1",
    servers: ECHO_SERVERS,
    path: "/body",
    ask: { method: "POST", body: KILOBYTES_64 },
    expected: KILOBYTES_64,
    load: loadHttp1,
  },
  connections: {
    title: "Hello world, HTTP/1.1",
    servers: HELLO_SERVERS,
    path: "/",
    expected: HELLO,
    load: loadHttp1,
    connections: MANY_CONNECTIONS,
  },
  http2: {
    title: "Hello world, HTTP/2 without TLS, ten streams on each connection",
    servers: HTTP2_SERVERS,
    path: "/",
    expected: HELLO,
    load: loadHttp2,
  },
};

/**
 * @typedef {object} Options
 * @property {string} selvedge
 * @property {string} hyper
 * @property {string} http2Load
 * @property {number} seconds
 * @property {number} connections
 * @property {number} rounds
 * @property {string[]} [only]
 */

/**
 * Small requests over keep-alive connections. Every server runs alone; the rounds go through all servers in turn, so that
 * a slow minute of the machine meets each of them, and the median round is printed.
 *
 * @param {Bench} bench
 * @param {Options} given
 */
async function throughput(bench, given) {
  const options = { ...given, connections: bench.connections ?? given.connections };
  const names = Object.keys(bench.servers).filter((name) => options.only?.includes(name) ?? true);
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      const result = await measure(name, bench, options);
      rounds[name].push(result);
      console.error(`round ${round}: ${name}: ${count(result.perCpuSecond)} requests per CPU-second`);
    }
  }
  const results = names.map((name) => ({ name, ...middle(rounds[name]) }));
  const ours = results.find(({ name }) => name === "selvedge");
  const ratio = (result) => (ours ? times(ours.perCpuSecond / result.perCpuSecond) : "-");
  console.log(`\n${bench.title}, ${options.connections} keep-alive connections, ${options.seconds} s\n`);
  console.log(
    table(
      ["server", "requests/CPU-s", "requests/s", "p50 ms", "p99 ms", "RSS", "selvedge is"],
      results.map((result) => [
        result.name,
        count(result.perCpuSecond),
        count(result.perSecond),
        fixed(result.p50),
        fixed(result.p99),
        megabytes(result.resident),
        ratio(result),
      ]),
    ),
  );
  for (const name of names) {
    const sum = (key) => rounds[name].reduce((total, result) => total + result[key], 0);
    if (sum("failed") === 0) continue;
    console.log(
      `\n${name}: ${count(sum("failed"))} of ${count(sum("requests"))} requests had no answer, or a wrong one.`,
    );
  }
}

/** @param {string} name @param {Bench} bench @param {Options} options */
async function measure(name, { servers, path, ask, expected, load }, options) {
  const running = await servers[name](options);
  const url = running.url + path;
  try {
    await check(name, url, ask, expected, load === loadHttp2);
    // A peer that leaves requests unanswered is shown with how many; that we do not is part of the bench.
    const mayFail = name !== "selvedge";
    await load(url, { ...options, mayFail, seconds: Math.max(2, Math.ceil(options.seconds / 3)) }, ask);
    const before = running.server.cpuSeconds();
    const { requests, failed, seconds, p50, p99 } = await load(url, { ...options, mayFail }, ask);
    const cpu = running.server.cpuSeconds() - before;
    return {
      requests,
      failed,
      perCpuSecond: requests / cpu,
      perSecond: requests / seconds,
      p50,
      p99,
      resident: running.server.residentBytes(),
    };
  } finally {
    await running.server.stop();
  }
}

/** One request, whose answer is looked at. The load generator of HTTP/2 looks by itself. */
async function check(name, url, ask, expected, isHttp2) {
  if (isHttp2) return;
  const client = new Client();
  try {
    const { status, length, start } = await client.ask(url, ask ?? {});
    if (status !== 200 || length !== expected.length || start !== expected.slice(0, 200)) {
      throw new Error(`${name} answers ${status}: ${start} (${length} bytes)`);
    }
  } finally {
    client.close();
  }
}

/** Each figure's median over the rounds. */
function middle(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]));
}

/** The benches by name. @type {Record<string, (options: Options) => Promise<void>>} */
export const throughputs = Object.fromEntries(
  Object.entries(CASES).map(([name, bench]) => [name, (/** @type {Options} */ options) => throughput(bench, options)]),
);
