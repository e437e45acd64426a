// stream.duplexPair() (https://nodejs.org/api/stream.html#streamduplexpairoptions).

import { queueMicrotask } from "selvedge:web/timers/index.js";
import Base from "readable-stream/lib/stream.js";

/** @type {any} */
const { Duplex } = Base;

class Side extends Duplex {
  /** @type {(() => void) | null} */ waiting = null;
  /** @type {any} */ other = null;

  _read() {
    const callback = this.waiting;
    if (callback === null) return;
    this.waiting = null;
    callback();
  }

  /** @param {any} chunk @param {string} encoding @param {() => void} callback */
  _write(chunk, encoding, callback) {
    if (chunk.length === 0) {
      queueMicrotask(callback);
    } else {
      this.other.push(chunk);
      this.other.waiting = callback;
    }
  }

  /** @param {() => void} callback */
  _final(callback) {
    this.other.on("end", callback);
    this.other.push(null);
  }
}

/** @param {any} [options] */
export function duplexPair(options = undefined) {
  /** @type {any} */
  const Pair = Side;
  const [a, b] = [new Pair(options), new Pair(options)];
  a.other = b;
  b.other = a;
  return [a, b];
}
