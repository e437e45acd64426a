// Which objects of the platform can be cloned. V8 takes an instance of a JavaScript class for a plain object, so
// every class whose instances are platform objects registers here; one that gives no `clone` cannot be cloned.

/**
 * @typedef {object} PlatformClass
 * @property {string} name the interface's name, for errors
 * @property {(value: object) => boolean} isInstance by an internal slot, not by the prototype
 * @property {(value: any) => object} [clone]
 */

/** @type {PlatformClass[]} */
const classes = [];

/**
 * Registers a class, before any guest code runs.
 * @param {PlatformClass} platformClass
 */
export function registerPlatformClass(platformClass) {
  classes.push(platformClass);
}

/**
 * @param {object} value
 * @returns {PlatformClass | undefined}
 */
export function platformClassOf(value) {
  for (let index = 0; index < classes.length; index++) {
    if (classes[index].isInstance(value)) return classes[index];
  }
  return undefined;
}
