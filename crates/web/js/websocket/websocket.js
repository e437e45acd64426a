// WebSocket (https://websockets.spec.whatwg.org/#the-websocket-interface), as hosted has it: what `new WebSocket` makes
// connects by itself and delivers events at once; what comes from a WebSocketPair or from fetch() waits for accept().
//
// Where hosted differs from the standard, this is hosted's: send() after close() throws, any code that may be in a close
// frame may be given to close(), and messages may be sent after the peer's close message.

import {
  op_encoding_encode,
  op_fetch_cancel,
  op_fetch_cancel_close,
  op_fetch_cancel_open,
  op_websocket_accept,
  op_websocket_close,
  op_websocket_connect,
  op_websocket_flushed,
  op_websocket_release,
  op_websocket_send_bytes,
  op_websocket_send_text,
  op_websocket_sent,
  op_websocket_settings,
  op_websocket_url,
} from "selvedge:ops";
import { blobBytes, isBlob } from "../blob/index.js";
import { defineInspect } from "../console/inspectable.js";
import { DOMException } from "../dom-exception.js";
import { Event, EventTarget, defineEventHandler, fireEvent } from "../events/index.js";
import { resolvedWith, then } from "../streams/promises.js";
import { deserialize, serialize } from "../structured-clone/serialize.js";
import { converters, defineInterface, internal, requireArguments, withOptions } from "../webidl.js";
import { arrayBufferKind } from "../webidl/buffers.js";
import { typedArrayLength } from "../webidl/intrinsics.js";
import { deliver, fail, release } from "./delivery.js";
import { protocolsFrom } from "./protocols.js";
import {
  ACCEPTED,
  CLOSED,
  CLOSING,
  CONNECTING,
  GONE,
  HANDED_ON,
  OPEN,
  PENDING,
  SocketState,
  UNACCEPTED,
} from "./state.js";

const { defineProperty } = Object;
const { isView } = ArrayBuffer;
const clampedShort = withOptions(converters.unsignedShort, { clamp: true });
const resolved = resolvedWith(undefined);

/** "No Status Rcvd": a close frame without a code. */
const NO_STATUS = 1005;

/** The longest reason, in bytes of UTF-8. */
const MAX_REASON = 123;

/** The longest attachment, in bytes (https://developers.cloudflare.com/durable-objects/best-practices/websockets/). */
const MAX_ATTACHMENT = 16_384;

const NOT_ACCEPTED =
  "You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.";

/** @type {(socket: WebSocket) => SocketState} */
let stateOf;
/** @type {(value: any) => value is WebSocket} */
let isInstance;

/** @param {SocketState} state */
function applySettings(state) {
  const settings = op_websocket_settings();
  state.blobs = (settings & 1) !== 0;
  state.halfOpen = (settings & 2) === 0;
}

/**
 * What is sent may have been counted as passed on only when script has run.
 * @param {SocketState} state
 * @param {number} flushed
 */
function noteFlushed(state, flushed) {
  if (state.note(flushed)) then(resolved, () => state.forget());
}

/** A connection on which both ends send messages. */
export class WebSocket extends EventTarget {
  /** @type {SocketState} */ #state;

  static {
    stateOf = (socket) => socket.#state;
    isInstance = /** @type {any} */ (
      (/** @type {any} */ value) => typeof value === "object" && value !== null && #state in value
    );
  }

  /**
   * @param {any} url
   * @param {any} [protocols]
   */
  constructor(url, protocols = undefined) {
    super();
    if (url === internal) {
      this.#state = protocols;
      return;
    }
    const prefix = "Failed to construct 'WebSocket'";
    requireArguments(arguments.length, 1, prefix);
    const given = converters.USVString(url, prefix, "parameter 1");
    const state = new SocketState(PENDING);
    this.#state = state;
    const names = protocolsFrom(protocols);
    const { 0: serialized, 1: origin } = op_websocket_url(given);
    state.url = serialized;
    state.origin = origin;
    applySettings(state);
    open(this, state, names);
  }

