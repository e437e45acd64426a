// ReadableStreamDefaultTee (https://streams.spec.whatwg.org/#abstract-opdef-readablestreamdefaulttee).

import { Deferred, queueTask, resolvedWith, then } from "../promises.js";
import { createReadable } from "./create.js";
import { acquireDefaultReader, read } from "./readers.js";
import { cancel } from "./state.js";

/** @typedef {import("./state.js").ReadableStreamState} ReadableStreamState */

/**
 * @param {ReadableStreamState} stream
 * @param {((chunk: any) => any) | undefined} cloneChunk makes the second branch's chunk; without it both
 *   branches get the same one
 * @returns {[ReadableStreamState, ReadableStreamState]}
 */
export function teeDefault(stream, cloneChunk) {
  const reader = acquireDefaultReader(stream);
  let reading = false;
  let readAgain = false;
  const canceled = [false, false];
  /** @type {any[]} */
  const reasons = [undefined, undefined];
  const cancelDone = new Deferred();

  /** @param {any} error */
  function errorBranches(error) {
    branches[0].controller.error(error);
    branches[1].controller.error(error);
  }

  const request = {
    /** @param {any} chunk */
    chunkSteps(chunk) {
      // In a microtask, so that an error of the source is seen before a chunk that came with it.
      queueTask(() => {
        readAgain = false;
        let second = chunk;
        if (!canceled[1] && cloneChunk !== undefined) {
          try {
            second = cloneChunk(chunk);
          } catch (error) {
            errorBranches(error);
            cancelDone.resolve(cancel(stream, error));
            return;
          }
        }
        if (!canceled[0]) branches[0].controller.enqueue(chunk);
        if (!canceled[1]) branches[1].controller.enqueue(second);
        reading = false;
        if (readAgain) pull();
      });
    },
    closeSteps() {
      reading = false;
      if (!canceled[0]) branches[0].controller.close();
      if (!canceled[1]) branches[1].controller.close();
      if (!canceled[0] || !canceled[1]) cancelDone.resolve(undefined);
    },
    errorSteps() {
      reading = false;
    },
  };

  function pull() {
    if (reading) readAgain = true;
    else {
      reading = true;
      read(reader, request);
    }
    return resolvedWith(undefined);
  }

  /** @param {0 | 1} branch */
  function branchOf(branch) {
    return createReadable({
      started: undefined,
      pull,
      cancel(reason) {
        canceled[branch] = true;
        reasons[branch] = reason;
        if (canceled[1 - branch]) cancelDone.resolve(cancel(stream, [reasons[0], reasons[1]]));
        return cancelDone.promise;
      },
      highWaterMark: 1,
      size: undefined,
    });
  }

  /** @type {[ReadableStreamState, ReadableStreamState]} */
  const branches = [branchOf(0), branchOf(1)];
  then(reader.closed.promise, undefined, (reason) => {
    errorBranches(reason);
    if (!canceled[0] || !canceled[1]) cancelDone.resolve(undefined);
  });
  return branches;
}
