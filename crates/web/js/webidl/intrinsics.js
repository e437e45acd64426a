// The language's own functions, captured before any guest code runs.
//
// A guest may replace `Promise.prototype.then` or `Array.prototype.push`; what we rely on for our own
// invariants is therefore taken here, as functions whose first argument is the receiver.

/**
 * Turns a method into a function that takes its receiver first.
 * @type {<T, A extends any[], R>(method: (this: T, ...args: A) => R) => (receiver: T, ...args: A) => R}
 */
export const uncurryThis = /** @type {any} */ (Function.prototype.bind.bind(Function.prototype.call));

/**
 * The getter of an accessor property, taking its receiver first.
 * @param {object} prototype
 * @param {PropertyKey} key
 * @returns {(receiver: any) => any}
 */
export function getterOf(prototype, key) {
  const getter = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, key)).get;
  return uncurryThis(/** @type {() => any} */ (getter));
}

const { defineProperty } = Object;

/**
 * A property's descriptor that inherits from nothing: a guest may have put a `get` on `Object.prototype`.
 * @param {PropertyDescriptor} descriptor
 * @returns {PropertyDescriptor}
 */
export const descriptorOf = (descriptor) => /** @type {any} */ ({ __proto__: null, ...descriptor });

/**
 * Adds a value to a list, whatever a guest made of `Array.prototype`.
 * @template T
 * @param {T[]} list
 * @param {T} value
 */
export function append(list, value) {
  defineProperty(list, list.length, descriptorOf({ value, writable: true, enumerable: true, configurable: true }));
}

export const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);

export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const toWellFormed = uncurryThis(String.prototype.toWellFormed);
export const arrayBufferByteLength = getterOf(ArrayBuffer.prototype, "byteLength");
export const arrayBufferResizable = getterOf(ArrayBuffer.prototype, "resizable");
export const arrayBufferDetached = getterOf(ArrayBuffer.prototype, "detached");
export const arrayBufferSlice = uncurryThis(ArrayBuffer.prototype.slice);
/** @type {(buffer: ArrayBuffer) => ArrayBuffer} */
export const arrayBufferTransfer = uncurryThis(/** @type {any} */ (ArrayBuffer.prototype).transfer);
// There is no shared memory in a Worker: what WebAssembly makes of it counts as no buffer at all.
const shared = typeof SharedArrayBuffer === "undefined" ? undefined : SharedArrayBuffer.prototype;
/** @type {(buffer: any) => any} */
const notShared = () => {
  throw new TypeError("not a shared buffer");
};
export const sharedArrayBufferByteLength = shared === undefined ? notShared : getterOf(shared, "byteLength");
export const sharedArrayBufferGrowable = shared === undefined ? notShared : getterOf(shared, "growable");
export const typedArrayTag = getterOf(TypedArrayPrototype, Symbol.toStringTag);
export const typedArrayBuffer = getterOf(TypedArrayPrototype, "buffer");
export const typedArrayByteLength = getterOf(TypedArrayPrototype, "byteLength");
export const typedArrayByteOffset = getterOf(TypedArrayPrototype, "byteOffset");
export const typedArrayLength = getterOf(TypedArrayPrototype, "length");
/** @type {(target: Uint8Array, source: ArrayLike<number>, offset?: number) => void} */
export const typedArraySet = uncurryThis(TypedArrayPrototype.set);
/** @type {(array: Uint8Array, start?: number, end?: number) => Uint8Array} */
export const typedArraySubarray = uncurryThis(TypedArrayPrototype.subarray);
export const dataViewBuffer = getterOf(DataView.prototype, "buffer");
export const dataViewByteLength = getterOf(DataView.prototype, "byteLength");
export const dataViewByteOffset = getterOf(DataView.prototype, "byteOffset");