  get url() {
    return this.#state.url;
  }

  get readyState() {
    return this.#state.ready;
  }

  get bufferedAmount() {
    const state = this.#state;
    if (state.id === -1) return state.buffered;
    noteFlushed(state, op_websocket_flushed(state.id));
    return op_websocket_sent(state.id) - state.flushed;
  }

  get extensions() {
    return this.#state.extensions;
  }

  get protocol() {
    return this.#state.protocol;
  }

  get binaryType() {
    return this.#state.blobs ? "blob" : "arraybuffer";
  }

  set binaryType(value) {
    const state = this.#state;
    const type = converters.DOMString(value, "Failed to set the 'binaryType' property on 'WebSocket'", "The value");
    if (type === "blob") state.blobs = true;
    else if (type === "arraybuffer") state.blobs = false;
  }

  /**
   * @param {any} [code]
   * @param {any} [reason]
   */
  close(code = undefined, reason = undefined) {
    const state = this.#state;
    const prefix = "Failed to execute 'close' on 'WebSocket'";
    const number = code === undefined ? NO_STATUS : clampedShort(code, prefix, "parameter 1");
    const text = reason === undefined ? "" : converters.USVString(reason, prefix, "parameter 2");
    if (code !== undefined && !mayClose(number)) throw new TypeError(`Invalid WebSocket close code: ${number}.`);
    if (code === undefined && reason !== undefined) {
      throw new TypeError("If you specify a WebSocket close reason, you must also specify a code.");
    }
    if (text !== "" && typedArrayLength(op_encoding_encode(text)) > MAX_REASON) {
      throw new DOMException(`${prefix}: The reason must not be longer than ${MAX_REASON} bytes.`, "SyntaxError");
    }
    if (state.closedOutgoing || state.stage === GONE || state.stage === HANDED_ON) return;
    if (state.stage === UNACCEPTED) throw new TypeError(NOT_ACCEPTED);
    state.closedOutgoing = true;
    if (state.stage === PENDING) {
      if (state.cancelId !== null) op_fetch_cancel(state.cancelId);
      return;
    }
    op_websocket_close(state.id, number, text);
    release(state);
  }

  /** @param {any} data */
  send(data) {
    const state = this.#state;
    const prefix = "Failed to execute 'send' on 'WebSocket'";
    requireArguments(arguments.length, 1, prefix);
    const bytes = isBlob(data) ? blobBytes(data) : isView(data) || arrayBufferKind(data) !== null ? data : null;
    const text = bytes === null ? converters.USVString(data, prefix, "parameter 1") : "";
    if (state.closedOutgoing) throw new TypeError("Can't call WebSocket send() after close().");
    switch (state.stage) {
      case PENDING:
        throw new DOMException(`${prefix}: Still in CONNECTING state.`, "InvalidStateError");
      case UNACCEPTED:
        throw new TypeError(NOT_ACCEPTED);
      case ACCEPTED:
        noteFlushed(
          state,
          bytes === null ? op_websocket_send_text(state.id, text) : op_websocket_send_bytes(state.id, bytes),
        );
    }
  }
}

/**
 * The codes that hosted lets a Worker send.
 * @param {number} code
 */
function mayClose(code) {
  return code >= 1000 && code < 5000 && code !== 1004 && code !== NO_STATUS && code !== 1006 && code !== 1015;
}

/**
 * @param {WebSocket} socket
 * @param {SocketState} state
 * @param {string[]} protocols
 */
