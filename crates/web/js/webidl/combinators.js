// Converters made of converters: sequences, records, dictionaries, enumerations, interfaces.

import { conversionError, typeMismatch } from "./errors.js";
import { append } from "./intrinsics.js";

/**
 * @template T
 * @typedef {import("./converters.js").Converter<T>} Converter
 */

const { apply, getOwnPropertyDescriptor, ownKeys } = Reflect;
const SymbolIterator = Symbol.iterator;

/** @param {any} value */
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * A converter with fixed options (extended attributes): `withOptions(converters.unsignedLong, { clamp: true })`.
 * @template T
 * @param {Converter<T>} convert
 * @param {object} options
 * @returns {Converter<T>}
 */
export function withOptions(convert, options) {
  return (value, prefix, context) => convert(value, prefix, context, options);
}

/**
 * `T?`: null and undefined become null.
 * @template T
 * @param {Converter<T>} convert
 * @returns {Converter<T | null>}
 */
export function nullable(convert) {
  return (value, prefix, context, options) =>
    value === null || value === undefined ? null : convert(value, prefix, context, options);
}

/**
 * `sequence<T>`: any iterable.
 * @template T
 * @param {Converter<T>} convert
 * @returns {Converter<T[]>} option `method`: the iterator method, where the caller has already looked it up
 */
export function sequenceOf(convert) {
  return (value, prefix, context, options) => {
    if (!isObject(value))
      throw conversionError("cannot be converted to a sequence: it is not an object.", prefix, context);
    const method = options?.method ?? value[SymbolIterator];
    if (typeof method !== "function") {
      throw conversionError("cannot be converted to a sequence: it is not iterable.", prefix, context);
    }
    const iterator = apply(method, value, []);
    if (!isObject(iterator))
      throw conversionError("cannot be converted to a sequence: its iterator is not an object.", prefix, context);
    const next = iterator.next;
    /** @type {T[]} */
    const list = [];
    for (;;) {
      const result = apply(next, iterator, []);
      if (!isObject(result))
        throw conversionError(
          "cannot be converted to a sequence: an iterator result is not an object.",
          prefix,
          context,
        );
      if (result.done) return list;
      list[list.length] = convert(result.value, prefix, `${context || "Value"}[${list.length}]`);
    }
  };
}

/**
 * `record<K, V>`, as a list of pairs in order, each key once.
 * @template K, V
 * @param {Converter<K>} convertKey
 * @param {Converter<V>} convertValue
 * @returns {Converter<Array<[K, V]>>}
 */
export function recordOf(convertKey, convertValue) {
  return (value, prefix, context) => {
    if (!isObject(value))
      throw conversionError("cannot be converted to a record: it is not an object.", prefix, context);
    /** @type {Array<[K, V]>} */
    const pairs = [];
    let changed = false;
    const keys = ownKeys(value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index];
      const descriptor = getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined || !descriptor.enumerable) continue;
      const typedKey = convertKey(key, prefix, context);
      const typedValue = convertValue(value[key], prefix, context);
      // Only a conversion that changes keys (a lone surrogate replaced) can make two of them equal.
      if (typedKey !== /** @type {unknown} */ (key)) changed = true;
      let at = pairs.length;
      if (changed) for (at = 0; at < pairs.length && pairs[at][0] !== typedKey; at++);
      pairs[at] = [typedKey, typedValue];
    }
    return pairs;
  };
}

/**
 * One member of a dictionary. `defaultValue` may be a function that makes the value.
 * @typedef {{ key: string, converter: Converter<any>, required?: boolean, defaultValue?: any }} Member
 */

/**
 * Adds the members of one level, by their keys.
 * @param {Member[]} all
 * @param {readonly Member[]} level
 */
function appendSorted(all, level) {
  const first = all.length;
  for (let index = 0; index < level.length; index++) {
    append(all, level[index]);
    for (let at = all.length - 1; at > first && all[at].key < all[at - 1].key; at--) {
      const moved = all[at];
      all[at] = all[at - 1];
      all[at - 1] = moved;
    }
  }
}

/**
 * A dictionary. The result has every member as an own property, undefined where it is missing, so that a
 * patched Object.prototype neither supplies one nor sees one set.
 * @param {string} name
 * @param {readonly Member[]} members
 * @param {ReadonlyArray<readonly Member[]>} [parents] the inherited members, outermost first
 * @returns {Converter<any>}
 */
export function dictionary(name, members, parents = []) {
  /** @type {Member[]} */
  const all = [];
  for (let index = 0; index < parents.length; index++) appendSorted(all, parents[index]);
  appendSorted(all, members);
  /** @type {any} */
  const template = { __proto__: null };
  for (let index = 0; index < all.length; index++) template[all[index].key] = undefined;

  return (value, prefix, context) => {
    if (value !== undefined && value !== null && !isObject(value)) {
      throw conversionError(`cannot be converted to dictionary '${name}': it is not an object.`, prefix, context);
    }
    const result = { ...template };
    for (let index = 0; index < all.length; index++) {
      const { key, converter, required, defaultValue } = all[index];
      const given = value === undefined || value === null ? undefined : value[key];
      if (given !== undefined) {
        result[key] = converter(given, prefix, `member '${key}' of ${name}`);
      } else if (required) {
        throw conversionError(`cannot be converted to dictionary '${name}': '${key}' is required.`, prefix, context);
      } else {
        result[key] = typeof defaultValue === "function" ? defaultValue() : defaultValue;
      }
    }
    return result;
  };
}

/**
 * An enumeration: one of the strings.
 * @param {string} name
 * @param {readonly string[]} values
 * @returns {Converter<string>}
 */
export function enumeration(name, values) {
  return (value, prefix, context) => {
    const string = `${value}`;
    for (let index = 0; index < values.length; index++) if (values[index] === string) return string;
    throw conversionError(`'${string}' is not a valid enum value of type ${name}.`, prefix, context);
  };
}

/**
 * An interface type.
 * @param {string} name
 * @param {(value: any) => boolean} isInstance checks by an internal slot (`#field in value`), not the prototype
 * @returns {Converter<any>}
 */
export function interfaceOf(name, isInstance) {
  return (value, prefix, context) => {
    if (!isInstance(value)) throw typeMismatch(name, prefix, context);
    return value;
  };
}

/** @type {Converter<Function>} a callback function type */
export const callbackFunction = (value, prefix, context) => {
  if (typeof value !== "function") throw typeMismatch("Function", prefix, context);
  return value;
};
