// The stack of an error, without running what a guest may have put there.

const { getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;

/** The engine's own accessor, where it has one. */
const engineGetter = getOwnPropertyDescriptor(new Error("a stack"), "stack")?.get;

/**
 * @param {object} error not a proxy
 * @returns {string | undefined} undefined if there is none, or it is a guest's
 */
export function errorStack(error) {
  const descriptor = getOwnPropertyDescriptor(error, "stack");
  if (descriptor === undefined) return undefined;
  const stack =
    descriptor.get !== undefined && descriptor.get === engineGetter
      ? apply(descriptor.get, error, [])
      : descriptor.value;
  return typeof stack === "string" ? stack : undefined;
}
