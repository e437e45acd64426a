// cloudflare:sockets (https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/).

import { requireArguments } from "selvedge:web/webidl.js";
import { parseAddress } from "./address.js";
import { socketOptions } from "./options.js";
import { openSocket } from "./socket.js";

/**
 * Opens a TCP connection. The Socket is there at once; `opened` tells what becomes of it.
 * @param {any} address "HOST:PORT", or `{ hostname, port }`
 * @param {any} [options]
 * @returns {import("./socket.js").Socket}
 */
export function connect(address, options = undefined) {
  requireArguments(arguments.length, 1, "Failed to execute 'connect'");
  const parsed = parseAddress(address);
  return openSocket(parsed, socketOptions(options));
}
