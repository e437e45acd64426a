//# functionsCalledOnLoad: installFrozenTemporal
// `Temporal` with the clock that stands still while code runs.
//
// V8 puts `Temporal` into each new context by itself, after the snapshot, and makes what is in it when it is first
// read, which is no little work. So it is taken away unread, and a getter is in its place that puts the same together
// from what an instant leads to: all but `Temporal.Now`, which is ours. V8's own, whose clock counts nanoseconds, is
// then within nobody's reach.

import { op_now } from "selvedge:ops";

const { create, defineProperty, keys } = Object;
const { apply, defineProperty: tryToDefine } = Reflect;
const { toStringTag } = Symbol;
const ObjectPrototype = Object.prototype;
const NativeDate = Date;
const { DateTimeFormat } = Intl;
const { resolvedOptions } = DateTimeFormat.prototype;

/**
 * A descriptor. It inherits from nothing, as a guest may have put a `get` there.
 * @param {unknown} value
 * @returns {PropertyDescriptor}
 */
const property = (value) =>
  /** @type {any} */ ({ __proto__: null, value, writable: true, enumerable: false, configurable: true });

/**
 * An object that holds functions and says what it is. A guest may have patched iteration by then.
 * @param {string} tag
 * @param {Record<string, unknown>} members
 */
function namespace(tag, members) {
  const object = create(ObjectPrototype);
  const names = keys(members);
  for (let i = 0; i < names.length; i++) defineProperty(object, names[i], property(members[names[i]]));
  defineProperty(object, toStringTag, /** @type {any} */ ({ __proto__: null, value: tag, configurable: true }));
  return object;
}

/**
 * Replaces the `Temporal` of a context in which no guest has run.
 * @param {any} global
 */
export function installFrozenTemporal(global) {
  if (!("Temporal" in global)) return;
  delete global.Temporal;
  /** @type {unknown} */
  let made;
  defineProperty(global, "Temporal", {
    get() {
      made ??= makeTemporal();
      // Where the global object was frozen meanwhile, it stays a getter.
      tryToDefine(global, "Temporal", property(made));
      return made;
    },
    set(value) {
      defineProperty(global, "Temporal", property(value));
    },
    enumerable: false,
    configurable: true,
  });
}

function makeTemporal() {
  const epoch = apply(/** @type {any} */ (NativeDate.prototype).toTemporalInstant, new NativeDate(0), []);
  const zoned = epoch.toZonedDateTimeISO("UTC");
  const date = zoned.toPlainDate();
  return namespace("Temporal", {
    Now: makeNow(epoch.constructor, zoned.constructor),
    PlainDate: date.constructor,
    PlainTime: zoned.toPlainTime().constructor,
    PlainDateTime: zoned.toPlainDateTime().constructor,
    ZonedDateTime: zoned.constructor,
    Duration: epoch.until(epoch).constructor,
    Instant: epoch.constructor,
    PlainYearMonth: date.toPlainYearMonth().constructor,
    PlainMonthDay: date.toPlainMonthDay().constructor,
  });
}

/**
 * <https://tc39.es/proposal-temporal/#sec-temporal-now-object>
 * @param {any} Instant
 * @param {any} ZonedDateTime
 */
function makeNow(Instant, ZonedDateTime) {
  const { fromEpochMilliseconds } = Instant;
  const { toZonedDateTimeISO } = Instant.prototype;
  const { toPlainDate, toPlainDateTime, toPlainTime } = ZonedDateTime.prototype;
  const timeZone = () => apply(resolvedOptions, new DateTimeFormat(), []).timeZone;
  const instant = () => apply(fromEpochMilliseconds, Instant, [op_now()]);
  /** @param {unknown} zone */
  const zoned = (zone) => apply(toZonedDateTimeISO, instant(), [zone === undefined ? timeZone() : zone]);
  // Methods, so that none is a constructor; their length is 0, as the argument is optional.
  return namespace("Temporal.Now", {
    timeZoneId: () => timeZone(),
    instant: () => instant(),
    plainDateTimeISO: (/** @type {unknown} */ zone = undefined) => apply(toPlainDateTime, zoned(zone), []),
    zonedDateTimeISO: (/** @type {unknown} */ zone = undefined) => zoned(zone),
    plainDateISO: (/** @type {unknown} */ zone = undefined) => apply(toPlainDate, zoned(zone), []),
    plainTimeISO: (/** @type {unknown} */ zone = undefined) => apply(toPlainTime, zoned(zone), []),
  });
}
