// WebSocketPair (https://developers.cloudflare.com/workers/runtime-apis/websockets/#constructor).

import { op_websocket_pair } from "selvedge:ops";
import { createWebSocket } from "selvedge:web/websocket/index.js";
import { defineInterface } from "selvedge:web/webidl.js";

const { defineProperty } = Object;

/** Two WebSockets, each the other's peer: one to accept, one to return in a response. */
export class WebSocketPair {
  /** @type {import("selvedge:web/websocket/index.js").WebSocket} */ 0;
  /** @type {import("selvedge:web/websocket/index.js").WebSocket} */ 1;

  constructor() {
    const { 0: first, 1: second } = op_websocket_pair();
    defineProperty(this, 0, { value: createWebSocket(first), enumerable: true, configurable: true, writable: false });
    defineProperty(this, 1, { value: createWebSocket(second), enumerable: true, configurable: true, writable: false });
  }

  *[Symbol.iterator]() {
    yield this[0];
    yield this[1];
  }
}

defineInterface(WebSocketPair, { tag: "WebSocketPair" });
