// RateLimit (https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/).

import { op_rate_limit } from "selvedge:ops";
import { rejectedWith, resolvedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";

const { keys } = Object;
const ErrorConstructor = Error;

const OPTIONS = ["key", "limit", "period"];

/**
 * @param {boolean} holds
 * @param {string} message
 */
function validate(holds, message) {
  if (!holds) throw new ErrorConstructor(message);
}

/** What a `ratelimits` binding is. */
export class RateLimit {
  #binding;

  /**
   * @param {symbol} key
   * @param {string} binding the binding's name
   */
  constructor(key, binding) {
    if (key !== internal) throw illegalConstructor();
    this.#binding = binding;
  }

  /**
   * Counts a key, and says whether it is within the limit.
   * @param {any} options
   * @returns {Promise<{success: boolean}>}
   */
  limit(options) {
    try {
      const binding = this.#binding;
      validate(typeof options === "object" && options !== null, "invalid rate limit options");
      const unknown = [];
      for (const name of keys(options)) {
        if (!OPTIONS.includes(name)) unknown[unknown.length] = name;
      }
      validate(unknown.length === 0, `bad rate limit options: [${unknown}]`);
      const { key = "", limit = null, period = null } = options;
      validate(typeof key === "string", `invalid key: ${key}`);
      validate(limit === null || typeof limit === "number", `limit must be a number: ${limit}`);
      validate(period === null || typeof period === "number", `period must be a number: ${period}`);
      validate(period === null || period === 10 || period === 60, `unsupported period: ${period}`);
      return resolvedWith({ success: op_rate_limit(binding, key, limit, period) });
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(RateLimit, { tag: "RateLimit" });
