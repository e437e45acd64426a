// A stream of JavaScript's, written to the native side.

import { op_body_write, op_body_writer_abort, op_body_writer_close, op_body_writer_open } from "selvedge:ops";
import { expectedLengthOf, readableStreamReader } from "../streams/index.js";
import { markHandled } from "../streams/promises.js";
import { arrayBufferKind, bytesOf } from "../webidl/buffers.js";

const { isView } = ArrayBuffer;
const ToNumber = Number;

/**
 * @param {any} chunk
 * @returns {Uint8Array}
 */
function chunkBytes(chunk) {
  if (isView(chunk) || arrayBufferKind(chunk) !== null) return bytesOf(chunk);
  throw new TypeError("This ReadableStream did not return bytes.");
}

/**
 * Makes a native body for a stream to be pumped into: `[writerId, bodyId]`. Where the stream knows its length, the
 * body announces it.
 * @param {any} stream a ReadableStream
 * @returns {[writerId: number, bodyId: number]}
 */
export function openWriter(stream) {
  const length = expectedLengthOf(stream);
  return op_body_writer_open(length === undefined ? null : ToNumber(length));
}

/**
 * Reads a stream to its end into the writer of a native body, no faster than that is read. An error of the stream
 * breaks the body off; a body that nobody reads any more cancels the stream. The promise is rejected in both
 * cases, with the cause.
 * @param {any} stream an unlocked ReadableStream
 * @param {number} writerId
 * @param {(error: unknown) => void} [onStreamError] called only in the former case, with the cause
 * @returns {Promise<void>}
 */
export async function pumpStreamToWriter(stream, writerId, onStreamError = undefined) {
  const reader = readableStreamReader(stream);
  let reading = true;
  try {
    for (;;) {
      reading = true;
      const step = await reader.read();
      if (step === undefined) break;
      const bytes = chunkBytes(step.chunk);
      reading = false;
      await op_body_write(writerId, bytes);
    }
  } catch (error) {
    op_body_writer_abort(writerId);
    // Of no effect on a stream that has failed itself.
    markHandled(reader.cancel(error));
    if (reading) onStreamError?.(error);
    throw error;
  }
  op_body_writer_close(writerId);
}
