// Which objects of the platform can be cloned or transferred. V8 takes an instance of a JavaScript class for a plain
// object, so every class whose instances are platform objects registers here; one that gives no `clone` cannot be
// cloned, one that gives no `transfer` cannot be transferred. Instances of all other interfaces are known by their
// prototype, and can be neither.

import { interfaceNameOf } from "../webidl.js";
import { append } from "../webidl/intrinsics.js";

/**
 * @typedef {object} PlatformClass
 * @property {string} name the interface's name, for errors
 * @property {(value: object) => boolean} isInstance by an internal slot, not by the prototype
 * @property {(value: any) => object} [clone]
 * @property {Transfer} [transfer]
 */

/**
 * How an object moves: first an empty object is made that takes its place in the copy, then, once it is known that
 * everything can be copied, what the old one stands for moves into the new one.
 * @typedef {object} Transfer
 * @property {() => object} receive makes the new object
 * @property {(value: any) => boolean} isDetached whether it has been transferred before, or cannot be any more
 * @property {(from: any, to: any) => void} move the "transfer steps" and the "transfer-receiving steps"; may throw a
 *   DataCloneError
 */

/** @type {PlatformClass[]} */
const classes = [];

/**
 * Registers a class, before there are instances of it.
 * @param {PlatformClass} platformClass
 */
export function registerPlatformClass(platformClass) {
  append(classes, platformClass);
}

/**
 * @param {object} value
 * @returns {PlatformClass | undefined}
 */
export function platformClassOf(value) {
  for (let index = 0; index < classes.length; index++) {
    if (classes[index].isInstance(value)) return classes[index];
  }
  const name = interfaceNameOf(value);
  return name === undefined ? undefined : { name, isInstance: () => true };
}
