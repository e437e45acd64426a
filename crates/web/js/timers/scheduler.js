// scheduler.wait() (https://developers.cloudflare.com/workers/runtime-apis/scheduler/): setTimeout as a promise.

import { abortReason, addAbortAlgorithm, isAborted, isAbortSignal, removeAbortAlgorithm } from "../events/index.js";
import {
  converters,
  defineInterface,
  dictionary,
  illegalConstructor,
  interfaceOf,
  internal,
  requireArguments,
} from "../webidl.js";
import { clearTimeout, setTimeout } from "./timers.js";

const PromiseConstructor = Promise;

const convertOptions = dictionary("WaitOptions", [
  { key: "signal", converter: interfaceOf("AbortSignal", isAbortSignal) },
]);

/** The class of `scheduler`. */
export class Scheduler {
  #brand = true;

  /** @param {symbol} [key] */
  constructor(key = undefined) {
    if (key !== internal) throw illegalConstructor();
  }

  /**
   * A promise that is resolved after some time, or rejected when the signal aborts.
   * @param {number} delay milliseconds
   * @param {{ signal?: import("../events/index.js").AbortSignal }} [options]
   * @returns {Promise<void>}
   */
  wait(delay, options = undefined) {
    return new PromiseConstructor((resolve, reject) => {
      this.#brand;
      const prefix = "Failed to execute 'wait' on 'Scheduler'";
      requireArguments(arguments.length, 1, prefix);
      const milliseconds = converters.double(delay, prefix, "parameter 1");
      const { signal } = convertOptions(options, prefix, "parameter 2");
      if (signal === undefined) {
        setTimeout(resolve, milliseconds);
        return;
      }
      if (isAborted(signal)) {
        reject(abortReason(signal));
        return;
      }
      const onAbort = () => {
        clearTimeout(id);
        reject(abortReason(signal));
      };
      const id = setTimeout(() => {
        removeAbortAlgorithm(signal, onAbort);
        resolve(undefined);
      }, milliseconds);
      addAbortAlgorithm(signal, onAbort);
    });
  }
}

defineInterface(Scheduler, { tag: "Scheduler" });

/** `globalThis.scheduler` */
export const scheduler = new Scheduler(internal);
