// MessageChannel (https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels).

import { defineInterface } from "../webidl.js";
import { createPorts } from "./message-port.js";

/** Two ports: what is posted to one arrives at the other. */
export class MessageChannel {
  #ports = createPorts();

  get port1() {
    return this.#ports[0];
  }

  get port2() {
    return this.#ports[1];
  }
}

defineInterface(MessageChannel, { tag: "MessageChannel" });
