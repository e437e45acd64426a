// Native things that a JavaScript object stands for.
//
// A native resource is a number, freed with the instance at the latest. An object that is dropped before it
// has finished (a decoder whose stream was given up) frees it early, by a FinalizationRegistry. The registry
// is made at first use: a startup snapshot cannot hold one.

const Registry = FinalizationRegistry;
const { register, unregister } = FinalizationRegistry.prototype;
const { apply } = Reflect;

/**
 * Something that frees a resource when its object is collected.
 * @param {(id: number) => void} free
 */
export function resourceOwner(free) {
  /** @type {FinalizationRegistry<number> | null} */
  let registry = null;

  return {
    /**
     * @param {object} owner
     * @param {number} id
     */
    own(owner, id) {
      registry ??= new Registry(free);
      apply(register, registry, [owner, id, owner]);
    },

    /**
     * The resource has been freed otherwise.
     * @param {object} owner
     */
    disown(owner) {
      if (registry !== null) apply(unregister, registry, [owner]);
    },
  };
}
