//# allFunctionsCalledOnLoad
// The fetch event (https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/).

import {
  op_hold_stream,
  op_release,
  op_request_cf,
  op_request_headers,
  op_respond,
  op_respond_error,
  op_respond_websocket,
  op_watch_client,
} from "selvedge:ops";
import { contentTypeArgument } from "selvedge:web/fetch/content-type.js";
import {
  createInboundRequest,
  isResponse,
  openWriter,
  pumpStreamToWriter,
  responseForSending,
} from "selvedge:web/fetch/index.js";
import { logUncaught } from "selvedge:web/console/index.js";
import { createSignal, signalAbort } from "selvedge:web/events/index.js";
import { DOMException } from "selvedge:web/dom-exception.js";
import { noop, then } from "selvedge:web/streams/promises.js";
import { handOnWebSocket } from "selvedge:web/websocket/index.js";
import { callHandler } from "./entrypoints.js";
import { dispatchFetchListeners } from "./service-worker.js";
import { worker } from "./state.js";

const STREAM = 4;
const resolve = Promise.resolve.bind(Promise);
const { parse } = JSON;

/** @param {unknown} error */
const logStreamError = (error) => logUncaught(error);
const readCf = () => parse(op_request_cf());

/**
 * What becomes of a request's signal: made when script first looks at it, aborted when the client goes away.
 */
class ClientWatch {
  /** @type {import("selvedge:web/events/index.js").AbortSignal | null} */ #signal = null;
  #gone = false;

  signal = () => {
    if (this.#signal !== null) return this.#signal;
    const signal = createSignal();
    this.#signal = signal;
    if (this.#gone) this.gone();
    else op_watch_client(this.gone);
    return signal;
  };

  gone = () => {
    this.#gone = true;
    if (this.#signal !== null) signalAbort(this.#signal, new DOMException("The client has disconnected", "AbortError"));
  };
}

/**
 * Delivers a request. The answer goes back through op_respond or op_respond_error, in this turn or a later one.
 * @param {string | undefined} entrypoint the default one if there is none
 * @param {string} method
 * @param {string} url
 * @param {number | null} bodyId
 * @param {string} [props] `ctx.props` as JSON, if there are any
 */
export function dispatchFetch(entrypoint, method, url, bodyId, props = undefined) {
  try {
    const watch = worker.signalsClient ? new ClientWatch() : null;
    const gone = watch === null ? noop : watch.gone;
    const request = createInboundRequest({
      method,
      url,
      headersThunk: op_request_headers,
      bodyId,
      cfThunk: readCf,
      signal: watch === null ? null : watch.signal,
    });
    const result = worker.isServiceWorker
      ? dispatchFetchListeners(request)
      : callHandler(entrypoint, "fetch", request, props === undefined ? {} : parse(props));
    if (isResponse(result)) respond(result, gone);
    else respondLater(result, gone);
  } catch (error) {
    op_respond_error(error);
  }
}

// What makes a closure is in a function of its own, here and below: a function that has one pays for its variables to
// be kept at each call, also where the closure is not made.

/**
 * @param {unknown} result a promise, or anything that resolves to a response or not
 * @param {() => void} gone
 */
function respondLater(result, gone) {
  then(resolve(result), (value) => respond(value, gone), op_respond_error);
}

/**
 * @param {unknown} value what the handler's promise was resolved with
 * @param {() => void} gone called when the client goes away before it has all of the response
 */
function respond(value, gone) {
  try {
    if (!isResponse(value)) {
      throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'Response'.");
    }
    send(responseForSending(value), gone);
  } catch (error) {
    op_respond_error(error);
  }
}

/**
 * @param {import("selvedge:web/fetch/response.js").ResponseToSend} parts
 * @param {() => void} gone
 */
function send(parts, gone) {
  const { status, statusText, headersFlat, contentType, kind, payload, encodeBody, webSocket } = parts;
  if (status === 0) throw new TypeError("Response.error() cannot be sent to a client.");
  if (webSocket !== null) {
    op_respond_websocket(headersFlat, handOnWebSocket(webSocket));
    return;
  }
  const type = contentTypeArgument(contentType);
  if (kind !== STREAM) {
    op_respond(status, statusText, headersFlat, type, payload, encodeBody);
    return;
  }
  const ids = openWriter(payload);
  const hold = op_hold_stream();
  op_respond(status, statusText, headersFlat, type, ids[1], encodeBody);
  writeStream(payload, ids[0], hold, gone);
}

/**
 * Writes the body of a response that has been sent.
 * @param {import("selvedge:web/streams/index.js").ReadableStream} stream
 * @param {number} writerId
 * @param {number} hold what keeps the invocation until then
 * @param {() => void} gone
 */
function writeStream(stream, writerId, hold, gone) {
  const release = () => op_release(hold);
  // A stream that fails breaks the response off; the client sees only that, the log sees why.
  let failed = false;
  const pumped = pumpStreamToWriter(stream, writerId, (error) => {
    failed = true;
    logStreamError(error);
  });
  then(pumped, release, () => {
    if (!failed) gone();
    release();
  });
}
