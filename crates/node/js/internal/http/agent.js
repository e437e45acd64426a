// http.Agent (https://nodejs.org/api/http.html#class-httpagent): there for its settings. Connections are pooled by the
// server behind fetch(), for all Workers, whatever an agent says.

import { EventEmitter } from "node:events";

export class Agent extends EventEmitter {
  defaultPort = 80;
  protocol = "http:";
  requests = {};
  sockets = {};
  freeSockets = {};

  /** @param {any} [options] */
  constructor(options = {}) {
    super();
    this.options = { __proto__: null, path: null, noDelay: true, ...options };
    this.keepAlive = options?.keepAlive ?? false;
    this.keepAliveMsecs = options?.keepAliveMsecs ?? 1000;
    this.maxSockets = options?.maxSockets ?? Infinity;
    this.maxFreeSockets = options?.maxFreeSockets ?? 256;
    this.maxTotalSockets = options?.maxTotalSockets ?? Infinity;
    this.scheduling = options?.scheduling ?? "lifo";
    this.totalSocketCount = 0;
  }

  /** @param {any} [options] */
  getName(options = {}) {
    const { family, host = "localhost", localAddress = "", port = "" } = options;
    return `${host}:${port}:${localAddress}${family === 4 || family === 6 ? `:${family}` : ""}`;
  }

  destroy() {}
}

export const globalAgent = new Agent({ keepAlive: true, scheduling: "lifo", timeout: 5000 });

/** https://nodejs.org/api/https.html#class-httpsagent */
export class HttpsAgent extends Agent {
  defaultPort = 443;
  protocol = "https:";
  maxCachedSessions = 100;
}

export const httpsGlobalAgent = new HttpsAgent({ keepAlive: true, scheduling: "lifo", timeout: 5000 });
