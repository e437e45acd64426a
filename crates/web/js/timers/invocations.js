// One thing for each invocation: its timers, its tasks.
//
// Such a thing is held weakly. What holds it is a promise of the native side (an alarm's ring, the next turn): when
// the invocation ends that promise goes, and with it the thing and all callbacks that it has. Guests never see the map: a
// replaced method of theirs would get it as its receiver, with the timers of all invocations.

import { op_invocation_id } from "selvedge:ops";
import { uncurryThis } from "../webidl/intrinsics.js";

const Weak = WeakRef;
const deref = uncurryThis(WeakRef.prototype.deref);
const mapDelete = uncurryThis(Map.prototype.delete);
const mapForEach = uncurryThis(Map.prototype.forEach);
const mapGet = uncurryThis(Map.prototype.get);
const mapSet = uncurryThis(Map.prototype.set);
const mapSize = uncurryThis(
  /** @type {() => number} */ (
    /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Map.prototype, "size")).get
  ),
);

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
    const things = this.#things;
    mapForEach(things, (thing, invocation) => {
      if (deref(thing) === undefined) mapDelete(things, invocation);
    });
    const twice = mapSize(things) * 2;
    this.#sweepAt = twice > 64 ? twice : 64;
  }

  /**
   * @param {number} invocation
   * @returns {T | undefined}
   */
  #known(invocation) {
    const weak = mapGet(this.#things, invocation);
    return weak === undefined ? undefined : deref(weak);
  }

  /**
   * That of the current invocation. Throws outside of any.
   * @returns {T}
   */
  current() {
    const invocation = op_invocation_id();
    const known = this.#known(invocation);
    if (known !== undefined) return known;
    const things = this.#things;
    const thing = this.#make(() => mapDelete(things, invocation));
    if (mapSize(things) >= this.#sweepAt) this.#sweep();
    mapSet(things, invocation, new Weak(thing));
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
    return this.#known(invocation);
  }
}
