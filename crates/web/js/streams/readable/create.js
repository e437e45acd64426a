// Making readable streams: from a script's underlying source, from algorithms of ours, from an async iterable.

import { callbackFunction, converters, dictionary, enumeration, withOptions } from "../../webidl.js";
import { chunkCall, promiseCall, rejectedWith, resolvedWith, then } from "../promises.js";
import { extractHighWaterMark, extractSizeAlgorithm } from "../strategies.js";
import { ByteControllerState } from "./byte-controller.js";
import { DefaultControllerState } from "./default-controller.js";
import { ReadableStreamState } from "./state.js";

const { apply } = Reflect;
const { asyncIterator, iterator: syncIterator } = Symbol;

const convertUnderlyingSource = dictionary("UnderlyingSource", [
  { key: "autoAllocateChunkSize", converter: withOptions(converters.unsignedLongLong, { enforceRange: true }) },
  { key: "cancel", converter: callbackFunction },
  { key: "pull", converter: callbackFunction },
  { key: "start", converter: callbackFunction },
  { key: "type", converter: enumeration("ReadableStreamType", ["bytes"]) },
]);

/**
 * Sets up a stream over a script's underlying source.
 * @param {any} source
 * @param {import("../strategies.js").QueuingStrategy} strategy
 * @returns {ReadableStreamState}
 */
export function fromUnderlyingSource(source, strategy) {
  const prefix = "Failed to construct 'ReadableStream'";
  const { autoAllocateChunkSize, cancel, pull, start, type } = convertUnderlyingSource(source, prefix, "parameter 1");
  const stream = new ReadableStreamState();
  const isBytes = type === "bytes";
  if (isBytes && strategy.size !== undefined) {
    throw new RangeError(`${prefix}: the strategy of a byte stream must not have a size function.`);
  }
  const highWaterMark = extractHighWaterMark(strategy, isBytes ? 0 : 1);
  if (isBytes && autoAllocateChunkSize === 0)
    throw new TypeError(`${prefix}: autoAllocateChunkSize must be greater than 0.`);

  /** @type {any[]} */
  const controllerArgument = [];
  const pullAlgorithm = pull && (() => chunkCall(pull, source, controllerArgument));
  const cancelAlgorithm = cancel && ((/** @type {any} */ reason) => promiseCall(cancel, source, [reason]));
  const controller = isBytes
    ? new ByteControllerState(stream, pullAlgorithm, cancelAlgorithm, highWaterMark, autoAllocateChunkSize)
    : new DefaultControllerState(stream, pullAlgorithm, cancelAlgorithm, highWaterMark, extractSizeAlgorithm(strategy));
  controllerArgument[0] = controller.wrapper;
  controller.start(start === undefined ? undefined : apply(start, source, controllerArgument));
  return stream;
}

/**
 * Algorithms of ours to make a stream of; an undefined one does nothing. Every property must be there, so that
 * none is looked up on a patched Object.prototype.
 * @typedef {object} ReadableAlgorithms
 * @property {Promise<any> | undefined} started the stream pulls only when this is fulfilled
 * @property {(() => Promise<any>) | undefined} pull wants one more chunk
 * @property {((reason: any) => Promise<any>) | undefined} cancel
 * @property {number | undefined} highWaterMark default 1 (byte streams: 0)
 * @property {((chunk: any) => any) | undefined} size default: each chunk counts as 1; byte streams have none
 */

/**
 * CreateReadableStream: `stream.controller` has enqueue(), close() and error().
 * @param {ReadableAlgorithms} algorithms
 * @returns {ReadableStreamState}
 */
export function createReadable({ started, pull, cancel, highWaterMark = 1, size }) {
  const stream = new ReadableStreamState();
  new DefaultControllerState(stream, pull, cancel, highWaterMark, size).start(started);
  return stream;
}

/**
 * CreateReadableByteStream: `stream.controller` has enqueue(), enqueueOwned(), close(), error(), byobRequest.
 * @param {ReadableAlgorithms} algorithms
 * @returns {ReadableStreamState}
 */
export function createReadableBytes({ started, pull, cancel, highWaterMark = 0 }) {
  const stream = new ReadableStreamState();
  new ByteControllerState(stream, pull, cancel, highWaterMark).start(started);
  return stream;
}

/** @param {any} value */
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * GetMethod
 * @param {any} object
 * @param {PropertyKey} key
 * @returns {Function | undefined}
 */
function getMethod(object, key) {
  const method = object[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError(`The property '${String(key)}' is not a function.`);
  return method;
}

/**
 * GetIterator(iterable, async). A sync iterator's values are awaited, as `for await` does.
 * @param {any} iterable
 * @returns {{ iterator: any, next: Function, isSync: boolean }}
 */
function getAsyncIterator(iterable) {
  if (iterable === undefined || iterable === null) throw new TypeError(`${iterable} is not async iterable.`);
  let method = getMethod(iterable, asyncIterator);
  const isSync = method === undefined;
  method ??= getMethod(iterable, syncIterator);
  if (method === undefined) throw new TypeError("The value is not async iterable.");
  const iterator = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError("The iterator method must return an object.");
  return { iterator, next: iterator.next, isSync };
}

/**
 * The result of a step of a sync iterator, its value awaited (AsyncFromSyncIteratorContinuation).
 * @param {any} result
 * @returns {any} a promise of a result, or an invalid result as it is
 */
function awaitValue(result) {
  if (!isObject(result)) return result;
  const done = !!result.done;
  return then(resolvedWith(result.value), (value) => ({ value, done }));
}

/**
 * ReadableStreamFromIterable
 * @param {any} iterable
 * @returns {ReadableStreamState}
 */
export function fromIterable(iterable) {
  const { iterator, next, isSync } = getAsyncIterator(iterable);

  const stream = createReadable({
    started: undefined,
    highWaterMark: 0,
    size: undefined,
    pull() {
      let result;
      try {
        result = apply(next, iterator, []);
        if (isSync) result = awaitValue(result);
      } catch (error) {
        return rejectedWith(error);
      }
      return then(resolvedWith(result), (result) => {
        if (!isObject(result)) throw new TypeError("The iterator's next() must return or fulfil with an object.");
        if (result.done) stream.controller.close();
        else stream.controller.enqueue(result.value);
      });
    },
    cancel(reason) {
      let result;
      try {
        const method = getMethod(iterator, "return");
        if (method === undefined) return resolvedWith(undefined);
        result = apply(method, iterator, [reason]);
        if (isSync) result = awaitValue(result);
      } catch (error) {
        return rejectedWith(error);
      }
      return then(resolvedWith(result), (result) => {
        if (!isObject(result)) throw new TypeError("The iterator's return() must return or fulfil with an object.");
      });
    },
  });
  return stream;
}
