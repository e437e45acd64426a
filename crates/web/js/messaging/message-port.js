// MessagePort (https://html.spec.whatwg.org/multipage/web-messaging.html#message-ports) within one isolate.
//
// A message is cloned, and what it transfers moved, when it is posted: sender and receiver share the heap, so there is
// nothing that could go wrong later, and `messageerror` never fires. Each message is a task of the invocation that
// posted it, which stays alive until its messages have arrived; a port by itself keeps nothing alive.
//
// As hosted and Node.js have it, a port starts with its first listener for "message", not only with `onmessage` or
// start(), and waits again when the last one has gone.

import {
  EventTarget,
  Event,
  createMessageEvent,
  defineEventHandler,
  fireEvent,
  hasListeners,
  watchListeners,
} from "../events/index.js";
import { Queue } from "../streams/queue.js";
import { cloneWithTransfer, convertSerializeOptions } from "../structured-clone/structured-clone.js";
import { dataCloneError } from "../structured-clone/transfer-list.js";
import { startTask } from "../timers/tasks.js";
import { converters, defineInterface, illegalConstructor, internal, requireArguments, sequenceOf } from "../webidl.js";

const SymbolIterator = Symbol.iterator;
const convertList = sequenceOf(converters.object);

/** @typedef {{ data: any, ports: MessagePort[] }} Message */

/** The slots of a port. */
class PortState {
  /** @type {Queue<Message>} the port message queue */ queue = new Queue();
  /** @type {PortState | null} the port it is entangled with */ other = null;
  /** @type {MessagePort} */ port;
  /** whether messages are delivered */ enabled = false;
  /** closed, or transferred */ detached = false;

  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
  }

  /** @param {Message} message */
  receive(message) {
    this.queue.push(message);
    if (this.enabled) startTask(() => this.#deliver());
  }

  start() {
    if (this.enabled) return;
    this.enabled = true;
    for (let index = 0; index < this.queue.size; index++) startTask(() => this.#deliver());
  }

  /** The first message's task. It finds none if the port was transferred or stopped meanwhile. */
  #deliver() {
    if (!this.enabled || this.queue.size === 0) return;
    const { data, ports } = this.queue.shift();
    fireEvent(this.port, createMessageEvent("message", { data, ports }));
  }

  close() {
    if (this.detached) return;
    this.detached = true;
    const { other } = this;
    if (other === null) return;
    this.other = null;
    other.other = null;
    startTask(() => {
      if (hasListeners(other.port, "close")) fireEvent(other.port, new Event("close"));
    });
  }

  /**
   * The transfer steps: everything goes to a new port.
   * @param {PortState} to
   */
  moveTo(to) {
    this.detached = true;
    this.enabled = false;
    to.queue = this.queue;
    this.queue = new Queue();
    if (this.other === null) return;
    to.other = this.other;
    this.other.other = to;
    this.other = null;
  }
}

/** @type {(port: MessagePort) => PortState} */
let stateOf;
/** @type {(value: any) => value is MessagePort} */
let isInstance;

/** One end of a MessageChannel. */
export class MessagePort extends EventTarget {
  #state = new PortState(this);

  static {
    stateOf = (port) => port.#state;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #state in value
    );
  }

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
    super();
    const state = this.#state;
    watchListeners(this, (type) => {
      if (type !== "message") return;
      if (hasListeners(this, "message")) state.start();
      else state.enabled = false;
    });
  }

  /**
   * @param {any} message
   * @param {any} [options] what is transferred: a list, or `{ transfer }`
   */
  postMessage(message, options = undefined) {
    const state = this.#state;
    const prefix = "Failed to execute 'postMessage' on 'MessagePort'";
    requireArguments(arguments.length, 1, prefix);
    const transfer = convertTransfer(options, prefix);
    for (let index = 0; index < transfer.length; index++) {
      if (transfer[index] === this) {
        throw dataCloneError(`${prefix}: Port at index ${index} contains the source port.`);
      }
    }
    const target = state.other;
    const { value, received } = cloneWithTransfer(message, transfer);
    // A port that was sent through its own channel takes the message with it into the void.
    if (target === null || target.detached) return;
    /** @type {MessagePort[]} */
    const ports = [];
    for (let index = 0; index < received.length; index++) {
      const object = received[index];
      if (isInstance(object)) ports[ports.length] = object;
    }
    target.receive({ data: value, ports });
  }

  start() {
    const state = this.#state;
    if (!state.detached) state.start();
  }

  close() {
    this.#state.close();
  }
}

/**
 * `(any message, sequence<object> transfer)` or `(any message, StructuredSerializeOptions options)`
 * @param {any} options
 * @param {string} prefix
 * @returns {object[]}
 */
function convertTransfer(options, prefix) {
  if ((typeof options === "object" && options !== null) || typeof options === "function") {
    const method = options[SymbolIterator];
    if (method !== undefined && method !== null) return convertList(options, prefix, "parameter 2", { method });
  }
  return convertSerializeOptions(options, prefix, "parameter 2").transfer;
}

/**
 * Two ports that are entangled.
 * @returns {[MessagePort, MessagePort]}
 */
export function createPorts() {
  const first = new MessagePort(internal);
  const second = new MessagePort(internal);
  stateOf(first).other = stateOf(second);
  stateOf(second).other = stateOf(first);
  return [first, second];
}

/**
 * @param {any} value
 * @returns {value is MessagePort}
 */
export function isMessagePort(value) {
  return isInstance(value);
}

/** @type {import("../structured-clone/platform-objects.js").Transfer} */
export const portTransfer = {
  receive: () => new MessagePort(internal),
  isDetached: (port) => stateOf(port).detached,
  move: (from, to) => stateOf(from).moveTo(stateOf(to)),
};

defineInterface(MessagePort, { tag: "MessagePort" });
defineEventHandler(MessagePort.prototype, "close");
defineEventHandler(MessagePort.prototype, "message");
defineEventHandler(MessagePort.prototype, "messageerror");
