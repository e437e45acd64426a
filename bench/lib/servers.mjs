import { existsSync } from "node:fs";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server, freePort } from "./process.mjs";
import { temporaryFolder } from "./temp.mjs";

const BENCH = fileURLToPath(new URL("../", import.meta.url));
const HELLO = join(BENCH, "workers/hello");

/**
 * @typedef {object} Running
 * @property {Server} server
 * @property {string} url
 */

/** Every server that can answer hello world: a name, and a function that starts it. */
export const HELLO_SERVERS = {
  /** @param {{selvedge: string}} paths @returns {Promise<Running>} */
  async selvedge({ selvedge }) {
    return startSelvedge(selvedge, HELLO);
  },

  /** @returns {Promise<Running>} */
  async workerd() {
    const port = await freePort();
    const config = await workerdConfig([{ name: "hello", address: `127.0.0.1:${port}` }], join(HELLO, "index.js"));
    return listening(new Server(binary("workerd"), ["serve", config]), port);
  },

  /** @returns {Promise<Running>} */
  async deno() {
    const port = await freePort();
    const args = ["run", "--allow-net", join(BENCH, "peers/deno.js"), String(port)];
    return listening(new Server(binary("deno"), args), port);
  },

  /** @returns {Promise<Running>} */
  async bun() {
    const port = await freePort();
    return listening(new Server(binary("bun"), ["run", join(BENCH, "peers/bun.js"), String(port)]), port);
  },

  /** @param {{hyper: string}} paths @returns {Promise<Running>} */
  async "bare hyper"({ hyper }) {
    const port = await freePort();
    return listening(new Server(hyper, [String(port)]), port);
  },
};

/** Every server of hello world that speaks HTTP/2 without TLS. */
export const HTTP2_SERVERS = {
  selvedge: HELLO_SERVERS.selvedge,
  deno: HELLO_SERVERS.deno,

  /** @param {{hyper: string}} paths @returns {Promise<Running>} */
  async "bare hyper"({ hyper }) {
    const port = await freePort();
    return listening(new Server(hyper, [String(port), "http2"]), port);
  },
};

/** Every server that can run the Worker of a folder, `index.js` and what it imports: a name, and how to start it. */
export const WORKER_SERVERS = {
  /** @param {string} folder @param {{selvedge: string}} paths @returns {Promise<Running>} */
  selvedge: (folder, { selvedge }) => startSelvedge(selvedge, folder),

  /** @param {string} folder @returns {Promise<Running>} */
  async workerd(folder) {
    const port = await freePort();
    const config = await workerdConfig([{ name: "web", address: `127.0.0.1:${port}` }], join(folder, "index.js"));
    return listening(new Server(binary("workerd"), ["serve", config]), port);
  },

  /** @param {string} folder @returns {Promise<Running>} */
  async deno(folder) {
    const port = await freePort();
    const args = ["run", "--allow-all", join(BENCH, "peers/worker.deno.js"), String(port), join(folder, "index.js")];
    return listening(new Server(binary("deno"), args), port);
  },

  /** @param {string} folder @returns {Promise<Running>} */
  async bun(folder) {
    const port = await freePort();
    const args = ["run", join(BENCH, "peers/worker.bun.js"), String(port), join(folder, "index.js")];
    return listening(new Server(binary("bun"), args), port);
  },
};

/**
 * @param {string} selvedge path of the binary
 * @param {string} folder a Worker, or a folder of Workers
 * @param {string[]} [options]
 * @param {number} [patience] how many milliseconds the start may take
 * @returns {Promise<Running>}
 */
export async function startSelvedge(selvedge, folder, options = [], patience = undefined) {
  const server = new Server(selvedge, ["serve", folder, "--port", "0", "--json", ...options]);
  // The server listens on all addresses, and says so.
  return { server, url: (await server.readyUrl(patience)).replace("0.0.0.0", "127.0.0.1") };
}

/**
 * @param {string} script the Worker's module
 * @param {string} folder where its data is kept
 * @returns {Promise<Running>}
 */
export async function startMiniflare(script, folder) {
  const port = await freePort();
  const server = new Server(process.execPath, [join(BENCH, "peers/miniflare.mjs"), String(port), folder, script]);
  return listening(server, port);
}

/**
 * Starts workerd with one service and one Unix socket for each name.
 *
 * @param {string[]} names
 * @param {string} script path of the module they all run
 * @returns {Promise<{server: Server, sockets: string[]}>}
 */
export async function startWorkerd(names, script) {
  const folder = temporaryFolder();
  const sockets = names.map((name) => join(folder, `${name}.sock`));
  const config = await workerdConfig(
    names.map((name, index) => ({ name, address: `unix:${sockets[index]}` })),
    script,
  );
  const server = new Server(binary("workerd"), ["serve", config]);
  for (const path of sockets) await server.listening({ path });
  return { server, sockets };
}

/** @param {Server} server @param {number} port */
async function listening(server, port) {
  await server.listening({ host: "127.0.0.1", port });
  return { server, url: `http://127.0.0.1:${port}` };
}

/**
 * Writes workerd's configuration: one service and one socket for each Worker.
 *
 * @param {{name: string, address: string}[]} workers
 * @param {string} script the main module; the other modules beside it go with it
 */
async function workerdConfig(workers, script) {
  const folder = temporaryFolder();
  const others = (await readdir(dirname(script))).filter((name) => name.endsWith(".js") && name !== basename(script));
  // The first is the main module.
  const modules = ["index.js", ...others].map((name) => `(name = "${name}", esModule = embed "${name}")`);
  const services = workers.map(({ name }) => `    (name = "${name}", worker = .worker),`);
  const sockets = workers.map(
    ({ name, address }) => `    (name = "${name}", address = "${address}", http = (), service = "${name}"),`,
  );
  const text = [
    'using Workerd = import "/workerd/workerd.capnp";',
    "const config :Workerd.Config = (",
    "  services = [",
    ...services,
    "  ],",
    "  sockets = [",
    ...sockets,
    "  ],",
    ");",
    "const worker :Workerd.Worker = (",
    `  modules = [${modules.join(", ")}],`,
    '  compatibilityDate = "2026-11-01",',
    ");",
    "",
  ].join("\n");
  await copyFile(script, join(folder, "index.js"));
  for (const name of others) await copyFile(join(dirname(script), name), join(folder, name));
  const path = join(folder, "config.capnp");
  await writeFile(path, text);
  return path;
}

/**
 * The peer's native binary: out of the package for this platform, or where the main package's install script has moved
 * it. Package managers more and more refuse to run install scripts, and a wrapper would be one process too many.
 *
 * @param {"workerd" | "deno" | "bun"} peer
 */
function binary(peer) {
  const { platform, arch } = process;
  const places = {
    workerd: [`@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}/bin/workerd`],
    deno: [`@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}/deno`],
    bun: [`@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}/bin/bun`, "bun/bin/bun.exe"],
  };
  const found = places[peer].map((place) => join(BENCH, "node_modules", place)).find(existsSync);
  if (!found) throw new Error(`${peer} is not installed: run \`npm install\` in ${BENCH}`);
  return found;
}
