// EventCounts (https://w3c.github.io/event-timing/#sec-event-counts). There are no user interactions in a Worker: the
// map is empty, as hosted's is.

import {
  converters,
  defineInterface,
  definePairIterator,
  illegalConstructor,
  internal,
  requireArguments,
} from "../webidl.js";

const { DOMString } = converters;
const { deleteProperty } = Reflect;

/** @type {Array<[string, number]>} */
const noPairs = [];

/** How often events of each type were dispatched. */
export class EventCounts {
  #brand = true;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
  }

  /** @param {any} receiver */
  static pairsOf(receiver) {
    /** @type {EventCounts} */ (receiver).#brand;
    return noPairs;
  }

  get size() {
    return pairsOf(this).length;
  }

  /**
   * @param {string} type
   * @returns {number | undefined}
   */
  get(type) {
    pairsOf(this);
    requireArguments(arguments.length, 1, "Failed to execute 'get' on 'EventCounts'");
    DOMString(type, "Failed to execute 'get' on 'EventCounts'", "parameter 1");
    return undefined;
  }

  /** @param {string} type */
  has(type) {
    pairsOf(this);
    requireArguments(arguments.length, 1, "Failed to execute 'has' on 'EventCounts'");
    DOMString(type, "Failed to execute 'has' on 'EventCounts'", "parameter 1");
    return false;
  }
}
const { pairsOf } = EventCounts;
deleteProperty(EventCounts, "pairsOf");

definePairIterator(EventCounts, "EventCounts", pairsOf);
defineInterface(EventCounts, { tag: "EventCounts" });

/** @returns {EventCounts} */
export function createEventCounts() {
  return new EventCounts(internal);
}
