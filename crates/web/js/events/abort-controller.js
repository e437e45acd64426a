// AbortController (https://dom.spec.whatwg.org/#interface-abortcontroller).

import { defineInterface } from "../webidl.js";
import { createSignal, signalAbort } from "./abort-signal.js";

/** @type {(controller: AbortController, reason: any) => void} */
let abortSignalOf;

/** Aborts its signal. */
export class AbortController {
  #signal = createSignal();

  static {
    abortSignalOf = (controller, reason) => signalAbort(controller.#signal, reason);
  }

  get signal() {
    return this.#signal;
  }

  /** @param {any} [reason] */
  abort(reason = undefined) {
    signalAbort(this.#signal, reason);
  }
}

/**
 * Aborts a controller's signal, whatever has been done to its `abort` method.
 * @param {AbortController} controller
 * @param {any} reason
 */
export function abortController(controller, reason) {
  abortSignalOf(controller, reason);
}

defineInterface(AbortController, { tag: "AbortController" });
