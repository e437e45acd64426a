// Buffers and views, told apart by their internal slots and never by what a guest can forge.

import {
  arrayBufferByteLength,
  arrayBufferResizable,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  sharedArrayBufferByteLength,
  sharedArrayBufferGrowable,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayTag,
} from "./intrinsics.js";

const { isView } = ArrayBuffer;
const BytesArray = Uint8Array;

const plain = { shared: false, resizable: false };
const resizable = { shared: false, resizable: true };
const shared = { shared: true, resizable: false };
const growable = { shared: true, resizable: true };

/**
 * What kind of buffer a value is; null for one that is none.
 * @param {any} value
 * @returns {{ shared: boolean, resizable: boolean } | null}
 */
export function arrayBufferKind(value) {
  if (typeof value !== "object" || value === null) return null;
  try {
    return arrayBufferResizable(value) ? resizable : plain;
  } catch {
    // Not an ArrayBuffer; perhaps a shared one.
  }
  try {
    return sharedArrayBufferGrowable(value) ? growable : shared;
  } catch {
    return null;
  }
}

/**
 * The buffer under a view; undefined for what is not a view.
 * @param {any} view
 * @returns {ArrayBufferLike | undefined}
 */
export function viewBuffer(view) {
  if (!isView(view)) return undefined;
  return typedArrayTag(view) === undefined ? dataViewBuffer(view) : typedArrayBuffer(view);
}

/**
 * @param {ArrayBufferView} view
 * @returns {number}
 */
export function viewByteLength(view) {
  return typedArrayTag(view) === undefined ? dataViewByteLength(view) : typedArrayByteLength(view);
}

/**
 * @param {ArrayBufferView} view
 * @returns {number}
 */
export function viewByteOffset(view) {
  return typedArrayTag(view) === undefined ? dataViewByteOffset(view) : typedArrayByteOffset(view);
}

/**
 * @param {any} buffer
 * @returns {number}
 */
export function bufferByteLength(buffer) {
  return arrayBufferKind(buffer)?.shared ? sharedArrayBufferByteLength(buffer) : arrayBufferByteLength(buffer);
}

/**
 * The bytes of a BufferSource, as a view of the same memory.
 * @param {ArrayBufferLike | ArrayBufferView} source
 * @returns {Uint8Array}
 */
export function bytesOf(source) {
  if (!isView(source)) return new BytesArray(source);
  if (typedArrayTag(source) === "Uint8Array") return /** @type {Uint8Array} */ (source);
  return new BytesArray(
    /** @type {ArrayBuffer} */ (viewBuffer(source)),
    viewByteOffset(source),
    viewByteLength(source),
  );
}
