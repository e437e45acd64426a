// Server-sent events. This file only lists.

export { EventSource } from "./event-source.js";
