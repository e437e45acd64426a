// ReadableStream (https://streams.spec.whatwg.org/#rs-class).

import {
  converters,
  defineAsyncIterator,
  defineInterface,
  dictionary,
  endOfIteration,
  enumeration,
  interfaceOf,
  internal,
  requireArguments,
} from "../../webidl.js";
import { isAbortSignal } from "../../events/abort-signal.js";
import { teeNatively } from "../native-source.js";
import { Deferred, markHandled, rejectedWith, resolvedWith } from "../promises.js";
import { convertQueuingStrategy } from "../strategies.js";
import { stateOf as writableStateOf } from "../writable/stream.js";
import { isLocked as isWritableLocked } from "../writable/state.js";
import { ReadableStreamBYOBReader, acquireByobReader } from "./byob-reader.js";
import { ByteControllerState } from "./byte-controller.js";
import { fromIterable, fromUnderlyingSource } from "./create.js";
import { ReadableStreamDefaultReader } from "./default-reader.js";
import { pipeTo } from "./pipe.js";
import { acquireDefaultReader, read, releaseReader } from "./readers.js";
import { cancel, ensureController, isLocked } from "./state.js";
import { teeDefault } from "./tee.js";
import { teeBytes } from "./tee-bytes.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */

const convertGetReaderOptions = dictionary("ReadableStreamGetReaderOptions", [
  { key: "mode", converter: enumeration("ReadableStreamReaderMode", ["byob"]) },
]);
const convertIteratorOptions = dictionary("ReadableStreamIteratorOptions", [
  { key: "preventCancel", converter: converters.boolean, defaultValue: false },
]);
const convertPipeOptions = dictionary("StreamPipeOptions", [
  { key: "preventAbort", converter: converters.boolean, defaultValue: false },
  { key: "preventCancel", converter: converters.boolean, defaultValue: false },
  { key: "preventClose", converter: converters.boolean, defaultValue: false },
  { key: "signal", converter: interfaceOf("AbortSignal", isAbortSignal) },
]);
const convertWritable = interfaceOf("WritableStream", (value) => writableStateOf(value) !== undefined);
const convertReadable = interfaceOf("ReadableStream", (value) => stateOf(value) !== undefined);
const convertPair = dictionary("ReadableWritablePair", [
  { key: "readable", converter: convertReadable, required: true },
  { key: "writable", converter: convertWritable, required: true },
]);

/** @type {(value: any) => ReadableStreamState | undefined} */
let readState;

/** A source of chunks. */
export class ReadableStream {
  /** @type {ReadableStreamState} */ #state;

  /** @param {any} value */
  static #is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  static {
    readState = (value) => (ReadableStream.#is(value) ? value.#state : undefined);
  }

  /**
   * @param {any} [underlyingSource]
   * @param {any} [strategy]
   */
  constructor(underlyingSource = undefined, strategy = undefined) {
    if (underlyingSource === internal) {
      this.#state = strategy;
    } else {
      const prefix = "Failed to construct 'ReadableStream'";
      if (underlyingSource !== undefined) converters.object(underlyingSource, prefix, "parameter 1");
      this.#state = fromUnderlyingSource(underlyingSource, convertQueuingStrategy(strategy, prefix, "parameter 2"));
    }
    this.#state.wrapper = this;
  }

  /**
   * A stream of what an iterable or async iterable yields.
   * @param {any} asyncIterable
   */
  static from(asyncIterable) {
    requireArguments(arguments.length, 1, "Failed to execute 'from' on 'ReadableStream'");
    return wrap(fromIterable(asyncIterable));
  }

