// What a WebSocket is at the moment, apart from the class that shows it.
//
// A direction is closed when a close message has gone through it; the two are independent of each other, and a program
// may go on sending after it has received its peer's close message.

/** A connection is being made (`new WebSocket`). */
export const PENDING = 0;
/** One end of a pair, or what fetch() brought: nobody reads it yet. */
export const UNACCEPTED = 1;
/** Messages arrive as events. */
export const ACCEPTED = 2;
/** It was used in a response. */
export const HANDED_ON = 3;
/** The connection is gone, or never came about. */
export const GONE = 4;

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** The state of one WebSocket. */
export class SocketState {
  /** one of the five above */ stage;
  /** @type {number} the native end; none before there is a connection */ id = -1;
  closedIncoming = false;
  closedOutgoing = false;
  /** A close message is not answered by itself. */ halfOpen = false;
  /** @type {number | null} what cancels the connecting */ cancelId = null;

  /** bytes that waited when the native end was let go */ buffered = 0;

  url = "";
  origin = "";
  protocol = "";
  extensions = "";
  blobs = true;
  /** @type {Uint8Array | null} */ attachment = null;

  #flushed = 0;
  #fresh = false;

  /** @param {number} stage */
  constructor(stage) {
    this.stage = stage;
  }

  /** `readyState` */
  get ready() {
    if (this.stage === GONE || (this.closedIncoming && this.closedOutgoing)) return CLOSED;
    if (this.closedIncoming || this.closedOutgoing) return CLOSING;
    return this.stage === PENDING ? CONNECTING : OPEN;
  }

  /**
   * Takes note of how many bytes have been passed on, unless that is known for this stretch of script: what script sees
   * stands still as long as it runs.
   * @param {number} flushed
   * @returns {boolean} whether it has to be forgotten when script has run
   */
  note(flushed) {
    if (this.#fresh) return false;
    this.#flushed = flushed;
    this.#fresh = true;
    return true;
  }

  /** Script has run. */
  forget() {
    this.#fresh = false;
  }

  /** How many bytes had been passed on when this stretch of script began, as far as it cares. */
  get flushed() {
    return this.#flushed;
  }
}
