//# allFunctionsCalledOnLoad
// Finds the handlers of a Worker that has run its global scope.

import { hasListeners } from "selvedge:web/events/index.js";
import { uncurryThis } from "selvedge:web/webidl.js";
import { createContext } from "./context.js";
import { worker } from "./state.js";
import { WorkerEntrypoint } from "./classes.js";

const { getPrototypeOf } = Object;
const { construct } = Reflect;
const mapGet = uncurryThis(Map.prototype.get);

/** The events that a Worker may handle. */
const EVENTS = ["fetch", "scheduled", "queue", "email", "tail", "trace", "alarm"];

/**
 * @param {unknown} value
 * @returns {boolean} whether it is a class that extends WorkerEntrypoint
 */
function isEntrypointClass(value) {
  if (typeof value !== "function") return false;
  for (let base = getPrototypeOf(value); base !== null; base = getPrototypeOf(base)) {
    if (base === WorkerEntrypoint) return true;
  }
  return false;
}

/**
 * Takes the exports of the main module.
 * @param {Record<string, unknown>} namespace
 */
export function ready(namespace) {
  if (worker.isServiceWorker) return;
  for (const name of Object.keys(namespace)) {
    const target = namespace[name];
    if (isEntrypointClass(target)) worker.entrypoints.set(name, { isClass: true, target });
    else if (typeof target === "object" && target !== null) worker.entrypoints.set(name, { isClass: false, target });
  }
  worker.main = mapGet(worker.entrypoints, "default");
}

/**
 * @param {import("./state.js").Entrypoint} entrypoint
 * @returns {string[]} the events that it handles
 */
function handled({ isClass, target }) {
  const handlers = isClass ? target.prototype : target;
  return EVENTS.filter((event) => typeof handlers[event] === "function");
}

/**
 * What the Worker handles: `[the default entrypoint's events, the names of the others]`.
 * @returns {[string[], string[]]}
 */
export function describe() {
  if (worker.isServiceWorker) return [EVENTS.filter((event) => hasListeners(globalThis, event)), []];
  const { main } = worker;
  const names = [...worker.entrypoints.keys()].filter((name) => name !== "default");
  return [main === undefined ? [] : handled(main), names];
}

/**
 * Calls a handler of an entrypoint with its own arguments and, where it is an object's, `env` and `ctx`.
 * @param {string | undefined} name the default one's if there is none
 * @param {string} event
 * @param {unknown} argument
 * @param {unknown} props `ctx.props`
 * @returns {any} what the handler returned
 */
export function callHandler(name, event, argument, props) {
  const entrypoint = name === undefined ? worker.main : mapGet(worker.entrypoints, name);
  if (entrypoint === undefined) throw new TypeError(`The Worker has no entrypoint named "${name ?? "default"}".`);
  const { isClass, target } = entrypoint;
  const context = createContext(props);
  const handlers = isClass ? construct(target, [context, worker.env]) : target;
  const handler = handlers[event];
  if (typeof handler !== "function") throw new TypeError(`Handler does not export a ${event}() function.`);
  return isClass ? handlers[event](argument) : handlers[event](argument, worker.env, context);
}
