// MessageEvent (https://html.spec.whatwg.org/multipage/comms.html#messageevent).

import {
  converters,
  defineInterface,
  dictionary,
  interfaceOf,
  nullable,
  requireArguments,
  sequenceOf,
} from "../webidl.js";
import { Event, dispatchStateOf } from "./event.js";

const { freeze } = Object;

/** @type {(value: any) => boolean} ports are event targets themselves, so that they cannot be imported here */
let isPort = () => false;

/** @param {(value: any) => boolean} check */
export function setPortCheck(check) {
  isPort = check;
}

const convertSource = nullable(interfaceOf("MessagePort", (value) => isPort(value)));
const convertPorts = sequenceOf(interfaceOf("MessagePort", (value) => isPort(value)));

const convertMessageEventInit = dictionary("MessageEventInit", [
  { key: "data", converter: converters.any, defaultValue: null },
  { key: "lastEventId", converter: converters.DOMString, defaultValue: "" },
  { key: "origin", converter: converters.USVString, defaultValue: "" },
  { key: "ports", converter: convertPorts, defaultValue: () => [] },
  { key: "source", converter: convertSource, defaultValue: null },
]);

/** What a message event of ours carries. */
class Message {
  /**
   * @param {any} data
   * @param {string} lastEventId
   * @param {string} origin
   * @param {readonly any[]} ports
   */
  constructor(data, lastEventId, origin, ports) {
    this.data = data;
    this.lastEventId = lastEventId;
    this.origin = origin;
    this.ports = ports;
    this.source = null;
  }
}

/** A message arrived. */
export class MessageEvent extends Event {
  /** @type {any} */ #init;

  /**
   * @param {string} type
   * @param {any} [eventInit]
   */
  constructor(type, eventInit = undefined) {
    const prefix = "Failed to construct 'MessageEvent'";
    requireArguments(arguments.length, 1, prefix);
    if (eventInit instanceof Message) {
      super(type);
      this.#init = eventInit;
    } else {
      super(type, eventInit);
      this.#init = convertMessageEventInit(eventInit, prefix, "parameter 2");
    }
    freeze(this.#init.ports);
  }

  get data() {
    return this.#init.data;
  }

  get origin() {
    return this.#init.origin;
  }

  get lastEventId() {
    return this.#init.lastEventId;
  }

  get source() {
    return this.#init.source;
  }

  get ports() {
    return this.#init.ports;
  }

  /**
   * @param {string} type
   * @param {boolean} [bubbles]
   * @param {boolean} [cancelable]
   * @param {any} [data]
   * @param {string} [origin]
   * @param {string} [lastEventId]
   * @param {any} [source]
   * @param {Iterable<any>} [ports]
   */
  initMessageEvent(
    type,
    bubbles = false,
    cancelable = false,
    data = null,
    origin = "",
    lastEventId = "",
    source = null,
    ports = [],
  ) {
    const prefix = "Failed to execute 'initMessageEvent' on 'MessageEvent'";
    requireArguments(arguments.length, 1, prefix);
    this.#init;
    const init = {
      data,
      origin: converters.USVString(origin, prefix, "parameter 5"),
      lastEventId: converters.DOMString(lastEventId, prefix, "parameter 6"),
      source: convertSource(source, prefix, "parameter 7"),
      ports: convertPorts(ports, prefix, "parameter 8"),
    };
    if (dispatchStateOf(this).dispatching) return;
    this.initEvent(type, bubbles, cancelable);
    freeze(init.ports);
    this.#init = init;
  }
}

/**
 * A message event that the platform fires.
 * @param {string} type
 * @param {{ data: any, lastEventId?: string, origin?: string, ports?: readonly any[] }} message
 * @returns {MessageEvent}
 */
export function createMessageEvent(type, { data, lastEventId = "", origin = "", ports = [] }) {
  return new MessageEvent(type, new Message(data, lastEventId, origin, ports));
}

defineInterface(MessageEvent, { tag: "MessageEvent", length: 1 });
