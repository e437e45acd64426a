// What is measured, and who hears of it. This file only lists.

export { PerformanceEntry, PerformanceMark, PerformanceMeasure } from "./entries.js";
export { EventCounts, createEventCounts } from "./event-counts.js";
export { PerformanceObserver, notifyObservers } from "./observer.js";
export { PerformanceObserverEntryList } from "./observer-entry-list.js";
export { PerformanceResourceTiming } from "./resource-timing.js";
