// What `util.promisify` makes of functions whose callbacks are not as others'.

const custom = Symbol.for("nodejs.util.promisify.custom");

/**
 * Gives a function its own form with a promise.
 * @param {Function} target
 * @param {(...args: any[]) => Promise<any>} form
 */
export const promisified = (target, form) => Object.defineProperty(target, custom, { value: form, configurable: true });
