// The event stream format (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
// text in, messages out. The byte order mark has gone with the decoding.

import { uncurryThis } from "../webidl.js";
import { charCodeAt } from "../webidl/intrinsics.js";

const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);

const LF = 10;
const CR = 13;
const SPACE = 32;
const NOUGHT = 48;
const NINE = 57;

/**
 * @typedef {object} Message
 * @property {string} type the event's name
 * @property {string} data
 * @property {string} lastEventId
 */

/** The interpreter of one stream. */
export class EventStreamParser {
  #line = "";
  /** The last character was a CR: an LF that follows belongs to it. */ #afterCr = false;
  #data = "";
  #type = "";
  /** @type {string} the last event ID buffer */ #id;
  /** The last event ID: that of the last event that was complete. */ lastEventId;
  /** @type {(message: Message) => void} */ #onMessage;
  /** @type {(milliseconds: number) => void} */ #onRetry;

  /**
   * @param {string} lastEventId that of the stream before
   * @param {(message: Message) => void} onMessage must not throw
   * @param {(milliseconds: number) => void} onRetry
   */
  constructor(lastEventId, onMessage, onRetry) {
    this.#id = lastEventId;
    this.lastEventId = lastEventId;
    this.#onMessage = onMessage;
    this.#onRetry = onRetry;
  }

  /** @param {string} text the next piece of the stream; what is left at its end is no event */
  push(text) {
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const code = charCodeAt(text, index);
      if (code === LF && this.#afterCr) {
        start = index + 1;
      } else if (code === LF || code === CR) {
        const line = this.#line + slice(text, start, index);
        this.#line = "";
        start = index + 1;
        this.#interpret(line);
      }
      this.#afterCr = code === CR;
    }
    this.#line += slice(text, start);
  }

  /** @param {string} line */
  #interpret(line) {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = indexOf(line, ":");
    if (colon === 0) return;
    if (colon === -1) {
      this.#field(line, "");
      return;
    }
    const from = charCodeAt(line, colon + 1) === SPACE ? colon + 2 : colon + 1;
    this.#field(slice(line, 0, colon), slice(line, from));
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #field(name, value) {
    if (name === "data") {
      this.#data += `${value}\n`;
    } else if (name === "event") {
      this.#type = value;
    } else if (name === "id") {
      if (indexOf(value, "\0") === -1) this.#id = value;
    } else if (name === "retry" && isDigits(value)) {
      this.#onRetry(+value);
    }
  }

  #dispatch() {
    const lastEventId = this.#id;
    this.lastEventId = lastEventId;
    const data = this.#data;
    const type = this.#type === "" ? "message" : this.#type;
    this.#data = "";
    this.#type = "";
    if (data !== "") this.#onMessage({ type, data: slice(data, 0, -1), lastEventId });
  }
}

/** @param {string} text */
function isDigits(text) {
  for (let index = 0; index < text.length; index++) {
    const code = charCodeAt(text, index);
    if (code < NOUGHT || code > NINE) return false;
  }
  return text !== "";
}
