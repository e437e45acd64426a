import { execFileSync, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, createConnection } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const READY_TIMEOUT_MS = 60_000;
/** How long a server may take to end by itself. */
const PATIENCE_MS = 5_000;
const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"]));
const PAGE_BYTES = Number(execFileSync("getconf", ["PAGESIZE"]));

/** A server process under measurement. */
export class Server {
  #child;
  #stderr = "";

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{cwd?: string}} [options]
   */
  constructor(command, args, options = {}) {
    this.command = command;
    this.#child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.on("error", (error) => {
      this.#stderr += error.message;
    });
    this.#child.stderr.on("data", (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-4096);
    });
  }

  /** Throws with the last words of a process that has ended. */
  #assertAlive() {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) {
      throw new Error(`${this.command} ended before it was ready:\n${this.#stderr}`);
    }
  }

  /**
   * Waits until something listens there.
   *
   * @param {{port: number, host: string} | {path: string}} address
   */
  async listening(address) {
    this.#child.stdout.resume();
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await connects(address))) {
      if (performance.now() > deadline) throw new Error(`${this.command} does not listen:\n${this.#stderr}`);
      await sleep(20);
      this.#assertAlive();
    }
  }

  /**
   * Waits for the `{"event":"ready"}` line of `selvedge --json` and keeps reading the output after it.
   *
   * @param {number} [patience] how many milliseconds it may take
   * @returns {Promise<string>} the URL that the server answers at
   */
  async readyUrl(patience = READY_TIMEOUT_MS) {
    const { stdout } = this.#child;
    stdout.setEncoding("utf8");
    let text = "";
    const ready = new Promise((resolve, reject) => {
      const give = (chunk) => {
        text += chunk;
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
          const event = parseJson(line);
          if (event?.event === "ready") resolve(event.url);
        }
      };
      stdout.on("data", give);
      this.#child.once("exit", () => reject(new Error(`${this.command} ended before it was ready:\n${this.#stderr}`)));
      this.#child.once("error", reject);
    });
    const late = sleep(patience, undefined, { ref: false }).then(() => {
      throw new Error(`${this.command} was not ready in ${patience} ms:\n${this.#stderr}`);
    });
    return Promise.race([ready, late]);
  }

  /** CPU seconds that the process and its children have used, in all their threads. */
  cpuSeconds() {
    return sum(this.#stats().map((fields) => Number(fields[11]) + Number(fields[12]))) / TICKS_PER_SECOND;
  }

  /** Bytes of memory that the process and its children hold resident. */
  residentBytes() {
    return sum(this.#stats().map((fields) => Number(fields[21]))) * PAGE_BYTES;
  }

  /** Resident bytes once they have stopped moving. */
  async settledResidentBytes() {
    let last = this.residentBytes();
    for (let reading = 0; reading < 40; reading++) {
      await sleep(250);
      const now = this.residentBytes();
      if (Math.abs(now - last) < last * 0.002) return now;
      last = now;
    }
    return last;
  }

  async stop() {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    // Its children are no longer its own once it has gone.
    const family = [...this.#family().keys()];
    // Asked first: what counts for scripts/dist writes down what it counted when it ends.
    this.#child.kill("SIGTERM");
    await Promise.race([exited, sleep(PATIENCE_MS, undefined, { ref: false })]);
    for (const pid of family) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    }
    await exited;
  }

  /** The fields of `/proc/PID/stat` after the command's name, for the process and every descendant. */
  #stats() {
    this.#assertAlive();
    return [...this.#family().values()];
  }

  /** The same by process ID. */
  #family() {
    const all = new Map();
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const fields = readStat(entry);
      if (fields) all.set(Number(entry), fields);
    }
    const family = [this.#child.pid];
    for (const pid of family) {
      for (const [child, fields] of all) if (Number(fields[1]) === pid) family.push(child);
    }
    return new Map(family.filter((pid) => all.has(pid)).map((pid) => [pid, all.get(pid)]));
  }
}

/** @returns {Promise<number>} a port on which nothing listens now */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, "close");
  return port;
}

/** @param {import("node:net").NetConnectOpts} address */
function connects(address) {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** @param {string} pid */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name is in parentheses and may hold anything, so that the fields are counted from its end.
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** @param {string} line */
function parseJson(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
