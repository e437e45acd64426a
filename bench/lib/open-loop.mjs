import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.mjs";

/** How long what has been sent is waited for at the end. */
const GRACE_MS = 2000;

/**
 * A load whose rate does not depend on how fast the answers come: a request is sent when it is due. One for which no
 * connection is free waits, and that counts.
 */
export class OpenLoop {
  /** @type {Connection[]} */
  #free = [];
  /** @type {Connection[]} */
  #all = [];
  /** @type {number[]} */
  #due = [];
  #times = [];
  #host;
  #expected;

  /**
   * @param {import("node:net").NetConnectOpts} address
   * @param {{host: string, expected: string, connections?: number}} options
   */
  static async open(address, { host, expected, connections = 32 }) {
    const all = await Promise.all(Array.from({ length: connections }, () => Connection.open(address)));
    return new OpenLoop(all, host, expected);
  }

  /** @param {Connection[]} connections @param {string} host @param {string} expected */
  constructor(connections, host, expected) {
    this.#all = connections;
    this.#free = [...connections];
    this.#host = host;
    this.#expected = expected;
  }

  /**
   * Sends at this rate.
   *
   * @param {{rate: number, seconds: number}} load requests a second
   * @returns {Promise<number[]>} milliseconds that each took; `Infinity` for those without an answer
   */
  async run({ rate, seconds }) {
    const begun = performance.now();
    const total = Math.round(rate * seconds);
    this.#times = [];
    for (let sent = 0; sent < total;) {
      const now = performance.now();
      for (; sent < total && begun + (sent * 1000) / rate <= now; sent++) this.#due.push(now);
      this.#send();
      await sleep(1);
    }
    const deadline = performance.now() + GRACE_MS;
    while (this.#times.length < total && performance.now() < deadline) await sleep(20);
    const unanswered = total - this.#times.length;
    return [...this.#times, ...Array.from({ length: unanswered }, () => Infinity)];
  }

  #send() {
    while (this.#due.length && this.#free.length) void this.#ask(this.#free.pop(), this.#due.shift());
  }

  /** @param {Connection} connection @param {number} due */
  async #ask(connection, due) {
    const waited = performance.now() - due;
    try {
      this.#times.push(waited + (await connection.time(this.#host, this.#expected)));
      this.#free.push(connection);
      this.#send();
    } catch {
      // The connection is lost, and the request counts as one without an answer.
    }
  }

  close() {
    for (const connection of this.#all) connection.close();
  }
}
