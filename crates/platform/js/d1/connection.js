// What databases and sessions share: where queries go, and what they have seen.

import { op_d1_batch, op_d1_query } from "selvedge:ops";
import { rejectedWith, then } from "selvedge:web/streams/promises.js";
import { failure } from "./errors.js";

/** @typedef {import("./results.js").Answer} Answer */
/** @typedef {import("./values.js").Value} Value */

/** Sends queries to one database, outside of any session or in one. */
export class Connection {
  #binding;
  /** @type {string | null} null outside of a session; empty in one that has seen nothing yet */
  #bookmark;

  /**
   * @param {string} binding the binding's name
   * @param {string | null} bookmark
   */
  constructor(binding, bookmark) {
    this.#binding = binding;
    this.#bookmark = bookmark;
  }

  get binding() {
    return this.#binding;
  }

  /** @returns {string | null} */
  get bookmark() {
    return this.#bookmark || null;
  }

  /**
   * @template T
   * @param {string} sql
   * @param {Value[]} params
   * @param {(answer: Answer) => T} use
   * @returns {Promise<T>}
   */
  query(sql, params, use) {
    if (typeof sql !== "string") return rejectedWith(failure("D1_ERROR", "The SQL of a statement must be a string."));
    try {
      return then(op_d1_query(this.#binding, sql, params, this.#bookmark), (reply) => {
        this.#see(reply[3]);
        if (reply[0] !== null) throw failure("D1_ERROR", reply[0]);
        return use(reply[2][0]);
      });
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @template T
   * @param {string[]} sql
   * @param {Value[][]} params
   * @param {(answers: Answer[]) => T} use
   * @param {(message: string, place: number) => Error} fail
   * @returns {Promise<T>}
   */
  batch(sql, params, use, fail) {
    try {
      return then(op_d1_batch(this.#binding, sql, params, this.#bookmark), (reply) => {
        this.#see(reply[3]);
        if (reply[0] !== null) throw fail(reply[0], reply[1]);
        return use(reply[2]);
      });
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * Keeps the newest position: answers to concurrent queries come in any order.
   * @param {string | null} bookmark
   */
  #see(bookmark) {
    if (bookmark !== null && this.#bookmark !== null && this.#bookmark < bookmark) this.#bookmark = bookmark;
  }
}
