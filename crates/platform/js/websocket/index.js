// Cloudflare's part of WebSockets (https://developers.cloudflare.com/workers/runtime-apis/websockets/): pairs, accept(),
// attachments.

import { installSocketMethods } from "./methods.js";
import { WebSocketPair } from "./pair.js";

const { defineProperty } = Object;

/**
 * @param {any} global
 */
export function installWebSockets(global) {
  installSocketMethods();
  defineProperty(global, "WebSocketPair", {
    value: WebSocketPair,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
