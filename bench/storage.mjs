import { once } from "node:events";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { startMiniflare, startSelvedge } from "./lib/servers.mjs";
import { count, fixed, median, megabytes, table, times } from "./lib/table.mjs";
import { temporaryFolder } from "./lib/temp.mjs";
import { load } from "./lib/wrk.mjs";

const WORKER = fileURLToPath(new URL("./workers/storage", import.meta.url));

/** What is measured, by its path in the Worker. */
const CASES = {
  "/kv-get": "KV get of a hot key",
  "/kv-put": "KV put",
  "/d1-select": "D1 select of one row by its key",
};

/**
 * KV and D1 through a Worker over HTTP, beside miniflare. Both keep their data in files. The servers take turns, and the
 * median round is printed.
 *
 * @param {{selvedge: string, seconds: number, connections: number, rounds: number}} options
 */
export async function storage(options) {
  const servers = {
    selvedge: () => startSelvedge(options.selvedge, WORKER, ["--persist-to", temporaryFolder()]),
    miniflare: () => startMiniflare(`${WORKER}/index.js`, temporaryFolder()),
  };
  /** @type {Record<string, Record<string, {perCpuSecond: number, perSecond: number, p50: number, p99: number}[]>>} */
  const rounds = {};
  for (let round = 1; round <= options.rounds; round++) {
    for (const [name, start] of Object.entries(servers)) {
      const { server, url } = await start();
      try {
        const setup = await fetch(`${url}/setup`);
        if (!setup.ok) throw new Error(`${name}: ${await setup.text()}`);
        for (const path of Object.keys(CASES)) {
          const result = await measure(server, url + path, options);
          ((rounds[path] ??= {})[name] ??= []).push(result);
          console.error(`round ${round}: ${name} ${path}: ${count(result.perSecond)} requests/s`);
        }
      } finally {
        await server.stop();
      }
    }
  }
  for (const [path, title] of Object.entries(CASES)) print(title, rounds[path], options);
}

/** @param {import("./lib/process.mjs").Server} server @param {string} url @param {Parameters<typeof storage>[0]} options */
async function measure(server, url, options) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${await answer.text()}`);
  await answer.arrayBuffer();
  await load(url, { ...options, seconds: Math.max(1, Math.ceil(options.seconds / 5)) });
  const before = server.cpuSeconds();
  const { requests, seconds, p50, p99 } = await load(url, options);
  return { perCpuSecond: requests / (server.cpuSeconds() - before), perSecond: requests / seconds, p50, p99 };
}

/** @param {string} title @param {Record<string, Record<string, number>[]>} rounds @param {Parameters<typeof storage>[0]} options */
function print(title, rounds, options) {
  const middle = (name, key) => median(rounds[name].map((round) => round[key]));
  console.log(`\n${title}, ${options.connections} keep-alive connections, ${options.seconds} s\n`);
  console.log(
    table(
      ["server", "requests/s", "requests/CPU-s", "p50 ms", "p99 ms", "selvedge is"],
      Object.keys(rounds).map((name) => [
        name,
        count(middle(name, "perSecond")),
        count(middle(name, "perCpuSecond")),
        fixed(middle(name, "p50")),
        fixed(middle(name, "p99")),
        times(middle("selvedge", "perSecond") / middle(name, "perSecond")),
      ]),
    ),
  );
}

/** What one write to the object's body holds. */
const CHUNK = Buffer.alloc(1 << 20, "selvedge ");

/**
 * An object of gigabytes, into a bucket and out again through a Worker: how much memory the server takes for it.
 *
 * @param {{selvedge: string, gigabytes: number}} options
 */
export async function objects(options) {
  const chunks = Math.round((options.gigabytes * 1e9) / CHUNK.length);
  const { server, url } = await startSelvedge(options.selvedge, WORKER, ["--persist-to", temporaryFolder()]);
  try {
    await fetch(`${url}/setup`);
    await fetch(`${url}/r2`, { method: "PUT", body: "small" });
    const idle = await server.settledResidentBytes();
    let most = idle;
    const sampling = setInterval(() => (most = Math.max(most, server.residentBytes())), 100);
    const begun = performance.now();
    const stored = await put(`${url}/r2`, chunks);
    if (stored !== 200) throw new Error(`the object was not stored: status ${stored}`);
    const middle = performance.now();
    let length = 0;
    for await (const chunk of (await fetch(`${url}/r2`)).body) length += chunk.length;
    const end = performance.now();
    clearInterval(sampling);
    if (length !== chunks * CHUNK.length) throw new Error(`${length} bytes came back of ${chunks * CHUNK.length}`);
    const speed = (milliseconds) => `${fixed(length / 1e6 / (milliseconds / 1000), 0)} MB/s`;
    console.log(`\nAn object of ${fixed(length / 1e9)} GB through a Worker and R2\n`);
    console.log(
      table(
        ["", "in", "out", "RSS before", "RSS at most"],
        [["selvedge", speed(middle - begun), speed(end - middle), megabytes(idle), megabytes(most)]],
      ),
    );
  } finally {
    await server.stop();
  }
}

/** @param {string} url @param {number} chunks */
async function put(url, chunks) {
  const upload = request(url, { method: "PUT", headers: { "content-length": chunks * CHUNK.length } });
  const answered = once(upload, "response");
  for (let sent = 0; sent < chunks; sent++) {
    if (!upload.write(CHUNK)) await once(upload, "drain");
  }
  upload.end();
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}
