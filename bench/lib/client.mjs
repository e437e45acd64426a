import { once } from "node:events";
import { Agent, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What one write of a large body holds. */
const CHUNK = Buffer.alloc(1 << 18, "selvedge ");

/**
 * @typedef {object} Ask
 * @property {string} [method]
 * @property {Record<string, string>} [headers]
 * @property {number} [bodyLength] bytes of a body that is streamed
 * @property {string} [body]
 */

/** A client for requests that are large or slow, of which wrk could not send the bodies. */
export class Client {
  #agent = new Agent({ keepAlive: true });

  /**
   * One request, its answer read to the end.
   *
   * @param {string} url
   * @param {Ask} ask
   * @returns {Promise<{status: number, length: number, start: string}>} the length of the body, and how it begins
   */
  async ask(url, { method = "GET", headers = {}, bodyLength = 0, body }) {
    const length = body === undefined ? bodyLength : Buffer.byteLength(body);
    const outgoing = request(url, {
      agent: this.#agent,
      method,
      headers: { ...headers, ...(method === "GET" ? {} : { "content-length": String(length) }) },
    });
    const answered = once(outgoing, "response");
    const sent = pipeline(body === undefined ? Readable.from(chunks(bodyLength)) : [body], outgoing);
    // Awaited below; until then its failure is that of the answer too.
    sent.catch(() => {});
    const [response] = await answered;
    let received = 0;
    let start = "";
    for await (const chunk of response) {
      received += chunk.length;
      if (start.length < 200) start += chunk.toString("latin1", 0, 200);
    }
    await sent;
    return { status: response.statusCode, length: received, start: start.slice(0, 200) };
  }

  /**
   * Asks again and again on some connections; what has begun in time is finished and counted.
   *
   * @param {string} url
   * @param {Ask} ask
   * @param {{connections: number, seconds: number}} load
   */
  async load(url, ask, { connections, seconds }) {
    const begun = performance.now();
    let requests = 0;
    const lane = async () => {
      do {
        const { status } = await this.ask(url, ask);
        if (status >= 300) throw new Error(`${url} answers with status ${status}`);
        requests += 1;
      } while (performance.now() - begun < seconds * 1000);
    };
    await Promise.all(Array.from({ length: connections }, lane));
    return { requests, seconds: (performance.now() - begun) / 1000 };
  }

  close() {
    this.#agent.destroy();
  }
}

/** @param {number} length */
function* chunks(length) {
  for (let sent = 0; sent < length; sent += CHUNK.length)
    yield CHUNK.subarray(0, Math.min(CHUNK.length, length - sent));
}
