// structuredClone() (https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone), on V8's own
// serializer.

import { op_structured_clone } from "selvedge:ops";
import { DOMException } from "../dom-exception.js";
import { dictionary, requireArguments, converters, sequenceOf } from "../webidl.js";
import { arrayBufferKind } from "../webidl/buffers.js";
import { arrayBufferDetached } from "../webidl/intrinsics.js";
import { platformClassOf } from "./platform-objects.js";

const convertOptions = dictionary("StructuredSerializeOptions", [
  { key: "transfer", converter: sequenceOf(converters.object), defaultValue: () => [] },
]);

/** @param {string} message */
const dataCloneError = (message) => new DOMException(message, "DataCloneError");

/** @param {object} value */
const isPlatformObject = (value) => platformClassOf(value) !== undefined;

/** @param {object} value */
function clonePlatformObject(value) {
  const platformClass = platformClassOf(value);
  if (platformClass?.clone === undefined) {
    throw dataCloneError(
      `Could not serialize object of type "${platformClass?.name}". This type does not support serialization.`,
    );
  }
  return platformClass.clone(value);
}

/**
 * Checks that each item is an ArrayBuffer that can be transferred, and none comes twice.
 * @param {object[]} transfer
 */
function checkTransfer(transfer) {
  for (let index = 0; index < transfer.length; index++) {
    const item = transfer[index];
    const kind = arrayBufferKind(item);
    if (kind === null || kind.shared)
      throw dataCloneError(`Value at index ${index} does not have a transferable type.`);
    if (arrayBufferDetached(item)) throw dataCloneError(`An ArrayBuffer is detached and could not be cloned.`);
    for (let earlier = 0; earlier < index; earlier++) {
      if (transfer[earlier] === item) {
        throw dataCloneError(`ArrayBuffer at index ${index} is a duplicate of an earlier ArrayBuffer.`);
      }
    }
  }
}

/**
 * A deep copy of a value.
 * @param {any} value
 * @param {{ transfer?: any[] }} [options] `transfer`: buffers that move to the copy
 * @returns {any}
 */
export function structuredClone(value, options = undefined) {
  const prefix = "Failed to execute 'structuredClone'";
  requireArguments(arguments.length, 1, prefix);
  const { transfer } = convertOptions(options, prefix, "parameter 2");
  checkTransfer(transfer);
  return op_structured_clone(value, transfer, isPlatformObject, clonePlatformObject);
}
