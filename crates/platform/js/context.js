//# allFunctionsCalledOnLoad
// ExecutionContext (https://developers.cloudflare.com/workers/runtime-apis/context/).

import { op_hold, op_pass_through, op_release } from "selvedge:ops";
import { then } from "selvedge:web/streams/promises.js";
import { logUncaught } from "selvedge:web/console/index.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";

const ToPromise = Promise;
const resolve = Promise.resolve.bind(ToPromise);

/**
 * Keeps the invocation alive until the promise is settled. A rejection is logged: nobody else hears of it.
 * @param {unknown} promise
 */
export function waitUntil(promise) {
  const hold = op_hold();
  then(
    resolve(promise),
    () => op_release(hold),
    (error) => {
      op_release(hold);
      logUncaught(error);
    },
  );
}

/** The `ctx` of an event. */
export class ExecutionContext {
  #brand = true;

  /** @type {unknown} */ props;

  /**
   * @param {symbol} key
   * @param {unknown} props
   */
  constructor(key, props) {
    if (key !== internal) throw illegalConstructor();
    this.props = props;
  }

  /** @param {unknown} promise */
  waitUntil(promise) {
    // A receiver that is no context: TypeError: Illegal invocation.
    if (!(#brand in this)) throw new TypeError("Illegal invocation");
    waitUntil(promise);
  }

  passThroughOnException() {
    if (!(#brand in this)) throw new TypeError("Illegal invocation");
    op_pass_through();
  }
}

defineInterface(ExecutionContext, { tag: "ExecutionContext" });

/**
 * @param {unknown} props what a service binding says of its caller
 * @returns {ExecutionContext}
 */
export function createContext(props) {
  return new ExecutionContext(internal, props);
}
