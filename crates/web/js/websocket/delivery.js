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
      fireEvent(socket, new MessageEvent("message", { data: payload, origin: state.origin }));
      return true;
    case BINARY: {
      const data = state.blobs ? createBlob(payload, "") : typedArrayBuffer(payload);
      fireEvent(socket, new MessageEvent("message", { data, origin: state.origin }));
      return true;
    }
    case CLOSE:
      state.closedIncoming = true;
      if (!state.closedOutgoing && !state.halfOpen) {
        state.closedOutgoing = true;
        op_websocket_close(state.id, payload, reason);
      }
      release(state);
      fireEvent(socket, new CloseEvent("close", { code: payload, reason, wasClean: true }));
      return false;
    case LOST:
      end(state);
      fireEvent(
        socket,
        new CloseEvent("close", { code: ABNORMAL, reason: "WebSocket disconnected without sending Close frame." }),
      );
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
  const message = error instanceof Error ? `${error.message}` : "";
  fireEvent(socket, new ErrorEvent("error", { message, error }));
  fireEvent(socket, new CloseEvent("close", { code: ABNORMAL, reason }));
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
