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

[
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
].forEach((name) => {
  const holder = {
    get [name]() {
      throw new TypeError("Illegal invocation");
    },
  };
  const { get } = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(holder, name));
  defineProperty(PerformanceResourceTiming.prototype, name, { get, set: undefined, configurable: true });
});

defineInterface(PerformanceResourceTiming, { tag: "PerformanceResourceTiming" });