function open(socket, state, protocols) {
  const cancelId = op_fetch_cancel_open();
  state.cancelId = cancelId;
  then(
    op_websocket_connect(state.url, protocols, cancelId),
    (connected) => {
      state.cancelId = null;
      op_fetch_cancel_close(cancelId);
      if (state.closedOutgoing) {
        op_websocket_release(connected[0]);
        failToConnect(new DOMException("The operation was aborted", "AbortError"));
        return;
      }
      state.id = connected[0];
      state.protocol = connected[1];
      state.extensions = connected[2];
      begin(socket, state);
      fireEvent(socket, new Event("open"));
    },
    (error) => {
      state.cancelId = null;
      op_fetch_cancel_close(cancelId);
      failToConnect(error);
    },
  );

  /** @param {any} error */
  function failToConnect(error) {
    fail(socket, state, error, "Failed to establish websocket connection");
  }
}

/**
 * @param {WebSocket} socket
 * @param {SocketState} state
 */
function begin(socket, state) {
  op_websocket_accept(state.id);
  state.stage = ACCEPTED;
  deliver(socket, state);
}

for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  defineProperty(WebSocket, name, { value, enumerable: true });
  defineProperty(WebSocket.prototype, name, { value, enumerable: true });
}
["open", "error", "close", "message"].forEach((type) => defineEventHandler(WebSocket.prototype, type));
defineInterface(WebSocket, { tag: "WebSocket", length: 1 });
defineInspect(WebSocket, (socket, { inspect, options }) => {
  const { url, readyState, protocol, extensions, binaryType } = socket;
  return `WebSocket ${inspect({ url, readyState, protocol, extensions, binaryType }, options)}`;
});

/**
 * @param {any} value
 * @returns {value is WebSocket}
 */
export function isWebSocket(value) {
  return isInstance(value);
}

/**
 * A WebSocket over a native end that nobody reads yet.
 * @param {number} id
 * @param {string} [protocol]
 * @param {string} [extensions]
 * @returns {WebSocket}
 */
export function createWebSocket(id, protocol = "", extensions = "") {
  const state = new SocketState(UNACCEPTED);
  state.id = id;
  state.protocol = protocol;
  state.extensions = extensions;
  applySettings(state);
  return new WebSocket(internal, state);
}

/**
 * `accept()`: messages arrive as events from now on.
 * @param {WebSocket} socket
 * @param {boolean} halfOpen a close message is not answered by itself
 */
export function acceptWebSocket(socket, halfOpen) {
  const state = stateOf(socket);
  if (state.stage === PENDING) {
    throw new TypeError("Websockets obtained from the 'new WebSocket()' constructor cannot call accept");
  }
  if (state.stage === HANDED_ON) throw new TypeError("Can't accept() WebSocket that was already used in a response.");
  if (state.stage !== UNACCEPTED) return;
  if (halfOpen) state.halfOpen = true;
  begin(socket, state);
}

/**
 * Takes the native end for a response: the WebSocket is of no use to script from then on.
 * @param {WebSocket} socket
 * @returns {number}
 */
export function handOnWebSocket(socket) {
  const state = stateOf(socket);
  switch (state.stage) {
    case PENDING:
      throw new TypeError("Can't return WebSocket in a Response if it was created with `new WebSocket()`");
    case HANDED_ON:
      throw new TypeError("Can't return WebSocket that was already used in a response.");
    case UNACCEPTED:
      state.stage = HANDED_ON;
      return state.id;
    default:
      throw new TypeError("Can't return WebSocket in a Response after calling accept().");
  }
}

/**
 * Keeps a copy of a value with the WebSocket.
 * @param {WebSocket} socket
 * @param {any} value
 */
export function serializeAttachment(socket, value) {
  const state = stateOf(socket);
  const bytes = serialize(value);
  const length = typedArrayLength(bytes);
  if (length > MAX_ATTACHMENT) {
    throw new Error(
      `A WebSocket 'attachment' cannot be larger than ${MAX_ATTACHMENT} bytes.'attachment' was ${length} bytes.`,
    );
  }
  state.attachment = bytes;
}

/**
 * @param {WebSocket} socket
 * @returns {any} a new copy of what was kept; null if nothing was
 */
export function deserializeAttachment(socket) {
  const { attachment } = stateOf(socket);
  return attachment === null ? null : deserialize(attachment);
}
