// assert.partialDeepStrictEqual(): the first has all that the second has (https://nodejs.org/api/assert.html#assertpartialdeepstrictequalactual-expected-message).

import { kindOf } from "selvedge:web/console/inspect/kinds.js";
import * as kinds from "selvedge:web/console/inspect/kinds.js";
import { isDeepStrictEqual } from "./comparisons.js";

/**
 * @param {any} actual
 * @param {any} expected
 * @param {Map<any, any>} [active]
 * @returns {boolean}
 */
export function isPartialDeepStrictEqual(actual, expected, active = new Map()) {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) return false;
  const kind = kindOf(expected);
  if (kind !== kindOf(actual) || Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  if (active.get(expected) === actual) return true;
  active.set(expected, actual);
  const partial = (/** @type {any} */ a, /** @type {any} */ b) => isPartialDeepStrictEqual(a, b, active);
  switch (kind) {
    case kinds.ARRAY: {
      let place = 0;
      return expected.every((/** @type {any} */ item) => {
        while (place < actual.length && !partial(actual[place], item)) place++;
        return place++ < actual.length;
      });
    }
    case kinds.SET:
      return [...expected].every((item) => actual.has(item) || [...actual].some((other) => partial(other, item)));
    case kinds.MAP:
      return [...expected].every(([key, value]) => actual.has(key) && partial(actual.get(key), value));
    case kinds.OTHER:
      return Reflect.ownKeys(expected).every((key) => key in actual && partial(actual[key], expected[key]));
    default:
      return isDeepStrictEqual(actual, expected);
  }
}
