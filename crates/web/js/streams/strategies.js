// Queuing strategies (https://streams.spec.whatwg.org/#qs).

import { converters, defineInterface, dictionary, requireArguments } from "../webidl.js";

const { defineProperty } = Object;
const { apply } = Reflect;

/** @typedef {{ highWaterMark: number | undefined, size: Function | undefined }} QueuingStrategy */

/** The `QueuingStrategy` dictionary. */
export const convertQueuingStrategy = dictionary("QueuingStrategy", [
  { key: "highWaterMark", converter: converters.unrestrictedDouble },
  { key: "size", converter: converters.Function },
]);

const convertInit = dictionary("QueuingStrategyInit", [
  { key: "highWaterMark", converter: converters.unrestrictedDouble, required: true },
]);

/**
 * ExtractHighWaterMark
 * @param {QueuingStrategy} strategy
 * @param {number} defaultValue
 * @returns {number}
 */
export function extractHighWaterMark({ highWaterMark }, defaultValue) {
  if (highWaterMark === undefined) return defaultValue;
  if (!(highWaterMark >= 0)) throw new RangeError(`The value '${highWaterMark}' is not a valid high water mark.`);
  return highWaterMark;
}

/**
 * ExtractSizeAlgorithm
 * @param {QueuingStrategy} strategy
 * @returns {((chunk: any) => any) | undefined} undefined where each chunk counts as 1
 */
export function extractSizeAlgorithm({ size }) {
  if (size === undefined) return undefined;
  const algorithm = size;
  return (chunk) => converters.unrestrictedDouble(apply(algorithm, undefined, [chunk]));
}

// One size function for all instances, as the standard asks. Methods, so that they are no constructors.
const { byteLengthSize, countSize } = {
  /** @param {any} chunk */
  byteLengthSize(chunk) {
    return chunk.byteLength;
  },
  countSize() {
    return 1;
  },
};
for (const [size, length] of /** @type {const} */ ([
  [byteLengthSize, 1],
  [countSize, 0],
])) {
  defineProperty(size, "name", { value: "size", configurable: true });
  defineProperty(size, "length", { value: length, configurable: true });
}

/** Counts bytes. */
export class ByteLengthQueuingStrategy {
  /** @type {number} */ #highWaterMark;

  /** @param {{ highWaterMark: number }} init */
  constructor(init) {
    const prefix = "Failed to construct 'ByteLengthQueuingStrategy'";
    requireArguments(arguments.length, 1, prefix);
    this.#highWaterMark = convertInit(init, prefix, "parameter 1").highWaterMark;
  }

  get highWaterMark() {
    return this.#highWaterMark;
  }

  get size() {
    this.#highWaterMark; // throws for a wrong receiver
    return byteLengthSize;
  }
}

/** Counts chunks. */
export class CountQueuingStrategy {
  /** @type {number} */ #highWaterMark;

  /** @param {{ highWaterMark: number }} init */
  constructor(init) {
    const prefix = "Failed to construct 'CountQueuingStrategy'";
    requireArguments(arguments.length, 1, prefix);
    this.#highWaterMark = convertInit(init, prefix, "parameter 1").highWaterMark;
  }

  get highWaterMark() {
    return this.#highWaterMark;
  }

  get size() {
    this.#highWaterMark; // throws for a wrong receiver
    return countSize;
  }
}

defineInterface(ByteLengthQueuingStrategy, { tag: "ByteLengthQueuingStrategy", length: 1 });
defineInterface(CountQueuingStrategy, { tag: "CountQueuingStrategy", length: 1 });
