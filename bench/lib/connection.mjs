import { createConnection } from "node:net";
import { once } from "node:events";

/**
 * One keep-alive HTTP/1.1 connection that times single requests. It is written on the bare socket because an
 * HTTP client's own work, some tenths of a millisecond that vary, would drown what is measured.
 */
export class Connection {
  #socket;

  /** @param {import("node:net").NetConnectOpts} address */
  static async open(address) {
    const socket = createConnection(address).setNoDelay(true).setEncoding("latin1");
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** @param {import("node:net").Socket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /**
   * @param {string} host
   * @param {string} expected the whole body of the answer
   * @returns {Promise<number>} milliseconds from the request's first byte to the answer's last
   */
  time(host, expected) {
    return new Promise((resolve, reject) => {
      let answer = "";
      const finish = () => this.#socket.off("data", take).off("error", reject).off("close", closed);
      const closed = () => reject(new Error(`${host}: the connection closed after ${JSON.stringify(answer)}`));
      const take = (chunk) => {
        answer += chunk;
        const body = answer.indexOf("\r\n\r\n");
        if (body < 0 || !answer.includes(expected, body)) return;
        const elapsed = performance.now() - start;
        finish();
        if (answer.startsWith("HTTP/1.1 200 ")) resolve(elapsed);
        else reject(new Error(`${host}: ${answer}`));
      };
      this.#socket.on("data", take).once("error", reject).once("close", closed);
      const start = performance.now();
      this.#socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    });
  }

  close() {
    this.#socket.destroy();
  }
}