  get locked() {
    return isLocked(this.#state);
  }

  /** @param {any} [reason] */
  cancel(reason = undefined) {
    if (!ReadableStream.#is(this)) return rejectedWith(wrongReceiver("cancel"));
    if (isLocked(this.#state)) {
      return rejectedWith(
        new TypeError("Failed to execute 'cancel' on 'ReadableStream': the ReadableStream is locked."),
      );
    }
    return cancel(this.#state, reason);
  }

  /** @param {{ mode?: "byob" }} [options] */
  getReader(options = undefined) {
    const state = this.#state;
    if (options !== undefined) {
      const { mode } = convertGetReaderOptions(
        options,
        "Failed to execute 'getReader' on 'ReadableStream'",
        "parameter 1",
      );
      if (mode === "byob") return new ReadableStreamBYOBReader(internal, /** @type {any} */ (acquireByobReader(state)));
    }
    return new ReadableStreamDefaultReader(internal, /** @type {any} */ (acquireDefaultReader(state)));
  }

  /**
   * @param {any} transform
   * @param {any} [options]
   */
  pipeThrough(transform, options = undefined) {
    const state = this.#state;
    const prefix = "Failed to execute 'pipeThrough' on 'ReadableStream'";
    requireArguments(arguments.length, 1, prefix);
    const { readable, writable } = convertPair(transform, prefix, "parameter 1");
    const pipeOptions = convertPipeOptions(options, prefix, "parameter 2");
    if (isLocked(state)) throw new TypeError(`${prefix}: the ReadableStream is locked.`);
    const destination = /** @type {any} */ (writableStateOf(writable));
    if (isWritableLocked(destination)) throw new TypeError(`${prefix}: parameter 1's 'writable' is locked.`);
    markHandled(pipeTo(state, destination, pipeOptions));
    return readable;
  }

  /**
   * @param {any} destination
   * @param {any} [options]
   */
  pipeTo(destination, options = undefined) {
    try {
      const state = this.#state;
      const prefix = "Failed to execute 'pipeTo' on 'ReadableStream'";
      requireArguments(arguments.length, 1, prefix);
      const writable = /** @type {any} */ (writableStateOf(convertWritable(destination, prefix, "parameter 1")));
      const pipeOptions = convertPipeOptions(options, prefix, "parameter 2");
      if (isLocked(state)) throw new TypeError(`${prefix}: the ReadableStream is locked.`);
      if (isWritableLocked(writable)) throw new TypeError(`${prefix}: parameter 1 is locked.`);
      return pipeTo(state, writable, pipeOptions);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  tee() {
    const [first, second] = tee(this.#state);
    return [wrap(first), wrap(second)];
  }
}

/** @param {string} member */
function wrongReceiver(member) {
  return new TypeError(`Failed to execute '${member}' on 'ReadableStream': Illegal invocation.`);
}

/**
 * The state of a ReadableStream; undefined for any other value.
 * @param {any} value
 * @returns {ReadableStreamState | undefined}
 */
export function stateOf(value) {
  return readState(value);
}

/**
 * The ReadableStream of a state, made when first asked for.
 * @param {ReadableStreamState} state
 * @returns {ReadableStream}
 */
export function wrap(state) {
  return state.wrapper ?? new ReadableStream(internal, state);
}

/**
 * ReadableStreamTee
 * @param {ReadableStreamState} state
 * @param {(chunk: any) => any} [cloneChunk] makes the second branch's chunks (byte streams always copy)
 * @returns {[ReadableStreamState, ReadableStreamState]}
 */
export function tee(state, cloneChunk = undefined) {
  const branches = teeNatively(state);
  if (branches !== undefined) return branches;
  ensureController(state);
  return state.controller instanceof ByteControllerState ? teeBytes(state) : teeDefault(state, cloneChunk);
}

/** One step of an async iteration. */
class IterationRequest {
  /** @type {import("./state.js").DefaultReaderState} */ #reader;
  #deferred = new Deferred();

  /** @param {import("./state.js").DefaultReaderState} reader */
  constructor(reader) {
    this.#reader = reader;
  }

  get promise() {
    return this.#deferred.promise;
  }

  /** @param {any} chunk */
  chunkSteps(chunk) {
    this.#deferred.resolve(chunk);
  }

  closeSteps() {
    releaseReader(this.#reader);
    this.#deferred.resolve(endOfIteration);
  }

  /** @param {any} error */
  errorSteps(error) {
    releaseReader(this.#reader);
    this.#deferred.reject(error);
  }
}

defineInterface(ReadableStream, { tag: "ReadableStream" });
defineAsyncIterator(ReadableStream, "ReadableStream", (receiver, options) => {
  const state = stateOf(receiver);
  if (state === undefined) throw wrongReceiver("values");
  const { preventCancel } = convertIteratorOptions(
    options,
    "Failed to execute 'values' on 'ReadableStream'",
    "parameter 1",
  );
  const reader = acquireDefaultReader(state);
  return {
    next() {
      const request = new IterationRequest(reader);
      read(reader, request);
      return request.promise;
    },
    return(value) {
      const stream = /** @type {ReadableStreamState} */ (reader.stream);
      const result = preventCancel ? resolvedWith(undefined) : cancel(stream, value);
      releaseReader(reader);
      return result;
    },
  };
});
