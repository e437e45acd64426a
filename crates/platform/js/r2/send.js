// A value on its way into a bucket.

import { isBlob } from "selvedge:web/blob/index.js";
import { Response, openWriter, pumpStreamToWriter, responseForSending } from "selvedge:web/fetch/index.js";
import {
  expectedLengthOf,
  isReadableStream,
  isReadableStreamLocked,
  readableStreamCancel,
} from "selvedge:web/streams/index.js";
import { markHandled, then } from "selvedge:web/streams/promises.js";
import { conversionError } from "selvedge:web/webidl.js";
import { arrayBufferKind } from "selvedge:web/webidl/buffers.js";

const { isView } = ArrayBuffer;
const STREAM = 4;

/**
 * @param {any} value
 * @param {string} prefix
 */
export function checkValue(value, prefix) {
  if (value === null || value === undefined || typeof value === "string") return;
  if (isReadableStream(value) || isView(value) || arrayBufferKind(value) !== null || isBlob(value)) return;
  throw conversionError(
    "is not of type 'ReadableStream or ArrayBuffer or ArrayBufferView or string or Blob'.",
    prefix,
    "parameter 2",
  );
}

/**
 * Nobody will read a stream, as what was said beside it is wrong.
 * @param {any} value
 */
export function giveUp(value) {
  if (!isReadableStream(value) || isReadableStreamLocked(value)) return;
  const reason = "Stream cancelled because the associated put operation encountered an error.";
  markHandled(readableStreamCancel(value, new Error(reason)));
}

/**
 * Sends a value by an op. A stream that is native goes there as it is; another one is read meanwhile.
 * @template T
 * @param {any} value
 * @param {(body: null | string | Uint8Array | number) => Promise<T>} send
 * @returns {Promise<T>}
 */
export function sendValue(value, send) {
  const { kind, payload } = responseForSending(new Response(value ?? null));
  if (kind !== STREAM) return send(payload);
  if (expectedLengthOf(payload) === undefined) {
    throw new TypeError(
      "Provided readable stream must have a known length (request/response body or readable half of FixedLengthStream)",
    );
  }
  const [writerId, bodyId] = openWriter(payload);
  let failed = false;
  /** @type {unknown} */
  let reason;
  markHandled(
    pumpStreamToWriter(payload, writerId, (error) => {
      failed = true;
      reason = error;
    }),
  );
  return then(send(bodyId), undefined, (error) => {
    // That the stream failed is the cause, that its end is missing the effect.
    throw failed ? reason : error;
  });
}
