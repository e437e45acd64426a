// What events need of the platform around them, bound late: these modules live in a startup snapshot that has
// neither timers nor a console.

/** @type {(error: any) => void} */
let report = (error) => {
  Promise.reject(error);
};

/** @type {() => number} */
let clock = () => 0;

/** @type {{ setTimeout(callback: () => void, milliseconds: number): any, clearTimeout(id: any): void } | undefined} */
let timers;

/**
 * Says what becomes of an exception that a listener threw ("report the exception").
 * @param {(error: any) => void} fn until it is set, the exception becomes an unhandled rejection
 */
export function setReportException(fn) {
  report = fn;
}

/**
 * Says where `event.timeStamp` comes from.
 * @param {() => number} now milliseconds since the time origin; until it is set, 0
 */
export function setEventClock(now) {
  clock = now;
}

/**
 * Gives `AbortSignal.timeout()` its timers.
 * @param {{ setTimeout(callback: () => void, milliseconds: number): any, clearTimeout(id: any): void }} hooks
 */
export function setTimerHooks(hooks) {
  timers = hooks;
}

/** @param {any} error */
export function reportException(error) {
  report(error);
}

export function now() {
  return clock();
}

/**
 * @param {() => void} callback
 * @param {number} milliseconds
 */
export function startTimer(callback, milliseconds) {
  if (timers === undefined) throw new TypeError("Timers are not available yet.");
  return timers.setTimeout(callback, milliseconds);
}
