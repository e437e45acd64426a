// performance (https://w3c.github.io/hr-time/#dom-performance). As hosted has it, the time origin is the Unix
// epoch and now() is Date.now(): a Worker has no one moment at which it began.

import { EventTarget } from "../events/index.js";
import { converters, defineInterface, dictionary, illegalConstructor, internal, requireArguments } from "../webidl.js";
import { PerformanceMark, PerformanceMeasure } from "./entries.js";
import { now } from "./frozen-clock.js";

const { DOMString } = converters;

/** How many entries are kept: a Worker that marks every request must not grow for ever. */
const MOST_ENTRIES = 1000;

/** @type {import("../webidl/converters.js").Converter<string | number>} */
const markOrTime = (value, prefix, context) =>
  typeof value === "number" ? converters.double(value, prefix, context) : DOMString(value, prefix, context);

const convertMeasureOptions = dictionary("PerformanceMeasureOptions", [
  { key: "detail", converter: converters.any },
  { key: "start", converter: markOrTime },
  { key: "duration", converter: converters.double },
  { key: "end", converter: markOrTime },
]);

/** @typedef {import("./entries.js").PerformanceEntry} PerformanceEntry */

/** The clock, and the marks and measures that script made. */
export class Performance extends EventTarget {
  /** @type {PerformanceEntry[]} in the order of their start */ #entries = [];

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
    super();
  }

  get timeOrigin() {
    this.#entries;
    return 0;
  }

  /** @returns {number} milliseconds since the time origin */
  now() {
    this.#entries;
    return now();
  }

  /** @param {PerformanceEntry} entry */
  #add(entry) {
    const entries = this.#entries;
    if (entries.length >= MOST_ENTRIES) entries.shift();
    let at = entries.length;
    while (at > 0 && entries[at - 1].startTime > entry.startTime) at--;
    entries.splice(at, 0, entry);
  }

  /**
   * @param {string} name
   * @param {{ detail?: any, startTime?: number }} [options]
   */
  mark(name, options = undefined) {
    requireArguments(arguments.length, 1, "Failed to execute 'mark' on 'Performance'");
    const mark = new PerformanceMark(name, options);
    this.#add(mark);
    return mark;
  }

  /**
   * @param {string | number} mark a mark's name, or a time
   * @param {number} missing what hosted takes for the time of a mark that does not exist, where others throw
   * @returns {number}
   */
  #timeOf(mark, missing) {
    if (typeof mark === "number") return mark;
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index];
      if (entry.entryType === "mark" && entry.name === mark) return entry.startTime;
    }
    return missing;
  }

  /**
   * @param {string} name
   * @param {any} [startOrOptions]
   * @param {string} [endMark]
   */
  measure(name, startOrOptions = undefined, endMark = undefined) {
    const prefix = "Failed to execute 'measure' on 'Performance'";
    requireArguments(arguments.length, 1, prefix);
    name = DOMString(name, prefix, "parameter 1");
    const isOptions = typeof startOrOptions === "object" && startOrOptions !== null;
    const options = isOptions
      ? convertMeasureOptions(startOrOptions, prefix, "parameter 2")
      : { start: startOrOptions === undefined ? undefined : DOMString(startOrOptions, prefix, "parameter 2") };
    if (endMark !== undefined) {
      if (isOptions)
        throw new TypeError(`${prefix}: If a PerformanceMeasureOptions object was passed, endMark must not be passed.`);
      options.end = DOMString(endMark, prefix, "parameter 3");
    }
    const { start, duration, end, detail } = options;
    if (start !== undefined && end !== undefined && duration !== undefined) {
      throw new TypeError(`${prefix}: start, duration and end must not all be given.`);
    }
    const given = start === undefined ? undefined : this.#timeOf(start, 0);
    const endTime =
      end !== undefined
        ? this.#timeOf(end, now())
        : given !== undefined && duration !== undefined
          ? given + duration
          : now();
    const startTime = given ?? (duration !== undefined ? endTime - duration : 0);
    const measure = new PerformanceMeasure(internal, name, startTime, endTime - startTime, detail);
    this.#add(measure);
    return measure;
  }

  /** @param {string} [name] */
  clearMarks(name = undefined) {
    this.#clear("mark", name);
  }

  /** @param {string} [name] */
  clearMeasures(name = undefined) {
    this.#clear("measure", name);
  }

  /**
   * @param {string} type
   * @param {string | undefined} name
   */
  #clear(type, name) {
    if (name !== undefined) name = DOMString(name, "Failed to clear entries of 'Performance'", "parameter 1");
    this.#entries = this.#entries.filter(
      (entry) => entry.entryType !== type || (name !== undefined && entry.name !== name),
    );
  }

  /** There are no resource timings: fetches are not recorded. */
  clearResourceTimings() {
    this.#entries;
  }

  /** See `clearResourceTimings()`. */
  setResourceTimingBufferSize() {
    this.#entries;
  }

  /** @returns {PerformanceEntry[]} */
  getEntries() {
    return this.#entries.slice();
  }

  /**
   * @param {string} name
   * @param {string} [type]
   * @returns {PerformanceEntry[]}
   */
  getEntriesByName(name, type = undefined) {
    const prefix = "Failed to execute 'getEntriesByName' on 'Performance'";
    requireArguments(arguments.length, 1, prefix);
    name = DOMString(name, prefix, "parameter 1");
    if (type !== undefined) type = DOMString(type, prefix, "parameter 2");
    return this.#entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type));
  }

  /**
   * @param {string} type
   * @returns {PerformanceEntry[]}
   */
  getEntriesByType(type) {
    const prefix = "Failed to execute 'getEntriesByType' on 'Performance'";
    requireArguments(arguments.length, 1, prefix);
    type = DOMString(type, prefix, "parameter 1");
    return this.#entries.filter((entry) => entry.entryType === type);
  }

  toJSON() {
    this.#entries;
    return { timeOrigin: 0 };
  }
}

defineInterface(Performance, { tag: "Performance" });

/** `globalThis.performance` */
export const performance = new Performance(internal);
