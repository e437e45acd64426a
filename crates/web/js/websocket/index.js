// WebSockets (https://websockets.spec.whatwg.org/). This file only lists: first what script sees, then what the rest of
// the platform uses.

export { WebSocket } from "./websocket.js";

export {
  acceptWebSocket,
  createWebSocket,
  deserializeAttachment,
  handOnWebSocket,
  isWebSocket,
  serializeAttachment,
} from "./websocket.js";
