//# functionsCalledOnLoad: removeSharedArrayBuffer
// Bounds on buffers whose bytes V8 maps itself, without asking the isolate's allocator: resizable ones and shared ones.

const { construct } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const Native = ArrayBuffer;
const ProxyConstructor = Proxy;
const NativeRangeError = RangeError;

/** The most that a resizable buffer may hold, in bytes: an instance's memory. */
const LIMIT = 128 * 1024 * 1024;

/**
 * @param {Function} _
 * @param {[any, any?]} args
 * @param {Function} newTarget
 * @returns {object}
 */
function constructBounded(_, args, newTarget) {
  const length = args[0];
  const options = args[1];
  if (typeof options !== "object" || options === null) return construct(Native, [length], newTarget);
  // Read and converted once: a getter could answer otherwise the second time.
  const maximum = options.maxByteLength;
  if (maximum === undefined) return construct(Native, [length], newTarget);
  const maxByteLength = +maximum;
  if (maxByteLength > LIMIT) throw new NativeRangeError("Array buffer allocation failed");
  return construct(Native, [length, { maxByteLength }], newTarget);
}

/**
 * Replaces `ArrayBuffer` by one that makes no resizable buffer larger than an instance's memory. A proxy, so that it
 * stays what it was in every other respect.
 * @param {any} global
 */
export function boundArrayBuffers(global) {
  const bounded = new ProxyConstructor(Native, { construct: constructBounded });
  for (const [object, key] of [
    [global, "ArrayBuffer"],
    [Native.prototype, "constructor"],
  ]) {
    defineProperty(object, key, { ...getOwnPropertyDescriptor(object, key), value: bounded });
  }
}

/**
 * Takes away what makes shared buffers: memory shared between threads makes a clock of any loop. WebAssembly's shared
 * memories still have one, through which the constructor could be had.
 * @param {any} global
 */
export function removeSharedArrayBuffer(global) {
  const { SharedArrayBuffer } = global;
  if (SharedArrayBuffer === undefined) return;
  delete SharedArrayBuffer.prototype.constructor;
  delete SharedArrayBuffer.prototype.grow;
  delete global.SharedArrayBuffer;
}
