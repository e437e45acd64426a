// Time. This file only lists.

export { PerformanceEntry, PerformanceMark, PerformanceMeasure } from "./entries.js";
export { EventCounts } from "./event-counts.js";
export { installFrozenClock, now } from "./frozen-clock.js";
export { installFrozenTemporal } from "./frozen-temporal.js";
export { PerformanceObserver } from "./observer.js";
export { PerformanceObserverEntryList } from "./observer-entry-list.js";
export { Performance, performance } from "./performance.js";
export { PerformanceResourceTiming } from "./resource-timing.js";
