// performance (https://w3c.github.io/hr-time/#dom-performance). As hosted has it, the time origin is the Unix
// epoch and now() is Date.now(): a Worker has no one moment at which it began.

import * as measuring from "deferred:web/performance/entry-index.js";
import { EventTarget } from "../events/index.js";
import { converters, defineInterface, dictionary, illegalConstructor, internal, requireArguments } from "../webidl.js";
import { now } from "./frozen-clock.js";
import { timeline } from "./timeline.js";

const { DOMString } = converters;

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
  #timeline = timeline;
  /** @type {import("./event-counts.js").EventCounts | undefined} */ #eventCounts = undefined;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
    super();
  }

  get timeOrigin() {
    this.#timeline;
    return 0;
  }

  /** @returns {number} milliseconds since the time origin */
  now() {
    this.#timeline;
    return now();
  }

  /** @param {PerformanceEntry} entry */
  #add(entry) {
    this.#timeline.add(entry);
    measuring.notifyObservers(entry);
  }

  /** There are no user interactions to count. */
  get eventCounts() {
    return (this.#eventCounts ??= measuring.createEventCounts());
  }

  /**
   * @param {string} name
   * @param {{ detail?: any, startTime?: number }} [options]
   */
  mark(name, options = undefined) {
    requireArguments(arguments.length, 1, "Failed to execute 'mark' on 'Performance'");
    const mark = new measuring.PerformanceMark(name, options);
    this.#add(mark);
    return mark;
  }

  /**
   * @param {string | number} mark a mark's name, or a time
   * @param {number} missing what hosted takes for the time of a mark that does not exist, where others throw
   * @returns {number}
   */
  #timeOf(mark, missing) {
    if (typeof mark === "number") {
      if (mark < 0) throw new TypeError(`'${mark}' cannot be a negative time stamp.`);
      return mark;
    }
    return this.#timeline.startOfMark(mark) ?? missing;
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
    const isOptions = typeof startOrOptions === "object";
    const options = isOptions
      ? convertMeasureOptions(startOrOptions, prefix, "parameter 2")
      : { start: startOrOptions === undefined ? undefined : DOMString(startOrOptions, prefix, "parameter 2") };
    if (endMark !== undefined) {
      const { detail, duration, end, start } = options;
      if (isOptions && (detail ?? duration ?? end ?? start) !== undefined)
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
    const measure = new measuring.PerformanceMeasure(internal, name, startTime, endTime - startTime, detail);
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
    this.#timeline.clear(type, name);
  }

  /** There are no resource timings: fetches are not recorded. */
  clearResourceTimings() {
    this.#timeline;
  }

  /** See `clearResourceTimings()`. */
  setResourceTimingBufferSize() {
    this.#timeline;
  }

  /** @returns {PerformanceEntry[]} */
  getEntries() {
    return this.#timeline.entries();
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
    return this.#timeline.entries(type, name);
  }

  /**
   * @param {string} type
   * @returns {PerformanceEntry[]}
   */
  getEntriesByType(type) {
    const prefix = "Failed to execute 'getEntriesByType' on 'Performance'";
    requireArguments(arguments.length, 1, prefix);
    type = DOMString(type, prefix, "parameter 1");
    return this.#timeline.entries(type);
  }

  toJSON() {
    this.#timeline;
    return { timeOrigin: 0 };
  }
}

defineInterface(Performance, { tag: "Performance" });

/** `globalThis.performance` */
export const performance = new Performance(internal);
