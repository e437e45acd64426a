// What the platform tells about the Worker. `globals.js` sets it before anything else is loaded.

export const environment = {
  /** @type {() => Record<string, unknown>} */ bindings: () => ({}),
  populate: false,
};
