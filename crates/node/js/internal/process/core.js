// What other modules need of `process`, apart from it: it is an EventEmitter with streams, which need these.

import { queueMicrotask } from "selvedge:web/timers/index.js";
import { validateFunction } from "../errors.js";

const { apply } = Reflect;

let directory = "/bundle";

export const core = {
  platform: "linux",
  env: {},
  browser: false,
  /** https://nodejs.org/api/process.html#processcwd */
  cwd: () => directory,
  /** @param {string} path absolute */
  setDirectory(path) {
    directory = path;
  },
  /**
   * As a microtask: hosted has no queue before that of promises.
   * @param {Function} callback
   * @param {unknown[]} args
   */
  nextTick(callback, ...args) {
    validateFunction(callback, "callback");
    queueMicrotask(args.length === 0 ? callback : () => apply(callback, undefined, args));
  },
};
