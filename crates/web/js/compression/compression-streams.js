// CompressionStream and DecompressionStream (https://compression.spec.whatwg.org/).
//
// The codec is native and gives its output in bounded steps, so that a small input that expands to gigabytes
// meets the memory limit chunk by chunk.

import { op_compression_close, op_compression_new, op_compression_push } from "selvedge:ops";
import { resourceOwner } from "../native-resource.js";
import { createTransformStream } from "../streams/index.js";
import { rejectedWith, resolvedWith } from "../streams/promises.js";
import { converters, defineInterface, requireArguments } from "../webidl.js";
import { bytesOf } from "../webidl/buffers.js";
import { typedArraySubarray } from "../webidl/intrinsics.js";

const { BufferSource, DOMString } = converters;
const BytesArray = Uint8Array;

const codecs = resourceOwner(op_compression_close);
const noBytes = new BytesArray(0);

/**
 * A transform stream over a native codec.
 * @param {object} owner the stream object that script holds
 * @param {string} format
 * @param {boolean} decompress
 */
function createCodecStream(owner, format, decompress) {
  const id = op_compression_new(format, decompress);
  codecs.own(owner, id);

  const release = () => {
    codecs.disown(owner);
    op_compression_close(id);
  };

  /**
   * @param {Uint8Array} input
   * @param {boolean} finish
   */
  const push = (input, finish) => {
    let again = true;
    while (again) {
      const [output, consumed, more] = op_compression_push(id, input, finish);
      if (output.length > 0) transform.enqueue(output);
      input = typedArraySubarray(input, consumed);
      again = more;
    }
  };

  /**
   * @param {() => Uint8Array} input
   * @param {boolean} finish
   */
  const step = (input, finish) => {
    try {
      push(input(), finish);
      if (finish) release();
      return resolvedWith(undefined);
    } catch (error) {
      release();
      return rejectedWith(error);
    }
  };

  const transform = createTransformStream({
    transform: (chunk) =>
      step(() => bytesOf(BufferSource(chunk, "Failed to write to a compression stream", "The chunk")), false),
    flush: () => step(() => noBytes, true),
    cancel: () => {
      release();
      return resolvedWith(undefined);
    },
  });
  return transform;
}

/** Compresses bytes. */
export class CompressionStream {
  #transform;

  /** @param {"gzip" | "deflate" | "deflate-raw"} format */
  constructor(format) {
    const prefix = "Failed to construct 'CompressionStream'";
    requireArguments(arguments.length, 1, prefix);
    this.#transform = createCodecStream(this, DOMString(format, prefix, "parameter 1"), false);
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

/** Decompresses bytes. */
export class DecompressionStream {
  #transform;

  /** @param {"gzip" | "deflate" | "deflate-raw"} format */
  constructor(format) {
    const prefix = "Failed to construct 'DecompressionStream'";
    requireArguments(arguments.length, 1, prefix);
    this.#transform = createCodecStream(this, DOMString(format, prefix, "parameter 1"), true);
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

defineInterface(CompressionStream, { tag: "CompressionStream", length: 1 });
defineInterface(DecompressionStream, { tag: "DecompressionStream", length: 1 });
