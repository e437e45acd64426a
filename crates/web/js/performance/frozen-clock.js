// The clock that guest code sees: it stands still while code runs and moves on between turns, so that code
// cannot measure itself (https://developers.cloudflare.com/workers/runtime-apis/performance/).

import { op_now } from "selvedge:ops";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply, construct } = Reflect;

/** Milliseconds since the Unix epoch. */
export function now() {
  return op_now();
}

/**
 * Replaces what tells the time in the language itself: `Date`, and date formats called without a date. `Temporal` has a
 * way of its own (`frozen-temporal.js`).
 * @param {typeof globalThis} global
 */
export function installFrozenClock(global) {
  installDate(global);
  installIntl(global);
}

/**
 * @param {object} object
 * @param {PropertyKey} key
 * @param {Function} value
 */
function replace(object, key, value) {
  defineProperty(object, key, { value, writable: true, enumerable: false, configurable: true });
}

/** @param {typeof globalThis} global */
function installDate(global) {
  const NativeDate = global.Date;
  const { toString } = NativeDate.prototype;
  const FrozenDate = new Proxy(NativeDate, {
    apply: () => apply(toString, new NativeDate(op_now()), []),
    construct: (target, args, newTarget) => construct(target, args.length === 0 ? [op_now()] : args, newTarget),
  });
  replace(NativeDate, "now", { now: () => op_now() }.now);
  replace(NativeDate.prototype, "constructor", FrozenDate);
  replace(global, "Date", FrozenDate);
}

/** @param {typeof globalThis} global */
function installIntl(global) {
  const { prototype } = global.Intl.DateTimeFormat;
  const { formatToParts } = prototype;
  const getFormat = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(prototype, "format")).get;
  replace(
    prototype,
    "formatToParts",
    {
      /** @param {any} [date] @this {Intl.DateTimeFormat} */
      formatToParts(date = undefined) {
        return apply(formatToParts, this, [date === undefined ? op_now() : date]);
      },
    }.formatToParts,
  );
  defineProperty(prototype, "format", {
    /** @this {Intl.DateTimeFormat} */
    get() {
      const format = apply(/** @type {() => any} */ (getFormat), this, []);
      return (/** @type {any} */ date) => format(date === undefined ? op_now() : date);
    },
    configurable: true,
  });
}
