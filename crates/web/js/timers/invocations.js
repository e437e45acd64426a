// One thing for each invocation: its timers, its tasks.
//
// Such a thing is held weakly. What holds it is a promise of the native side (an alarm's ring, the next turn): when
// the invocation ends that promise goes, and with it the thing and all callbacks that it has.

import { op_invocation_id } from "selvedge:ops";

const Weak = WeakRef;

/**
 * @template {object} T
 */
export class PerInvocation {
  /** @type {Map<number, WeakRef<T>>} */ #things = new Map();
  /** How many entries lead to a sweep of those that are dead. */
  #sweepAt = 64;
  /** @type {(forget: () => void) => T} */ #make;

  /** @param {(forget: () => void) => T} make `forget` says that the thing has nothing to do any more */
  constructor(make) {
    this.#make = make;
  }

  #sweep() {
    for (const [invocation, thing] of this.#things) if (thing.deref() === undefined) this.#things.delete(invocation);
    this.#sweepAt = Math.max(64, this.#things.size * 2);
  }

  /**
   * That of the current invocation. Throws outside of any.
   * @returns {T}
   */
  current() {
    const invocation = op_invocation_id();
    const known = this.#things.get(invocation)?.deref();
    if (known !== undefined) return known;
    const thing = this.#make(() => this.#things.delete(invocation));
    if (this.#things.size >= this.#sweepAt) this.#sweep();
    this.#things.set(invocation, new Weak(thing));
    return thing;
  }

  /**
   * That of the current invocation if there is one and it has it.
   * @returns {T | undefined}
   */
  find() {
    let invocation;
    try {
      invocation = op_invocation_id();
    } catch {
      return undefined;
    }
    return this.#things.get(invocation)?.deref();
  }
}
