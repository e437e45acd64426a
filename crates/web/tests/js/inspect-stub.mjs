// The console's ops over Node's own internals: run Node with --expose-internals.

import { createRequire } from "node:module";
import { types } from "node:util";
import "./support.mjs";
import { provide } from "./stub-ops.mjs";

const { internalBinding } = createRequire(import.meta.url)("internal/test/binding");
const util = internalBinding("util");

const kinds = [
  [types.isProxy, 1],
  [Array.isArray, 2],
  [(value) => types.isAsyncFunction(value) && types.isGeneratorFunction(value), 10],
  [types.isAsyncFunction, 9],
  [types.isGeneratorFunction, 8],
  [(value) => typeof value === "function", 7],
  [types.isSet, 3],
  [types.isMap, 4],
  [types.isTypedArray, 11],
  [types.isMapIterator, 5],
  [types.isSetIterator, 6],
  [types.isArgumentsObject, 12],
  [types.isRegExp, 13],
  [types.isDate, 14],
  [types.isNativeError, 15],
  [types.isArrayBuffer, 16],
  [types.isSharedArrayBuffer, 17],
  [types.isDataView, 18],
  [types.isPromise, 19],
  [types.isWeakSet, 20],
  [types.isWeakMap, 21],
  [types.isModuleNamespaceObject, 22],
  [types.isNumberObject, 23],
  [types.isStringObject, 24],
  [types.isBooleanObject, 25],
  [types.isBigIntObject, 26],
  [types.isSymbolObject, 27],
];

provide({
  op_inspect_kind: (value) => kinds.find(([is]) => is(value))?.[1] ?? 0,
  op_inspect_proxy(value) {
    const details = util.getProxyDetails(value, true);
    return details[0] === null ? null : details;
  },
  op_inspect_promise: (promise) => util.getPromiseDetails(promise),
  op_inspect_entries: (object) => util.previewEntries(object, true) ?? [[], false],
  op_inspect_keys: (object, onlyEnumerable) => util.getOwnNonIndexProperties(object, onlyEnumerable ? 2 : 0),
  op_inspect_constructor_name: (object) => util.getConstructorName(object),
});
