// AnalyticsEngine: a dataset that data points are written to
// (https://developers.cloudflare.com/analytics/analytics-engine/get-started/).

import { op_analytics_write } from "selvedge:ops";
import { converters, defineInterface, illegalConstructor, internal, typeMismatch } from "selvedge:web/webidl.js";
import { arrayBufferKind } from "selvedge:web/webidl/buffers.js";

const { isArray } = Array;
const { isView } = ArrayBuffer;

const PREFIX = "Failed to execute 'writeDataPoint' on 'AnalyticsEngine'";

/** One more than there may be of anything: enough to be refused, however long the guest's array is. */
const MOST = 21;

/**
 * An array of a data point, converted item by item.
 * @template T
 * @param {any} value
 * @param {string} field
 * @param {(item: any, prefix: string, context: string) => T} convert
 * @returns {T[]}
 */
function listOf(value, field, convert) {
  /** @type {T[]} */
  const list = [];
  if (value === undefined) return list;
  if (!isArray(value)) {
    throw new TypeError(
      `Incorrect type for the '${field}' field on 'AnalyticsEngineEvent': the provided value is not of type 'Array'.`,
    );
  }
  const { length } = value;
  for (let index = 0; index < length && index < MOST; index++) {
    list[index] = convert(value[index], PREFIX, `${field}[${index}]`);
  }
  return list;
}

/**
 * An index or a blob: text, bytes, or nothing.
 * @param {any} value
 * @param {string} prefix
 * @param {string} context
 * @returns {string | ArrayBuffer | ArrayBufferView | null}
 */
function field(value, prefix, context) {
  if (value === null || value === undefined) return null;
  if (isView(value) || arrayBufferKind(value) !== null) return value;
  return converters.USVString(value, prefix, context);
}

/** What `env` has for a dataset. */
export class AnalyticsEngine {
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
   * Takes a data point, and returns at once: it is written later, without a promise.
   * @param {any} [event]
   */
  writeDataPoint(event = undefined) {
    const binding = this.#binding;
    if (event !== undefined && (event === null || (typeof event !== "object" && typeof event !== "function"))) {
      throw typeMismatch("AnalyticsEngineEvent", PREFIX, "parameter 1");
    }
    const indexes = listOf(event?.indexes, "indexes", field);
    const doubles = listOf(event?.doubles, "doubles", converters.unrestrictedDouble);
    const blobs = listOf(event?.blobs, "blobs", field);
    op_analytics_write(binding, indexes, blobs, doubles);
  }
}

defineInterface(AnalyticsEngine, { tag: "AnalyticsEngine" });
