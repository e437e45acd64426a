// What hosted's WebSocket has beside the standard's (https://developers.cloudflare.com/workers/runtime-apis/websockets/#methods).

import { converters, dictionary } from "selvedge:web/webidl.js";
import {
  WebSocket,
  acceptWebSocket,
  deserializeAttachment,
  isWebSocket,
  serializeAttachment,
} from "selvedge:web/websocket/index.js";

const { defineProperty } = Object;

const convertAcceptOptions = dictionary("WebSocketAcceptOptions", [
  { key: "allowHalfOpen", converter: converters.boolean, defaultValue: false },
]);

/**
 * @param {any} receiver
 * @returns {WebSocket}
 */
function socketOf(receiver) {
  if (!isWebSocket(receiver)) throw new TypeError("Illegal invocation");
  return receiver;
}

const methods = {
  /**
   * Messages arrive as events from now on.
   * @this {any}
   * @param {any} [options] `allowHalfOpen`: the peer's close message is not answered by itself
   */
  accept(options = undefined) {
    const socket = socketOf(this);
    const prefix = "Failed to execute 'accept' on 'WebSocket'";
    acceptWebSocket(socket, convertAcceptOptions(options, prefix, "parameter 1").allowHalfOpen);
  },

  /**
   * Keeps a copy of a value with the WebSocket.
   * @this {any}
   * @param {any} attachment
   */
  serializeAttachment(attachment) {
    const socket = socketOf(this);
    serializeAttachment(socket, attachment);
  },

  /**
   * @this {any}
   * @returns {any} the value that is kept; null if there is none
   */
  deserializeAttachment() {
    return deserializeAttachment(socketOf(this));
  },
};

/** The other names of CONNECTING and its like, which hosted keeps. */
const constants = {
  READY_STATE_CONNECTING: 0,
  READY_STATE_OPEN: 1,
  READY_STATE_CLOSING: 2,
  READY_STATE_CLOSED: 3,
};

/** Adds the methods to the class. */
export function installSocketMethods() {
  for (const [name, value] of Object.entries(methods)) {
    defineProperty(WebSocket.prototype, name, { value, writable: true, enumerable: true, configurable: true });
  }
  for (const [name, value] of Object.entries(constants)) {
    defineProperty(WebSocket, name, { value, enumerable: true });
    defineProperty(WebSocket.prototype, name, { value, enumerable: true });
  }
}
