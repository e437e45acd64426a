// Pull-into descriptors (https://streams.spec.whatwg.org/#pull-into-descriptor): a buffer that waits to be filled.

import { viewBuffer, viewByteLength, viewByteOffset } from "../../webidl/buffers.js";
import { arrayBufferByteLength, arrayBufferTransfer, typedArrayTag } from "../../webidl/intrinsics.js";

/** @type {Record<string, { new (buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView, BYTES_PER_ELEMENT: number }>} */
const typedArrays = /** @type {any} */ ({
  __proto__: null,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
});
const newer = /** @type {any} */ (globalThis).Float16Array;
if (newer !== undefined) typedArrays.Float16Array = newer;
const dataView = DataView;
const BytesArray = Uint8Array;

/** One buffer to fill, and what to make of it then. */
export class PullInto {
  /** @type {ArrayBuffer} */ buffer;
  /** @type {number} */ bufferByteLength;
  /** @type {number} */ byteOffset;
  /** @type {number} */ byteLength;
  /** @type {number} */ minimumFill;
  /** @type {number} */ elementSize;
  /** @type {new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView} */ viewConstructor;
  /** @type {"default" | "byob" | "none"} */ readerType;
  bytesFilled = 0;

  /**
   * @param {ArrayBuffer} buffer
   * @param {number} byteOffset
   * @param {number} byteLength
   * @param {number} minElements
   * @param {number} elementSize
   * @param {new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView} viewConstructor
   * @param {"default" | "byob"} readerType
   */
  constructor(buffer, byteOffset, byteLength, minElements, elementSize, viewConstructor, readerType) {
    this.buffer = buffer;
    this.bufferByteLength = arrayBufferByteLength(buffer);
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.minimumFill = minElements * elementSize;
    this.elementSize = elementSize;
    this.viewConstructor = viewConstructor;
    this.readerType = readerType;
  }

  /**
   * For a BYOB read; takes the view's buffer, and throws if it cannot be taken.
   * @param {ArrayBufferView} view
   * @param {number} minElements
   */
  static forView(view, minElements) {
    const tag = typedArrayTag(view);
    const constructor = tag === undefined ? dataView : typedArrays[tag];
    const elementSize = tag === undefined ? 1 : typedArrays[tag].BYTES_PER_ELEMENT;
    const byteOffset = viewByteOffset(view);
    const byteLength = viewByteLength(view);
    const buffer = arrayBufferTransfer(/** @type {ArrayBuffer} */ (viewBuffer(view)));
    return new PullInto(buffer, byteOffset, byteLength, minElements, elementSize, constructor, "byob");
  }

  /**
   * For a default read of a stream that allocates buffers itself.
   * @param {ArrayBuffer} buffer
   */
  static forDefaultRead(buffer) {
    return new PullInto(buffer, 0, arrayBufferByteLength(buffer), 1, 1, BytesArray, "default");
  }

  /** ReadableByteStreamControllerConvertPullIntoDescriptor: the filled part, as the reader's kind of view */
  toView() {
    return new this.viewConstructor(
      arrayBufferTransfer(this.buffer),
      this.byteOffset,
      this.bytesFilled / this.elementSize,
    );
  }

  /** What a read at the end of the stream gives: its own memory back, empty. */
  toEmptyView() {
    return new this.viewConstructor(this.buffer, this.byteOffset, 0);
  }
}
