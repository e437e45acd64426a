// Performance entries (https://w3c.github.io/performance-timeline/, https://w3c.github.io/user-timing/).

import { customInspect } from "../console/inspectable.js";
import { converters, defineInterface, dictionary, illegalConstructor, internal, requireArguments } from "../webidl.js";
import * as cloning from "deferred:web/structured-clone/structured-clone.js";
import { now } from "./frozen-clock.js";

const { DOMString } = converters;

const convertMarkOptions = dictionary("PerformanceMarkOptions", [
  { key: "detail", converter: converters.any },
  { key: "startTime", converter: converters.double },
]);

/** Something that happened at a time, or took some time. */
export class PerformanceEntry {
  #name;
  #entryType;
  #startTime;
  #duration;

  /**
   * @param {symbol} key
   * @param {string} name
   * @param {string} entryType
   * @param {number} startTime milliseconds
   * @param {number} duration milliseconds
   */
  constructor(key, name, entryType, startTime, duration) {
    if (key !== internal) throw illegalConstructor();
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }

  get name() {
    return this.#name;
  }

  get entryType() {
    return this.#entryType;
  }

  get startTime() {
    return this.#startTime;
  }

  get duration() {
    return this.#duration;
  }

  toJSON() {
    return { name: this.#name, entryType: this.#entryType, startTime: this.#startTime, duration: this.#duration };
  }

  /**
   * @param {number | null} depth
   * @param {any} options
   * @param {(value: unknown, options?: any) => string} inspect
   */
  [customInspect](depth, options, inspect) {
    return `${this.constructor.name} ${inspect(this.toJSON(), { ...options, depth })}`;
  }
}

/** A moment that script marked. */
export class PerformanceMark extends PerformanceEntry {
  #detail;

  /**
   * @param {string} name
   * @param {{ detail?: any, startTime?: number }} [options]
   */
  constructor(name, options = undefined) {
    const prefix = "Failed to construct 'PerformanceMark'";
    requireArguments(arguments.length, 1, prefix);
    name = DOMString(name, prefix, "parameter 1");
    const { detail, startTime } = convertMarkOptions(options, prefix, "parameter 2");
    if (startTime < 0) throw new TypeError(`${prefix}: '${startTime}' cannot be a negative time stamp.`);
    super(internal, name, "mark", startTime ?? now(), 0);
    this.#detail = detail === undefined || detail === null ? null : cloning.cloneValue(detail);
  }

  get detail() {
    return this.#detail;
  }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}

/** The time between two marks. */
export class PerformanceMeasure extends PerformanceEntry {
  #detail;

  /**
   * @param {symbol} key
   * @param {string} name
   * @param {number} startTime
   * @param {number} duration
   * @param {any} detail
   */
  constructor(key, name, startTime, duration, detail) {
    super(key, name, "measure", startTime, duration);
    this.#detail = detail === undefined || detail === null ? null : cloning.cloneValue(detail);
  }

  get detail() {
    return this.#detail;
  }

  toJSON() {
    return { ...super.toJSON(), detail: this.#detail };
  }
}

defineInterface(PerformanceEntry, { tag: "PerformanceEntry" });
defineInterface(PerformanceMark, { tag: "PerformanceMark", length: 1 });
defineInterface(PerformanceMeasure, { tag: "PerformanceMeasure" });
