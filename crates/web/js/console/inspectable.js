// How a class of the platform says what the console prints for its instances: Node's hook, which Workers and
// npm packages know too.

import { descriptorOf } from "../webidl/intrinsics.js";

const { defineProperty } = Object;

/** Node's `util.inspect.custom`. */
export const customInspect = Symbol.for("nodejs.util.inspect.custom");

/**
 * What an inspect function is given: how many levels may still be shown (null: all), the options to pass on to
 * `inspect` for what the instance holds, and `inspect` itself.
 * @typedef {{ depth: number | null, options: any, inspect: (value: unknown, options?: any) => string }} InspectContext
 */

/**
 * Defines what is printed for the instances of a class.
 * @template T
 * @param {{ prototype: T, name: string }} constructor
 * @param {(instance: T, context: InspectContext) => string} describe may read private fields
 */
export function defineInspect(constructor, describe) {
  const value = {
    /**
     * @param {number | null} depth
     * @param {any} options
     * @param {(value: unknown, options?: any) => string} inspect
     * @this {any}
     */
    inspect(depth, options, inspect) {
      if (typeof inspect !== "function") return this;
      // Beyond the depth only the name is printed.
      if (depth !== null && depth < 0) return `[${constructor.name}]`;
      return describe(this, { depth, options: { ...options, depth }, inspect });
    },
  }.inspect;
  const descriptor = descriptorOf({ value, writable: true, configurable: true });
  defineProperty(constructor.prototype, customInspect, descriptor);
}
