// PerformanceResourceTiming (https://w3c.github.io/resource-timing/). As on hosted the class is there for libraries that
// ask for it, and no fetch makes an entry: how long a subrequest took is not told.

import { defineInterface, illegalConstructor } from "../webidl.js";
import { PerformanceEntry } from "./entries.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;

/** How a resource was fetched. */
export class PerformanceResourceTiming extends PerformanceEntry {
  /** @param {symbol} [key] */
  constructor(key = undefined) {
    super(/** @type {symbol} */ (key), "", "resource", 0, 0);
    throw illegalConstructor();
  }
}

const attributes = [
  "initiatorType",
  "nextHopProtocol",
  "workerStart",
  "redirectStart",
  "redirectEnd",
  "fetchStart",
  "domainLookupStart",
  "domainLookupEnd",
  "connectStart",
  "connectEnd",
  "secureConnectionStart",
  "requestStart",
  "responseStart",
  "responseEnd",
  "transferSize",
  "encodedBodySize",
  "decodedBodySize",
  "responseStatus",
];
for (let index = 0; index < attributes.length; index++) defineAttribute(attributes[index]);

/** @param {string} name */
function defineAttribute(name) {
  const holder = {
    get [name]() {
      throw new TypeError("Illegal invocation");
    },
  };
  const { get } = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(holder, name));
  /** @type {any} */
  const descriptor = { __proto__: null, get, set: undefined, configurable: true };
  defineProperty(PerformanceResourceTiming.prototype, name, descriptor);
}

defineInterface(PerformanceResourceTiming, { tag: "PerformanceResourceTiming" });
