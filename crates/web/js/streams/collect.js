// Reading a stream to its end, for `text()`, `arrayBuffer()` and whatever else needs all bytes.

import { typedArrayByteLength, typedArraySet, typedArrayTag } from "../webidl/intrinsics.js";
import { takeNativeSource } from "./native-source.js";
import { Deferred, rejectedWith, then } from "./promises.js";
import { acquireDefaultReader, read } from "./readable/readers.js";
import { isLocked } from "./readable/state.js";
import { stateOf } from "./readable/stream.js";

const BytesArray = Uint8Array;

/** Chunks, joined when all are there. */
class Bytes {
  /** @type {Uint8Array[]} */ #chunks = [];
  #length = 0;

  /** @param {Uint8Array} chunk */
  push(chunk) {
    this.#chunks[this.#chunks.length] = chunk;
    this.#length += typedArrayByteLength(chunk);
  }

  /** @returns {Uint8Array} a single chunk as it is, without a copy */
  join() {
    if (this.#chunks.length === 1) return this.#chunks[0];
    const all = new BytesArray(this.#length);
    let offset = 0;
    for (let index = 0; index < this.#chunks.length; index++) {
      typedArraySet(all, this.#chunks[index], offset);
      offset += typedArrayByteLength(this.#chunks[index]);
    }
    return all;
  }
}

/**
 * All bytes of a native source.
 * @param {import("./native-source.js").NativeSource} source
 * @returns {Promise<Uint8Array>}
 */
function readSource(source) {
  if (source.readAll !== undefined) return source.readAll();
  const bytes = new Bytes();
  /** @type {(chunk: Uint8Array | null) => Uint8Array | Promise<any>} */
  const onBytes = (chunk) => {
    if (chunk === null) return bytes.join();
    bytes.push(chunk);
    return then(source.pull(), onBytes);
  };
  return then(source.pull(), onBytes);
}

/**
 * All bytes of an unlocked ReadableStream, which is locked from then on
 * (https://streams.spec.whatwg.org/#readablestreamdefaultreader-read-all-bytes). Rejects with the stream's error,
 * or a TypeError for a chunk that is no Uint8Array.
 * @param {any} stream a ReadableStream
 * @returns {Promise<Uint8Array>}
 */
export function readAllBytes(stream) {
  const source = takeNativeSource(stream);
  if (source !== undefined) return readSource(source);
  const state = stateOf(stream);
  if (state === undefined || isLocked(state)) {
    return rejectedWith(new TypeError("The ReadableStream is locked to a reader."));
  }
  const reader = acquireDefaultReader(state);
  const bytes = new Bytes();
  const done = new Deferred();
  let inLoop = false;
  let more = false;

  // A loop, not a recursion: a stream may have any number of chunks ready.
  function readOn() {
    inLoop = true;
    do {
      more = false;
      read(reader, request);
    } while (more);
    inLoop = false;
  }
  const request = {
    /** @param {any} chunk */
    chunkSteps(chunk) {
      if (typedArrayTag(chunk) !== "Uint8Array") {
        done.reject(new TypeError("Received a chunk that is not a Uint8Array."));
        return;
      }
      bytes.push(chunk);
      if (inLoop) more = true;
      else readOn();
    },
    closeSteps() {
      done.resolve(bytes.join());
    },
    /** @param {any} error */
    errorSteps(error) {
      done.reject(error);
    },
  };
  readOn();
  return done.promise;
}
