// The context (the invocation, AsyncLocalStorage) in which a callback runs that V8 does not call by itself.

import { op_async_context_get, op_async_context_set } from "selvedge:ops";

const { apply } = Reflect;

/** The current context, an opaque value. */
export function captureContext() {
  return op_async_context_get();
}

/**
 * Calls a function in a context got from `captureContext()`.
 * @param {unknown} context
 * @param {Function} callback
 * @param {unknown} receiver
 * @param {unknown[]} args
 */
export function callInContext(context, callback, receiver, args) {
  const before = op_async_context_get();
  op_async_context_set(context);
  try {
    return apply(callback, receiver, args);
  } finally {
    op_async_context_set(before);
  }
}
