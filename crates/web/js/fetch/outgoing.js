// A request on its way out: to an origin, or to whatever else a binding stands for.

import { op_fetch_cancel, op_fetch_cancel_close, op_fetch_cancel_open } from "selvedge:ops";
import { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } from "../events/index.js";
import { rejectedWith, then } from "../streams/promises.js";
import { flatHeaders, pendingType } from "./body.js";
import { takeBody, taken } from "./body-transfer.js";
import { NATIVE, NONE, STREAM } from "./extract-body.js";
import { appendTo, copyList, hasName } from "./header-list.js";
import { openWriter, pumpStreamToWriter } from "./pump.js";
import { requestMethod, requestOptions, requestSignal, requestUrl } from "./request.js";
import { createResponseFromNative } from "./response.js";

/** @typedef {import("./request.js").Request} Request */

/** In the flags: redirects are followed. */
export const FOLLOW = 1;
/** In the flags: reads of the response's body undo its Content-Encoding. */
export const DECODE = 2;

/**
 * Sends a request natively. `body` is null, a string, bytes, or the number of a native body; `cancelId` that of a
 * cancellation token, or null. Further arguments beyond those that an op takes are ignored by it: `request` is
 * there for a function that wants more of it (`requestCf`).
 * @callback OpFetcher
 * @param {string} method
 * @param {string} url
 * @param {string[]} headersFlat
 * @param {null | string | Uint8Array | number} body
 * @param {number} flags FOLLOW | DECODE
 * @param {number | null} cancelId
 * @param {Request} request
 * @returns {Promise<[status: number, statusText: string | null, headersFlat: string[], bodyId: number | null, url: string, redirected: boolean]>}
 */

/**
 * @param {Request} request
 * @returns {string[]} not to be changed
 */
function headersToSend(request) {
  const { cache } = requestOptions(request);
  const list = flatHeaders(request);
  const type = pendingType(request);
  if (type === null && cache === undefined) return list ?? [];
  const all = list === null ? [] : copyList(list);
  if (type !== null) appendTo(all, "content-type", type);
  if (cache !== undefined) {
    if (!hasName(all, "cache-control")) appendTo(all, "cache-control", "no-cache");
    if (!hasName(all, "pragma")) appendTo(all, "pragma", "no-cache");
  }
  return all;
}

/** The body of a request as an op takes it, and the failure of the stream that it may come from. */
class OutgoingBody {
  /** @type {null | string | Uint8Array | number} */ argument = null;
  failed = false;
  /** @type {any} */ reason = undefined;

  /** @param {Request} request whose body is used up */
  constructor(request) {
    takeBody(request);
    const { kind, content } = taken;
    taken.content = null;
    if (kind === NONE) return;
    if (kind === STREAM) this.#pump(content);
    else this.argument = kind === NATIVE ? content.id : content;
  }

  /** @param {any} stream */
  #pump(stream) {
    const ids = openWriter(stream);
    this.argument = ids[1];
    then(pumpStreamToWriter(stream, ids[0]), undefined, (reason) => {
      this.failed = true;
      this.reason = reason;
    });
  }
}

/**
 * Sends a request by `opFetcher` and makes a Response of the answer. The request's body is used up.
 * @param {Request} request
 * @param {OpFetcher} opFetcher
 * @returns {Promise<import("./response.js").Response>}
 */
export function dispatchOutgoing(request, opFetcher) {
  /** @type {import("../events/index.js").AbortSignal | null} */
  let signal;
  /** @type {number | null} */
  let cancelId = null;
  const onAbort = () => op_fetch_cancel(/** @type {number} */ (cancelId));
  const release = () => {
    if (signal === null || cancelId === null) return;
    removeAbortAlgorithm(signal, onAbort);
    op_fetch_cancel_close(cancelId);
  };
  try {
    signal = requestSignal(request);
    if (signal !== null && isAborted(signal)) return rejectedWith(abortReason(signal));
    const headers = headersToSend(request);
    const options = requestOptions(request);
    const flags = (options.manual ? 0 : FOLLOW) | (options.decode ? DECODE : 0);
    const body = new OutgoingBody(request);
    if (signal !== null) {
      cancelId = op_fetch_cancel_open();
      addAbortAlgorithm(signal, onAbort);
    }
    const sent = opFetcher(
      requestMethod(request),
      requestUrl(request),
      headers,
      body.argument,
      flags,
      cancelId,
      request,
    );
    return then(
      sent,
      (parts) => {
        release();
        // Aborted while the answer was on its way to this turn.
        if (signal !== null && isAborted(signal)) throw abortReason(signal);
        return createResponseFromNative({
          status: parts[0],
          statusText: parts[1],
          headersFlat: parts[2],
          bodyId: parts[3],
          url: parts[4],
          redirected: parts[5],
          signal,
        });
      },
      (error) => {
        release();
        if (signal !== null && isAborted(signal)) throw abortReason(signal);
        // That the stream failed is the cause, that the connection broke off the effect.
        throw body.failed ? body.reason : error;
      },
    );
  } catch (error) {
    return rejectedWith(error);
  }
}
