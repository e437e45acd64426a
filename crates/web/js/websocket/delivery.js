// What arrives at a WebSocket becomes events. Each message is asked for when the one before it has been handled, and is
// given in a turn of its own.

import {
  op_websocket_close,
  op_websocket_flushed,
  op_websocket_receive,
  op_websocket_release,
  op_websocket_sent,
} from "selvedge:ops";
import { createBlob } from "../blob/index.js";
import { CloseEvent, ErrorEvent, MessageEvent, fireEvent } from "../events/index.js";
import { then } from "../streams/promises.js";
import { typedArrayBuffer } from "../webidl/intrinsics.js";
import { CLOSED, GONE } from "./state.js";

/** @typedef {import("./state.js").SocketState} SocketState */
/** @typedef {import("./websocket.js").WebSocket} WebSocket */

const TEXT = 0;
const BINARY = 1;
const CLOSE = 2;
const LOST = 3;

/** What a connection that ended without a close message is said to have closed with. */
const ABNORMAL = 1006;

/** Of what is not given here, a patched Object.prototype shall have no say. */
const nothing = /** @type {any} */ (null);

/**
 * @param {any} data
 * @param {SocketState} state
 */
function messageEvent(data, state) {
  return new MessageEvent("message", { __proto__: nothing, data, origin: state.origin });
}

/**
 * @param {number} code
 * @param {string} reason
 */
function closeEvent(code, reason) {
  return new CloseEvent("close", { __proto__: nothing, code, reason, wasClean: code !== ABNORMAL });
}

/**
 * Delivers messages until the last.
 * @param {WebSocket} socket
 * @param {SocketState} state
 */
export function deliver(socket, state) {
  then(
    op_websocket_receive(state.id),
    (arrival) => {
      if (handle(socket, state, arrival)) deliver(socket, state);
    },
    (error) => fail(socket, state, error, ""),
  );
}

/**
 * @param {WebSocket} socket
 * @param {SocketState} state
 * @param {any} arrival
 * @returns {boolean} whether there may be more
 */
function handle(socket, state, arrival) {
  const { 0: kind, 1: payload, 2: reason } = arrival;
  switch (kind) {
    case TEXT:
      fireEvent(socket, messageEvent(payload, state));
      return true;
    case BINARY: {
      const data = state.blobs ? createBlob(payload, "") : typedArrayBuffer(payload);
      fireEvent(socket, messageEvent(data, state));
      return true;
    }
    case CLOSE:
      state.closedIncoming = true;
      if (!state.closedOutgoing && !state.halfOpen) {
        state.closedOutgoing = true;
        op_websocket_close(state.id, payload, reason);
      }
      release(state);
      fireEvent(socket, closeEvent(payload, reason));
      return false;
    case LOST:
      end(state);
      fireEvent(socket, closeEvent(ABNORMAL, "WebSocket disconnected without sending Close frame."));
      return false;
    default:
      fail(socket, state, new Error(payload), "");
      return false;
  }
}

/**
 * The connection failed, or none came about.
 * @param {WebSocket} socket
 * @param {SocketState} state
 * @param {any} error
 * @param {string} reason
 */
export function fail(socket, state, error, reason) {
  end(state);
  fireEvent(socket, new ErrorEvent("error", { __proto__: nothing, message: `${error?.message}`, error }));
  fireEvent(socket, closeEvent(ABNORMAL, reason));
}

/** @param {SocketState} state */
function end(state) {
  state.closedIncoming = true;
  state.stage = GONE;
  release(state);
}

/**
 * Lets go of the native end when there is nothing left to do with it. What was sent still goes out.
 * @param {SocketState} state
 */
export function release(state) {
  if (state.id === -1 || !state.closedIncoming || state.ready !== CLOSED) return;
  state.buffered = op_websocket_sent(state.id) - op_websocket_flushed(state.id);
  op_websocket_release(state.id);
  state.id = -1;
}
