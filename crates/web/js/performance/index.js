// Time. This file only lists.

export { PerformanceEntry, PerformanceMark, PerformanceMeasure } from "./entries.js";
export { installFrozenClock, now } from "./frozen-clock.js";
export { Performance, performance } from "./performance.js";
