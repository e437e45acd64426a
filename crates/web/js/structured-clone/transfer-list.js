// The transfer list of a structured clone
// (https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer).

import { DOMException } from "../dom-exception.js";
import { arrayBufferKind } from "../webidl/buffers.js";
import { platformClassOf } from "./platform-objects.js";

/** @typedef {import("./platform-objects.js").Transfer} Transfer */
/** @typedef {{ from: object, to: object, transfer: Transfer }} Moved */

/** @param {string} message */
export const dataCloneError = (message) => new DOMException(message, "DataCloneError");

/** What is to be transferred: buffers, which V8 moves, and objects of the platform, which move themselves. */
export class TransferList {
  /** @type {ArrayBuffer[]} */ buffers = [];
  /** @type {Moved[]} */ objects = [];

  /** @param {object[]} list each must be transferable, none may come twice */
  constructor(list) {
    for (let index = 0; index < list.length; index++) {
      const item = list[index];
      for (let earlier = 0; earlier < index; earlier++) {
        if (list[earlier] === item) {
          const name = arrayBufferKind(item) === null ? platformClassOf(item)?.name : "ArrayBuffer";
          throw dataCloneError(`${name} at index ${index} is a duplicate of an earlier ${name}.`);
        }
      }
      const kind = arrayBufferKind(item);
      if (kind !== null && !kind.shared) {
        this.buffers[this.buffers.length] = /** @type {ArrayBuffer} */ (item);
        continue;
      }
      const transfer = kind === null ? platformClassOf(item)?.transfer : undefined;
      if (transfer === undefined) throw dataCloneError(`Value at index ${index} does not have a transferable type.`);
      this.objects[this.objects.length] = { from: item, to: transfer.receive(), transfer };
    }
  }

  /**
   * What an object becomes; undefined if it is not transferred.
   * @param {object} value
   * @returns {object | undefined}
   */
  receiverOf(value) {
    for (let index = 0; index < this.objects.length; index++) {
      if (this.objects[index].from === value) return this.objects[index].to;
    }
    return undefined;
  }

  /** Moves the objects of the platform. */
  move() {
    for (let index = 0; index < this.objects.length; index++) {
      const { from, to, transfer } = this.objects[index];
      if (transfer.isDetached(from)) {
        throw dataCloneError(`A ${platformClassOf(from)?.name} is detached and could not be transferred.`);
      }
      transfer.move(from, to);
    }
  }
}
