// PerformanceObserverEntryList (https://w3c.github.io/performance-timeline/#performanceobserverentrylist-interface).

import { converters, defineInterface, illegalConstructor, internal, requireArguments } from "../webidl.js";
import { filterEntries, insertByStart } from "./timeline.js";

const { DOMString } = converters;

/** @typedef {import("./entries.js").PerformanceEntry} PerformanceEntry */

/** What an observer is given. */
export class PerformanceObserverEntryList {
  /** @type {PerformanceEntry[]} */ #entries = [];

  /**
   * @param {symbol} [key]
   * @param {readonly PerformanceEntry[]} [entries]
   */
  constructor(key = undefined, entries = []) {
    if (key !== internal) throw illegalConstructor();
    for (let index = 0; index < entries.length; index++) insertByStart(this.#entries, entries[index]);
  }

  getEntries() {
    return filterEntries(this.#entries);
  }

  /** @param {string} type */
  getEntriesByType(type) {
    const prefix = "Failed to execute 'getEntriesByType' on 'PerformanceObserverEntryList'";
    requireArguments(arguments.length, 1, prefix);
    return filterEntries(this.#entries, DOMString(type, prefix, "parameter 1"));
  }

  /**
   * @param {string} name
   * @param {string} [type]
   */
  getEntriesByName(name, type = undefined) {
    const prefix = "Failed to execute 'getEntriesByName' on 'PerformanceObserverEntryList'";
    requireArguments(arguments.length, 1, prefix);
    name = DOMString(name, prefix, "parameter 1");
    if (type !== undefined) type = DOMString(type, prefix, "parameter 2");
    return filterEntries(this.#entries, type, name);
  }
}

defineInterface(PerformanceObserverEntryList, { tag: "PerformanceObserverEntryList" });
