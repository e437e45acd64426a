// node:perf_hooks (https://nodejs.org/api/perf_hooks.html): the web's performance, as far as hosted has it.

import { PerformanceEntry, PerformanceMark, PerformanceMeasure } from "selvedge:web/performance/entry-index.js";
import { Performance, performance } from "selvedge:web/performance/index.js";
import { notImplemented } from "../internal/errors.js";

export { Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, performance };

/** Nothing is observed: there is no time within a turn. */
export class PerformanceObserver {
  static supportedEntryTypes = ["mark", "measure"];

  /** @param {Function} callback */
  constructor(callback) {}

  observe() {}

  disconnect() {}

  takeRecords() {
    return [];
  }
}

export class PerformanceObserverEntryList {
  getEntries() {
    return [];
  }

  getEntriesByName() {
    return [];
  }

  getEntriesByType() {
    return [];
  }
}

export class PerformanceResourceTiming extends PerformanceEntry {}

export const constants = {
  NODE_PERFORMANCE_GC_MAJOR: 4,
  NODE_PERFORMANCE_GC_MINOR: 1,
  NODE_PERFORMANCE_GC_INCREMENTAL: 8,
  NODE_PERFORMANCE_GC_WEAKCB: 16,
  NODE_PERFORMANCE_GC_FLAGS_NO: 0,
  NODE_PERFORMANCE_GC_FLAGS_CONSTRUCT_RETAINED: 2,
  NODE_PERFORMANCE_GC_FLAGS_FORCED: 4,
  NODE_PERFORMANCE_GC_FLAGS_SYNCHRONOUS_PHANTOM_PROCESSING: 8,
  NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE: 16,
  NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY: 32,
  NODE_PERFORMANCE_GC_FLAGS_SCHEDULE_IDLE: 64,
};

export function createHistogram() {
  throw notImplemented("perf_hooks.createHistogram");
}

export function monitorEventLoopDelay() {
  throw notImplemented("perf_hooks.monitorEventLoopDelay");
}

export const eventLoopUtilization = () => ({ idle: 0, active: 0, utilization: 0 });

/** @param {Function} fn */
export const timerify = (fn) => fn;

export default {
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PerformanceObserver,
  PerformanceObserverEntryList,
  PerformanceResourceTiming,
  constants,
  createHistogram,
  eventLoopUtilization,
  monitorEventLoopDelay,
  performance,
  timerify,
};
