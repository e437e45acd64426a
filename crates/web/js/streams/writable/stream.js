// WritableStream (https://streams.spec.whatwg.org/#ws-class).

import { callbackFunction, converters, defineInterface, dictionary, internal } from "../../webidl.js";
import { chunkCall, promiseCall, rejectedWith } from "../promises.js";
import { convertQueuingStrategy, extractHighWaterMark, extractSizeAlgorithm } from "../strategies.js";
import { WritableControllerState } from "./controller.js";
import { WritableStreamState, abort, close, closeQueuedOrInFlight, isLocked } from "./state.js";
import { WritableStreamDefaultWriter } from "./writer.js";

const { apply } = Reflect;

const convertUnderlyingSink = dictionary("UnderlyingSink", [
  { key: "abort", converter: callbackFunction },
  { key: "close", converter: callbackFunction },
  { key: "start", converter: callbackFunction },
  { key: "type", converter: converters.any },
  { key: "write", converter: callbackFunction },
]);

/** @type {(value: any) => WritableStreamState | undefined} */
let readState;

/** A destination of chunks. */
export class WritableStream {
  /** @type {WritableStreamState} */ #state;

  /** @param {any} value */
  static #is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  static {
    readState = (value) => (WritableStream.#is(value) ? value.#state : undefined);
  }

  /**
   * @param {any} [underlyingSink]
   * @param {any} [strategy]
   */
  constructor(underlyingSink = undefined, strategy = undefined) {
    if (underlyingSink === internal) {
      this.#state = strategy;
    } else {
      const prefix = "Failed to construct 'WritableStream'";
      if (underlyingSink !== undefined) converters.object(underlyingSink, prefix, "parameter 1");
      this.#state = fromUnderlyingSink(underlyingSink, convertQueuingStrategy(strategy, prefix, "parameter 2"));
    }
    this.#state.wrapper = this;
  }

  get locked() {
    return isLocked(this.#state);
  }

  /** @param {any} [reason] */
  abort(reason = undefined) {
    if (!WritableStream.#is(this))
      return rejectedWith(new TypeError("Failed to execute 'abort' on 'WritableStream': Illegal invocation."));
    if (isLocked(this.#state)) {
      return rejectedWith(
        new TypeError("Failed to execute 'abort' on 'WritableStream': the WritableStream is locked to a writer."),
      );
    }
    return abort(this.#state, reason);
  }

  close() {
    if (!WritableStream.#is(this))
      return rejectedWith(new TypeError("Failed to execute 'close' on 'WritableStream': Illegal invocation."));
    if (isLocked(this.#state)) {
      return rejectedWith(
        new TypeError("Failed to execute 'close' on 'WritableStream': the WritableStream is locked to a writer."),
      );
    }
    if (closeQueuedOrInFlight(this.#state)) {
      return rejectedWith(
        new TypeError("Failed to execute 'close' on 'WritableStream': the stream is already closing."),
      );
    }
    return close(this.#state);
  }

  getWriter() {
    this.#state; // throws for a wrong receiver
    return new WritableStreamDefaultWriter(this);
  }
}

/**
 * Sets up a stream over a script's underlying sink.
 * @param {any} sink
 * @param {import("../strategies.js").QueuingStrategy} strategy
 * @returns {WritableStreamState}
 */
function fromUnderlyingSink(sink, strategy) {
  const prefix = "Failed to construct 'WritableStream'";
  const { abort, close, start, type, write } = convertUnderlyingSink(sink, prefix, "parameter 1");
  if (type !== undefined)
    throw new RangeError(`${prefix}: the underlying sink's 'type' is reserved and must be undefined.`);
  const size = extractSizeAlgorithm(strategy);
  const highWaterMark = extractHighWaterMark(strategy, 1);
  const stream = new WritableStreamState();
  const controller = new WritableControllerState(stream, {
    started: undefined,
    write: write && ((/** @type {any} */ chunk) => chunkCall(write, sink, [chunk, controller.wrapper])),
    close: close && (() => promiseCall(close, sink, [])),
    abort: abort && ((/** @type {any} */ reason) => promiseCall(abort, sink, [reason])),
    highWaterMark,
    size,
  });
  controller.start(start === undefined ? undefined : apply(start, sink, [controller.wrapper]));
  return stream;
}

/**
 * CreateWritableStream: `stream.controller` has error() and errorIfNeeded().
 * @param {import("./controller.js").WritableAlgorithms} algorithms
 * @returns {WritableStreamState}
 */
export function createWritable(algorithms) {
  const stream = new WritableStreamState();
  new WritableControllerState(stream, algorithms).start(algorithms.started);
  return stream;
}

/**
 * The state of a WritableStream; undefined for any other value.
 * @param {any} value
 * @returns {WritableStreamState | undefined}
 */
export function stateOf(value) {
  return readState(value);
}

/**
 * The WritableStream of a state, made when first asked for.
 * @param {WritableStreamState} state
 * @returns {WritableStream}
 */
export function wrap(state) {
  return state.wrapper ?? new WritableStream(internal, state);
}

defineInterface(WritableStream, { tag: "WritableStream" });
