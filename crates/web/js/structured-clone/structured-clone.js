// structuredClone() (https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone), on V8's own
// serializer.

import { op_structured_clone } from "selvedge:ops";
import { dictionary, requireArguments, converters, sequenceOf } from "../webidl.js";
import { arrayBufferDetached } from "../webidl/intrinsics.js";
import { platformClassOf } from "./platform-objects.js";
import { TransferList, dataCloneError } from "./transfer-list.js";

/** `{ transfer }` */
export const convertSerializeOptions = dictionary("StructuredSerializeOptions", [
  { key: "transfer", converter: sequenceOf(converters.object), defaultValue: () => [] },
]);

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

/** @type {object[]} */
const nothing = [];
const noBuffers = /** @type {any[]} */ (nothing);

/**
 * A deep copy of a value.
 * @param {any} value
 * @returns {any}
 */
export function cloneValue(value) {
  return op_structured_clone(value, noBuffers, isPlatformObject, clonePlatformObject, null);
}

/**
 * A deep copy of a value, into which what is in the list moves
 * (https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserializewithtransfer).
 * @param {any} value
 * @param {object[]} list
 * @returns {{ value: any, received: object[] }} `received`: what the list's objects of the platform have become
 */
export function cloneWithTransfer(value, list) {
  if (list.length === 0) return { value: cloneValue(value), received: nothing };
  const transfer = new TransferList(list);
  const { buffers, objects } = transfer;
  const clone = op_structured_clone(
    value,
    /** @type {any[]} */ (buffers),
    isPlatformObject,
    (/** @type {object} */ object) => transfer.receiverOf(object) ?? clonePlatformObject(object),
    () => {
      for (let index = 0; index < buffers.length; index++) {
        if (arrayBufferDetached(buffers[index])) {
          throw dataCloneError("An ArrayBuffer is detached and could not be cloned.");
        }
      }
      transfer.move();
    },
  );
  /** @type {object[]} */
  const received = [];
  for (let index = 0; index < objects.length; index++) received[index] = objects[index].to;
  return { value: clone, received };
}

/**
 * A deep copy of a value.
 * @param {any} value
 * @param {{ transfer?: any[] }} [options] `transfer`: what moves to the copy
 * @returns {any}
 */
export function structuredClone(value, options = undefined) {
  const prefix = "Failed to execute 'structuredClone'";
  requireArguments(arguments.length, 1, prefix);
  const { transfer } = convertSerializeOptions(options, prefix, "parameter 2");
  return cloneWithTransfer(value, transfer).value;
}
