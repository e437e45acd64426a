// What WebIDL asks of an interface's objects beyond a plain class
// (https://webidl.spec.whatwg.org/#es-interfaces).

import { descriptorOf, uncurryThis } from "./intrinsics.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { getPrototypeOf, ownKeys } = Reflect;
const { toStringTag } = Symbol;

/** @type {Map<object, string>} the prototypes of all interfaces, and the interfaces' names */
const prototypes = new Map();
const getName = uncurryThis(Map.prototype.get);
const setName = uncurryThis(Map.prototype.set);

/**
 * What an internal caller passes first to the constructor of an interface that scripts cannot construct:
 * `constructor(key) { if (key !== internal) throw illegalConstructor(); }`. It must never reach guest code.
 */
export const internal = Symbol("internal");

/** @returns {TypeError} what constructing a non-constructible interface throws */
export function illegalConstructor() {
  return new TypeError("Illegal constructor");
}

/**
 * Makes the keys of an object enumerable; symbols and `constructor` stay as they are.
 * @param {object} object
 * @param {readonly PropertyKey[]} keys
 */
function makeEnumerable(object, keys) {
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index];
    if (typeof key === "symbol" || key === "constructor") continue;
    const descriptor = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(object, key));
    if (descriptor.configurable) defineProperty(object, key, descriptorOf({ ...descriptor, enumerable: true }));
  }
}

/**
 * Gives a class the shape of a WebIDL interface: enumerable attributes and operations, static ones too,
 * `Symbol.toStringTag`, and the constructor's `length`. Guests may have changed the language's objects by then.
 * @param {Function} constructor
 * @param {{ tag: string, members?: readonly PropertyKey[], length?: number }} options `members`: only these
 *   of the prototype's (default: all); `length`: the number of required constructor arguments
 */
export function defineInterface(constructor, { tag, members, length = 0 }) {
  makeEnumerable(constructor.prototype, members ?? ownKeys(constructor.prototype));
  makeEnumerable(constructor, ownKeys(constructor));
  setName(prototypes, constructor.prototype, tag);
  defineProperty(constructor.prototype, toStringTag, descriptorOf({ value: tag, configurable: true }));
  const own = { writable: false, enumerable: false, configurable: true };
  defineProperty(constructor, "name", descriptorOf({ ...own, value: tag }));
  defineProperty(constructor, "length", descriptorOf({ ...own, value: length }));
}

/**
 * The interface that an object inherits from by its prototypes, the most derived one; undefined if none.
 * @param {object} object
 * @returns {string | undefined}
 */
export function interfaceNameOf(object) {
  for (let prototype = getPrototypeOf(object); prototype !== null; prototype = getPrototypeOf(prototype)) {
    const name = getName(prototypes, prototype);
    if (name !== undefined) return name;
  }
  return undefined;
}
