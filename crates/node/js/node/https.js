// node:https (https://nodejs.org/api/https.html)

import { HttpsAgent as Agent, httpsGlobalAgent as globalAgent } from "../internal/http/agent.js";
import { ClientRequest } from "../internal/http/client.js";
import { Server } from "../internal/http/server.js";

export { Agent, Server, globalAgent };

/** @param {any[]} args */
export const request = (...args) => new ClientRequest(args, globalAgent);

/** @param {any[]} args */
export function get(...args) {
  const made = request(...args);
  made.end();
  return made;
}

/** @param {any[]} args */
export const createServer = (...args) => new Server(...args);

export default { Agent, Server, createServer, get, globalAgent, request };
