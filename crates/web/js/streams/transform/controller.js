// TransformStreamDefaultController (https://streams.spec.whatwg.org/#ts-default-controller-class).

import { defineInterface, illegalConstructor, internal } from "../../webidl.js";

/** What a transformer writes its output to. */
export class TransformStreamDefaultController {
  /** @type {import("./state.js").TransformStreamState} */ #state;

  /**
   * @param {symbol} key
   * @param {import("./state.js").TransformStreamState} state
   */
  constructor(key, state) {
    if (key !== internal) throw illegalConstructor();
    this.#state = state;
  }

  get desiredSize() {
    return this.#state.readable.controller.desiredSize;
  }

  /** @param {any} [chunk] */
  enqueue(chunk = undefined) {
    this.#state.enqueue(chunk);
  }

  /** @param {any} [reason] */
  error(reason = undefined) {
    this.#state.error(reason);
  }

  terminate() {
    this.#state.terminate();
  }
}

defineInterface(TransformStreamDefaultController, { tag: "TransformStreamDefaultController" });
