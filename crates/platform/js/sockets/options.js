// SocketOptions (https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/#socketoptions).

import { converters } from "selvedge:web/webidl.js";

/**
 * @typedef {object} SocketOptions
 * @property {"off" | "on" | "starttls"} secureTransport
 * @property {boolean} allowHalfOpen the writable side stays open when the readable side has come to its end
 * @property {number | undefined} highWaterMark of the writable side, in bytes; undefined: one chunk
 */

/**
 * @param {any} options
 * @returns {SocketOptions}
 */
export function socketOptions(options) {
  if (options === undefined || options === null) {
    return { secureTransport: "off", allowHalfOpen: false, highWaterMark: undefined };
  }
  if (typeof options !== "object" && typeof options !== "function") {
    throw new TypeError("Failed to execute 'connect': parameter 2 is not an object.");
  }
  const { allowHalfOpen, highWaterMark, secureTransport } = options;
  const transport = secureTransport === undefined ? "off" : converters.DOMString(secureTransport);
  if (transport !== "off" && transport !== "on" && transport !== "starttls") {
    throw new TypeError(`Unsupported value in secureTransport socket option: ${transport}`);
  }
  return {
    secureTransport: transport,
    allowHalfOpen: !!allowHalfOpen,
    highWaterMark:
      highWaterMark === undefined
        ? undefined
        : converters.unsignedLongLong(highWaterMark, "Failed to execute 'connect'", "member 'highWaterMark'", {
            enforceRange: true,
          }),
  };
}
