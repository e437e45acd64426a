// node:util/types (https://nodejs.org/api/util.html#utiltypes): by what V8 knows a value to be.

import { CryptoKey } from "selvedge:web/crypto/key.js";
import { kindOf } from "selvedge:web/console/inspect/kinds.js";
import * as kinds from "selvedge:web/console/inspect/kinds.js";
import { typedArrayTag } from "selvedge:web/webidl/intrinsics.js";

const { isView } = ArrayBuffer;

/** @param {number[]} wanted @returns {(value: any) => boolean} */
const is = (...wanted) => {
  return (value) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
    return wanted.includes(kindOf(value));
  };
};
/** @param {string} name @returns {(value: any) => boolean} */
const isTyped = (name) => (value) => isView(value) && typedArrayTag(value) === name;

/** Values that V8 calls external are none of a guest's. @param {any} value */
export const isExternal = (value) => false;
export const isDate = is(kinds.DATE);
export const isArgumentsObject = is(kinds.ARGUMENTS);
export const isBigIntObject = is(kinds.BOXED_BIGINT);
export const isBooleanObject = is(kinds.BOXED_BOOLEAN);
export const isNumberObject = is(kinds.BOXED_NUMBER);
export const isStringObject = is(kinds.BOXED_STRING);
export const isSymbolObject = is(kinds.BOXED_SYMBOL);
export const isBoxedPrimitive = is(
  kinds.BOXED_BIGINT,
  kinds.BOXED_BOOLEAN,
  kinds.BOXED_NUMBER,
  kinds.BOXED_STRING,
  kinds.BOXED_SYMBOL,
);
export const isNativeError = is(kinds.ERROR);
export const isRegExp = is(kinds.REGEXP);
export const isAsyncFunction = is(kinds.ASYNC_FUNCTION, kinds.ASYNC_GENERATOR_FUNCTION);
export const isGeneratorFunction = is(kinds.GENERATOR_FUNCTION, kinds.ASYNC_GENERATOR_FUNCTION);
export const isPromise = is(kinds.PROMISE);
export const isMap = is(kinds.MAP);
export const isSet = is(kinds.SET);
export const isMapIterator = is(kinds.MAP_ITERATOR);
export const isSetIterator = is(kinds.SET_ITERATOR);
export const isWeakMap = is(kinds.WEAK_MAP);
export const isWeakSet = is(kinds.WEAK_SET);
export const isArrayBuffer = is(kinds.ARRAY_BUFFER);
export const isDataView = is(kinds.DATA_VIEW);
export const isSharedArrayBuffer = is(kinds.SHARED_ARRAY_BUFFER);
export const isAnyArrayBuffer = is(kinds.ARRAY_BUFFER, kinds.SHARED_ARRAY_BUFFER);
export const isProxy = is(kinds.PROXY);
export const isModuleNamespaceObject = is(kinds.MODULE);
/** @param {any} value */
export const isGeneratorObject = (value) => {
  if (typeof value !== "object" || value === null || kindOf(value) === kinds.PROXY) return false;
  const tag = Object.prototype.toString.call(value);
  return (tag === "[object Generator]" || tag === "[object AsyncGenerator]") && typeof value.next === "function";
};
export const isArrayBufferView = isView;
export const isTypedArray = is(kinds.TYPED_ARRAY);
export const isUint8Array = isTyped("Uint8Array");
export const isUint8ClampedArray = isTyped("Uint8ClampedArray");
export const isUint16Array = isTyped("Uint16Array");
export const isUint32Array = isTyped("Uint32Array");
export const isInt8Array = isTyped("Int8Array");
export const isInt16Array = isTyped("Int16Array");
export const isInt32Array = isTyped("Int32Array");
export const isFloat16Array = isTyped("Float16Array");
export const isFloat32Array = isTyped("Float32Array");
export const isFloat64Array = isTyped("Float64Array");
export const isBigInt64Array = isTyped("BigInt64Array");
export const isBigUint64Array = isTyped("BigUint64Array");
/** @param {any} value */
export const isCryptoKey = (value) => value instanceof CryptoKey;
/** By the mark that node:crypto puts on its keys. @param {any} value */
export const isKeyObject = (value) =>
  typeof value === "object" && value !== null && value[Symbol.for("node.KeyObject")] === true;

const types = {
  isExternal,
  isDate,
  isArgumentsObject,
  isBigIntObject,
  isBooleanObject,
  isNumberObject,
  isStringObject,
  isSymbolObject,
  isBoxedPrimitive,
  isNativeError,
  isRegExp,
  isAsyncFunction,
  isGeneratorFunction,
  isGeneratorObject,
  isPromise,
  isMap,
  isSet,
  isMapIterator,
  isSetIterator,
  isWeakMap,
  isWeakSet,
  isArrayBuffer,
  isDataView,
  isSharedArrayBuffer,
  isProxy,
  isModuleNamespaceObject,
  isAnyArrayBuffer,
  isArrayBufferView,
  isTypedArray,
  isUint8Array,
  isUint8ClampedArray,
  isUint16Array,
  isUint32Array,
  isInt8Array,
  isInt16Array,
  isInt32Array,
  isFloat16Array,
  isFloat32Array,
  isFloat64Array,
  isBigInt64Array,
  isBigUint64Array,
  isKeyObject,
  isCryptoKey,
};
export default types;
