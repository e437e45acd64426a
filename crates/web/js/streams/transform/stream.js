// TransformStream (https://streams.spec.whatwg.org/#ts-class).

import { callbackFunction, converters, defineInterface, dictionary, internal } from "../../webidl.js";
import { Deferred, chunkCall, promiseCall } from "../promises.js";
import { wrap as wrapReadable } from "../readable/stream.js";
import { convertQueuingStrategy, extractHighWaterMark, extractSizeAlgorithm } from "../strategies.js";
import { wrap as wrapWritable } from "../writable/stream.js";
import { TransformStreamState } from "./state.js";

const { apply } = Reflect;

const convertTransformer = dictionary("Transformer", [
  { key: "cancel", converter: callbackFunction },
  { key: "flush", converter: callbackFunction },
  { key: "readableType", converter: converters.any },
  { key: "start", converter: callbackFunction },
  { key: "transform", converter: callbackFunction },
  { key: "writableType", converter: converters.any },
]);

/**
 * What the public object knows: the two sides.
 * @typedef {object} Sides
 * @property {import("../readable/state.js").ReadableStreamState} readable
 * @property {import("../writable/state.js").WritableStreamState} writable
 */

/** @type {(value: any) => Sides | undefined} */
let readSides;

/** A writable side, a readable side, and what happens between them. */
export class TransformStream {
  /** @type {Sides} */ #state;

  static {
    readSides = (value) => (typeof value === "object" && value !== null && #state in value ? value.#state : undefined);
  }

  /**
   * @param {any} [transformer]
   * @param {any} [writableStrategy]
   * @param {any} [readableStrategy]
   */
  constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
    if (transformer === internal) {
      this.#state = writableStrategy;
      return;
    }
    const prefix = "Failed to construct 'TransformStream'";
    if (transformer !== undefined) converters.object(transformer, prefix, "parameter 1");
    const writableQueue = convertQueuingStrategy(writableStrategy, prefix, "parameter 2");
    const readableQueue = convertQueuingStrategy(readableStrategy, prefix, "parameter 3");
    const { cancel, flush, readableType, start, transform, writableType } = convertTransformer(
      transformer,
      prefix,
      "parameter 1",
    );
    if (readableType !== undefined)
      throw new RangeError(`${prefix}: 'readableType' is reserved and must be undefined.`);
    if (writableType !== undefined)
      throw new RangeError(`${prefix}: 'writableType' is reserved and must be undefined.`);
    const readableHighWaterMark = extractHighWaterMark(readableQueue, 0);
    const readableSize = extractSizeAlgorithm(readableQueue);
    const writableHighWaterMark = extractHighWaterMark(writableQueue, 1);
    const writableSize = extractSizeAlgorithm(writableQueue);
    const started = new Deferred();
    const state = new TransformStreamState({
      started: started.promise,
      transform: transform && ((chunk) => chunkCall(transform, transformer, [chunk, state.controller])),
      flush: flush && (() => promiseCall(flush, transformer, [state.controller])),
      cancel: cancel && ((reason) => promiseCall(cancel, transformer, [reason])),
      writableHighWaterMark,
      writableSize,
      readableHighWaterMark,
      readableSize,
    });
    this.#state = state;
    started.resolve(start === undefined ? undefined : apply(start, transformer, [state.controller]));
  }

  get readable() {
    return wrapReadable(this.#state.readable);
  }

  get writable() {
    return wrapWritable(this.#state.writable);
  }
}

/**
 * The sides of a TransformStream; undefined for any other value.
 * @param {any} value
 * @returns {Sides | undefined}
 */
export function transformSidesOf(value) {
  return readSides(value);
}

/**
 * A TransformStream of two sides that exist already.
 * @param {Sides} sides
 * @returns {TransformStream}
 */
export function wrapSides(sides) {
  return new TransformStream(internal, sides);
}

/**
 * @param {any} value
 * @returns {value is TransformStream}
 */
export function isTransformStream(value) {
  return readSides(value) !== undefined;
}

defineInterface(TransformStream, { tag: "TransformStream" });
