// crypto.DigestStream: a WritableStream whose chunks are digested
// (https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#constructors).

import {
  op_crypto_hasher_finish,
  op_crypto_hasher_open,
  op_crypto_hasher_update,
  op_crypto_release,
  op_encoding_encode,
} from "selvedge:ops";
import { resourceOwner } from "../native-resource.js";
import { WritableStream } from "../streams/index.js";
import { defineInterface, requireArguments, uncurryThis } from "../webidl.js";
import { arrayBufferKind, viewBuffer } from "../webidl/buffers.js";
import { typedArrayBuffer } from "../webidl/intrinsics.js";
import { normalizeAlgorithm } from "./algorithms.js";
import { byteLength } from "./import.js";

const hashers = resourceOwner(op_crypto_release);
const then = uncurryThis(Promise.prototype.then);
const PromiseConstructor = Promise;
const ToBigInt = BigInt;

/**
 * The bytes of a chunk; undefined for what has none.
 * @param {any} chunk
 */
function chunkBytes(chunk) {
  if (typeof chunk === "string") return op_encoding_encode(chunk);
  return arrayBufferKind(viewBuffer(chunk) ?? chunk) === null ? undefined : chunk;
}

/** A destination of bytes that gives their digest. */
export class DigestStream extends WritableStream {
  /** @type {Promise<ArrayBuffer>} */ #digest;
  /** @type {{ written: number }} */ #count;

  /** @param {any} algorithm */
  constructor(algorithm) {
    requireArguments(arguments.length, 1, "Failed to construct 'DigestStream'");
    const id = op_crypto_hasher_open(normalizeAlgorithm("digest", algorithm).name);
    const count = { written: 0 };
    /** @type {(digest: any) => void} */
    let resolve;
    /** @type {(reason: unknown) => void} */
    let reject;
    /** @type {Promise<ArrayBuffer>} */
    const digest = new PromiseConstructor((fulfill, refuse) => {
      resolve = fulfill;
      reject = refuse;
    });
    // Nobody needs to look at it.
    then(digest, undefined, () => {});
    super(
      /** @type {any} */ ({
        __proto__: null,
        /** @param {any} chunk */
        write(chunk) {
          const bytes = chunkBytes(chunk);
          if (bytes === undefined) {
            const error = new TypeError(
              "DigestStream is a byte stream but received an object of non-ArrayBuffer/ArrayBufferView/string type on its writable side.",
            );
            reject(error);
            throw error;
          }
          op_crypto_hasher_update(id, bytes);
          count.written += byteLength(bytes);
        },
        close() {
          resolve(typedArrayBuffer(op_crypto_hasher_finish(id)));
        },
        /** @param {unknown} reason */
        abort(reason) {
          op_crypto_release(id);
          reject(reason);
        },
      }),
    );
    hashers.own(this, id);
    this.#digest = digest;
    this.#count = count;
  }

  /** The digest, once the stream is closed. */
  get digest() {
    return this.#digest;
  }

  /** How many bytes have been digested. */
  get bytesWritten() {
    return ToBigInt(this.#count.written);
  }
}

defineInterface(DigestStream, { tag: "DigestStream", length: 1 });
