// ReadableStreamDefaultReader (https://streams.spec.whatwg.org/#default-reader-class).

import { defineInterface, interfaceOf, internal, requireArguments } from "../../webidl.js";
import { Deferred, rejectedWith } from "../promises.js";
import { acquireDefaultReader, read, releaseReader, releasedError } from "./readers.js";
import { cancel } from "./state.js";
import { stateOf } from "./stream.js";

/** A read by script: its promise is for `{ value, done }`. */
class PromiseReadRequest {
  #deferred = new Deferred();

  get promise() {
    return this.#deferred.promise;
  }

  /** @param {any} chunk */
  chunkSteps(chunk) {
    this.#deferred.resolve({ value: chunk, done: false });
  }

  closeSteps() {
    this.#deferred.resolve({ value: undefined, done: true });
  }

  /** @param {any} error */
  errorSteps(error) {
    this.#deferred.reject(error);
  }
}

const convertStream = interfaceOf("ReadableStream", (value) => stateOf(value) !== undefined);

/** Reads a stream chunk by chunk. */
export class ReadableStreamDefaultReader {
  /** @type {import("./state.js").DefaultReaderState} */ #state;

  /** @param {any} value */
  static #is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  /** @param {any} stream a ReadableStream */
  constructor(stream, state = undefined) {
    if (stream === internal) {
      this.#state = /** @type {any} */ (state);
      return;
    }
    const prefix = "Failed to construct 'ReadableStreamDefaultReader'";
    requireArguments(arguments.length, 1, prefix);
    this.#state = acquireDefaultReader(/** @type {any} */ (stateOf(convertStream(stream, prefix, "parameter 1"))));
  }

  get closed() {
    if (!ReadableStreamDefaultReader.#is(this)) return rejectedWith(wrongReceiver("closed"));
    return this.#state.closed.promise;
  }

  /** @param {any} [reason] */
  cancel(reason = undefined) {
    if (!ReadableStreamDefaultReader.#is(this)) return rejectedWith(wrongReceiver("cancel"));
    const { stream } = this.#state;
    return stream === undefined ? rejectedWith(releasedError()) : cancel(stream, reason);
  }

  read() {
    if (!ReadableStreamDefaultReader.#is(this)) return rejectedWith(wrongReceiver("read"));
    if (this.#state.stream === undefined) return rejectedWith(releasedError());
    const request = new PromiseReadRequest();
    read(this.#state, request);
    return request.promise;
  }

  releaseLock() {
    if (this.#state.stream !== undefined) releaseReader(this.#state);
  }
}

/** @param {string} member */
function wrongReceiver(member) {
  return new TypeError(`Failed to use '${member}' of 'ReadableStreamDefaultReader': Illegal invocation.`);
}

defineInterface(ReadableStreamDefaultReader, { tag: "ReadableStreamDefaultReader", length: 1 });
