import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "./lib/client.mjs";
import { WORKER_SERVERS } from "./lib/servers.mjs";
import { count, fixed, median, table } from "./lib/table.mjs";
import { temporaryFolder } from "./lib/temp.mjs";
import { realUrls } from "./lib/urls.mjs";
import { load as loadSmall } from "./lib/wrk.mjs";

const WORKER = fileURLToPath(new URL("./workers/web", import.meta.url));
const URLS = 10_000;
const LARGE = 100 << 20;

const ORDER = JSON.stringify({
  id: "o-1790000000",
  customer: {
    name: "Ada Lovelace",
    email: "ada@example.com",
    address: { city: "London", zip: "W1J 7NF", country: "GB" },
  },
  items: Array.from({ length: 20 }, (_, index) => ({
    sku: `sku-${index}`,
    title: `Item ${index}`,
    price: 9.5,
    quantity: index,
  })),
  notes: null,
  express: true,
});

const MANY_HEADERS = {
  authorization: `Bearer ${"abcdefgh".repeat(40)}`,
  cookie: Array.from({ length: 12 }, (_, index) => `cookie${index}=${"v".repeat(24)}`).join("; "),
  "accept-language": "de-AT,de;q=0.9,en;q=0.8",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  ...Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`x-in-${index}`, `value ${index} `.repeat(3).trim()]),
  ),
};

/**
 * What is measured: what is asked, on how many connections at once, and how the answer must begin or how long it is.
 * The requests of a `small` task cost about as much as their connection: wrk sends them.
 *
 * @type {{path: string, title: string, connections: number, small?: boolean, ask?: import("./lib/client.mjs").Ask, starts?: string, length?: number}[]}
 */
const TASKS = [
  {
    path: "/json",
    title: "JSON parse and respond, 1.5 KB",
    connections: 50,
    small: true,
    ask: { method: "POST", body: ORDER, headers: { "content-type": "application/json" } },
    starts: '{"id":"o-1790000000"',
  },
  {
    path: "/headers",
    title: "34 headers in, 34 out",
    connections: 50,
    small: true,
    ask: { headers: MANY_HEADERS },
    starts: "true true",
  },
  { path: "/url", title: "10,000 URLs parsed", connections: 2 },
  {
    path: "/transform",
    title: "100 MB through a TransformStream",
    connections: 1,
    ask: { method: "POST", bodyLength: LARGE },
    length: LARGE,
  },
  {
    path: "/echo",
    title: "100 MB through an unread body",
    connections: 1,
    ask: { method: "POST", bodyLength: LARGE },
    length: LARGE,
  },
  { path: "/gzip", title: "gzip of 10 MB", connections: 1, starts: "true" },
  { path: "/sha256", title: "SHA-256 of 100 MB, ten times 10", connections: 1 },
  { path: "/aes-gcm", title: "AES-GCM, 10 MB both ways", connections: 1, starts: String(10 << 20) },
  { path: "/jwt", title: "100 JWTs verified, RS256", connections: 2, starts: "auth0|" },
  { path: "/clone", title: "200 structured clones", connections: 2, starts: "40 2100" },
  { path: "/html", title: "HTMLRewriter on 1 MB", connections: 2 },
];

/**
 * Tasks of the web platform, one route of one Worker each, beside the peers. The servers take turns; the median round is
 * printed. What a server does not have (HTMLRewriter) is left out, and said so.
 *
 * @param {{selvedge: string, seconds: number, rounds: number, only?: string[], task?: string[]}} options
 */
export async function web(options) {
  const folder = temporaryFolder();
  await cp(WORKER, folder, { recursive: true });
  await writeFile(join(folder, "urls.js"), `export default ${JSON.stringify(await realUrls(URLS))};\n`);
  const names = Object.keys(WORKER_SERVERS).filter((name) => options.only?.includes(name) ?? true);
  const tasks = TASKS.filter(({ path }) => options.task?.includes(path.slice(1)) ?? true);
  /** @type {Record<string, Record<string, {perCpuSecond: number, perSecond: number}[]>>} by path and server */
  const rounds = Object.fromEntries(tasks.map(({ path }) => [path, {}]));
  /** @type {Record<string, string>} what the first server answered */
  const answers = {};
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      const { server, url } = await WORKER_SERVERS[name](folder, options);
      const client = new Client();
      try {
        for (const task of tasks) {
          const result = await measure({
            name,
            server,
            client,
            url: url + task.path,
            task,
            answers,
            seconds: options.seconds,
          });
          if (result !== undefined) (rounds[task.path][name] ??= []).push(result);
          const said = result === undefined ? "has no such thing" : `${fixed(result.perCpuSecond)} a CPU-second`;
          console.error(`round ${round}: ${name} ${task.path}: ${said}`);
        }
      } finally {
        client.close();
        await server.stop();
      }
    }
  }
  print("a CPU-second", "perCpuSecond", { tasks, names, rounds });
  print("a second", "perSecond", { tasks, names, rounds });
}

/** @returns {Promise<{perCpuSecond: number, perSecond: number} | undefined>} undefined: the server has no such thing */
async function measure({ name, server, client, url, task, answers, seconds }) {
  const { ask = {}, connections, path } = task;
  const { status, length, start } = await client.ask(url, ask);
  if (status === 501) return undefined;
  const fits = length === (task.length ?? length) && start.startsWith(task.starts ?? "");
  const alike = task.length !== undefined || (answers[path] ??= start) === start;
  if (status >= 300 || !fits || !alike)
    throw new Error(`${name} answers ${path} with ${status}: ${start} (${length} bytes)`);
  const load = (/** @type {number} */ seconds) =>
    task.small
      ? loadSmall(url, { connections, seconds: Math.ceil(seconds) }, ask)
      : client.load(url, ask, { connections, seconds });
  await load(seconds / 5);
  const before = server.cpuSeconds();
  const result = await load(seconds);
  // The clock of processes ticks a hundred times a second.
  const cpu = Math.max(server.cpuSeconds() - before, 0.01);
  return { perCpuSecond: result.requests / cpu, perSecond: result.requests / result.seconds };
}

/** @param {string} unit @param {"perCpuSecond" | "perSecond"} key */
function print(unit, key, { tasks, names, rounds }) {
  const peers = names.filter((name) => name !== "selvedge");
  /** @type {Record<string, number[]>} */
  const ratios = Object.fromEntries(peers.map((name) => [name, []]));
  const middle = (path, name) => median((rounds[path][name] ?? []).map((result) => result[key]));
  const rows = tasks.map(({ path, title }) => {
    const figures = names.map((name) => middle(path, name));
    const compared = peers.map((name) => {
      const ratio = middle(path, "selvedge") / middle(path, name);
      if (Number.isFinite(ratio)) ratios[name].push(ratio);
      return Number.isFinite(ratio) ? `${fixed(ratio)} x` : "-";
    });
    return [
      title,
      ...figures.map((figure) => (figure === undefined ? "-" : figure < 100 ? fixed(figure) : count(figure))),
      ...compared,
    ];
  });
  const medians = peers.map((name) => (ratios[name].length ? `${fixed(median(ratios[name]))} x` : "-"));
  console.log(`\nTasks of the web platform: requests ${unit}, and how many times the peer's they are\n`);
  console.log(
    table(
      ["task", ...names, ...peers.map((name) => `to ${name}`)],
      [...rows, ["the median", ...names.map(() => ""), ...medians]],
    ),
  );
}
