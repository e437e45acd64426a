// What `nodejs_compat` puts onto the global object, from a compatibility date on: `Buffer`, `process`, `global`. Each
// loads its module when it is first touched.

import { op_node_internal } from "selvedge:ops";
import { environment } from "./internal/environment.js";

const { defineProperty } = Object;

/**
 * @param {string} name
 * @param {() => unknown} load
 */
function defineLazy(name, load) {
  /** @param {unknown} value */
  const settle = (value) =>
    defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
  defineProperty(globalThis, name, {
    get() {
      const value = load();
      settle(value);
      return value;
    },
    set: settle,
    enumerable: true,
    configurable: true,
  });
}

/**
 * @param {() => Record<string, unknown>} bindings gives what is on `env`
 * @param {boolean} globals whether the flag gives globals
 * @param {boolean} populate whether `process.env` has the variables
 */
export function install(bindings, globals, populate) {
  environment.bindings = bindings;
  environment.populate = populate;
  if (!globals) return;
  defineLazy("Buffer", () => /** @type {any} */ (op_node_internal("selvedge:node/node/buffer.js")).Buffer);
  defineLazy("process", () => /** @type {any} */ (op_node_internal("selvedge:node/node/process.js")).default);
  defineProperty(globalThis, "global", { value: globalThis, writable: true, enumerable: true, configurable: true });
}
