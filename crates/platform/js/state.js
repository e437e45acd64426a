//# allFunctionsCalledOnLoad
// What a started Worker is made of. One Worker to an isolate, so one such object.

/**
 * @typedef {object} Entrypoint
 * @property {boolean} isClass whether `target` is a WorkerEntrypoint class, of which each event gets an instance
 * @property {any} target the object that holds the handlers, or the class
 */

export const worker = {
  /** @type {Record<string, unknown>} */ env: {},
  /** Whether handlers are event listeners rather than exports. */ isServiceWorker: false,
  /** Whether `<esi:include />` has no content (html_rewriter_treats_esi_include_as_void_tag). */ hasEsiTags: false,
  /** Whether `request.signal` is aborted when the client goes away. */ signalsClient: false,
  /** @type {Map<string, Entrypoint>} by name; the default one is "default" */ entrypoints: new Map(),
  /** @type {Entrypoint | undefined} the default one */ main: undefined,
};
