// ReadableByteStreamTee (https://streams.spec.whatwg.org/#abstract-opdef-readablebytestreamtee): reads with the
// kind of reader that the pulling branch is read with, so that a BYOB read of a branch is one of the source.

import { viewBuffer, viewByteLength, viewByteOffset } from "../../webidl/buffers.js";
import { arrayBufferSlice } from "../../webidl/intrinsics.js";
import { Deferred, queueTask, resolvedWith, then } from "../promises.js";
import { acquireByobReader, readInto } from "./byob-reader.js";
import { createReadableBytes } from "./create.js";
import { acquireDefaultReader, read, releaseReader } from "./readers.js";
import { ByobReaderState, DefaultReaderState, cancel } from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */

const BytesArray = Uint8Array;

/**
 * CloneAsUint8Array
 * @param {ArrayBufferView} view
 */
function cloneBytes(view) {
  const offset = viewByteOffset(view);
  const buffer = /** @type {ArrayBuffer} */ (viewBuffer(view));
  return new BytesArray(arrayBufferSlice(buffer, offset, offset + viewByteLength(view)));
}

class ByteTee {
  /** @type {ReadableStreamState} */ #stream;
  /** @type {DefaultReaderState | ByobReaderState} */ #reader;
  #reading = false;
  #readAgain = [false, false];
  #canceled = [false, false];
  /** @type {any[]} */ #reasons = [undefined, undefined];
  #cancelDone = new Deferred();
  /** @type {[ReadableStreamState, ReadableStreamState]} */ branches;

  /** @param {ReadableStreamState} stream */
  constructor(stream) {
    this.#stream = stream;
    this.#reader = acquireDefaultReader(stream);
    this.branches = [this.#createBranch(0), this.#createBranch(1)];
    this.#forwardError(this.#reader);
  }

  /** @param {0 | 1} branch */
  #createBranch(branch) {
    return createReadableBytes({
      started: undefined,
      pull: () => this.#pull(branch),
      cancel: (reason) => {
        this.#canceled[branch] = true;
        this.#reasons[branch] = reason;
        if (this.#canceled[1 - branch]) {
          this.#cancelDone.resolve(cancel(this.#stream, [this.#reasons[0], this.#reasons[1]]));
        }
        return this.#cancelDone.promise;
      },
      highWaterMark: 0,
      size: undefined,
    });
  }

  /** @param {any} error */
  #errorBranches(error) {
    this.branches[0].controller.error(error);
    this.branches[1].controller.error(error);
  }

  #finishUnlessCanceled() {
    if (!this.#canceled[0] || !this.#canceled[1]) this.#cancelDone.resolve(undefined);
  }

  /** @param {DefaultReaderState | ByobReaderState} reader */
  #forwardError(reader) {
    then(reader.closed.promise, undefined, (reason) => {
      if (reader !== this.#reader) return;
      this.#errorBranches(reason);
      this.#finishUnlessCanceled();
    });
  }

  /**
   * @param {0 | 1} branch
   * @returns {Promise<any>}
   */
  #pull(branch) {
    if (this.#reading) {
      this.#readAgain[branch] = true;
      return resolvedWith(undefined);
    }
    this.#reading = true;
    const { byobRequest } = this.branches[branch].controller;
    if (byobRequest === null) this.#pullDefault();
    else this.#pullByob(byobRequest.view, branch);
    return resolvedWith(undefined);
  }

  #pullAgain() {
    this.#reading = false;
    if (this.#readAgain[0]) this.#pull(0);
    else if (this.#readAgain[1]) this.#pull(1);
  }

  /**
   * Copies a chunk for the other branch; undefined when that fails, and all is over.
   * @param {ArrayBufferView} chunk
   */
  #clone(chunk) {
    try {
      return cloneBytes(chunk);
    } catch (error) {
      this.#errorBranches(error);
      this.#cancelDone.resolve(cancel(this.#stream, error));
      return undefined;
    }
  }

  #pullDefault() {
    if (this.#reader instanceof ByobReaderState) {
      releaseReader(this.#reader);
      this.#reader = acquireDefaultReader(this.#stream);
      this.#forwardError(this.#reader);
    }
    read(/** @type {DefaultReaderState} */ (this.#reader), {
      chunkSteps: (chunk) =>
        queueTask(() => {
          this.#readAgain = [false, false];
          let second = chunk;
          if (!this.#canceled[0] && !this.#canceled[1]) {
            second = this.#clone(chunk);
            if (second === undefined) return;
          }
          if (!this.#canceled[0]) this.branches[0].controller.enqueue(chunk);
          if (!this.#canceled[1]) this.branches[1].controller.enqueue(second);
          this.#pullAgain();
        }),
      closeSteps: () => {
        this.#reading = false;
        for (let branch = 0; branch < 2; branch++) {
          if (!this.#canceled[branch]) this.branches[branch].controller.close();
        }
        for (let branch = 0; branch < 2; branch++) {
          const { controller } = this.branches[branch];
          if (controller.pullIntos.size > 0) controller.respond(0);
        }
        this.#finishUnlessCanceled();
      },
      errorSteps: () => {
        this.#reading = false;
      },
    });
  }

  /**
   * @param {Uint8Array} view
   * @param {0 | 1} branch
   */
  #pullByob(view, branch) {
    if (this.#reader instanceof DefaultReaderState) {
      releaseReader(this.#reader);
      this.#reader = acquireByobReader(this.#stream);
      this.#forwardError(this.#reader);
    }
    const { controller } = this.branches[branch];
    const { controller: other } = this.branches[1 - branch];
    readInto(/** @type {ByobReaderState} */ (this.#reader), view, 1, {
      chunkSteps: (chunk) =>
        queueTask(() => {
          this.#readAgain = [false, false];
          if (!this.#canceled[1 - branch]) {
            const copy = this.#clone(chunk);
            if (copy === undefined) return;
            if (!this.#canceled[branch]) controller.respondWithNewView(chunk);
            other.enqueue(copy);
          } else if (!this.#canceled[branch]) {
            controller.respondWithNewView(chunk);
          }
          this.#pullAgain();
        }),
      closeSteps: (chunk) => {
        this.#reading = false;
        if (!this.#canceled[branch]) controller.close();
        if (!this.#canceled[1 - branch]) other.close();
        if (chunk !== undefined) {
          if (!this.#canceled[branch]) controller.respondWithNewView(chunk);
          if (!this.#canceled[1 - branch] && other.pullIntos.size > 0) other.respond(0);
        }
        this.#finishUnlessCanceled();
      },
      errorSteps: () => {
        this.#reading = false;
      },
    });
  }
}

/**
 * @param {ReadableStreamState} stream
 * @returns {[ReadableStreamState, ReadableStreamState]}
 */
export function teeBytes(stream) {
  return new ByteTee(stream).branches;
}
