// Structured serialization for storage (https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeforstorage):
// bytes that outlive the value.

import { op_structured_deserialize, op_structured_serialize } from "selvedge:ops";
import { DOMException } from "../dom-exception.js";
import { platformClassOf } from "./platform-objects.js";

/** @param {object} value */
const isPlatformObject = (value) => platformClassOf(value) !== undefined;

/** @param {object} value */
function refuse(value) {
  throw new DOMException(
    `Could not serialize object of type "${platformClassOf(value)?.name}". This type does not support serialization.`,
    "DataCloneError",
  );
}

/**
 * @param {any} value
 * @returns {Uint8Array}
 */
export function serialize(value) {
  return op_structured_serialize(value, isPlatformObject, refuse);
}

/**
 * @param {Uint8Array} bytes from `serialize()`
 * @returns {any}
 */
export function deserialize(bytes) {
  return op_structured_deserialize(bytes, refuse);
}
