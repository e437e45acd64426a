// D1PreparedStatement (https://developers.cloudflare.com/d1/worker-api/prepared-statements/).

import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { failure } from "./errors.js";
import { toArrays, toObjects, toResult } from "./results.js";
import { toValue } from "./values.js";

const { hasOwn } = Object;

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./values.js").Value} Value */

/** A statement and the values of its parameters. Nothing is sent before it is run. */
export class D1PreparedStatement {
  #connection;
  #sql;
  #params;

  /**
   * @param {symbol} key
   * @param {Connection} connection
   * @param {string} sql
   * @param {Value[]} params
   */
  constructor(key, connection, sql, params) {
    if (key !== internal) throw illegalConstructor();
    this.#connection = connection;
    this.#sql = sql;
    this.#params = params;
  }

  /**
   * Adds a statement to the lists of a batch.
   * @param {unknown} statement
   * @param {string[]} sql
   * @param {Value[][]} params
   * @param {number} place
   */
  static collect(statement, sql, params, place) {
    if (typeof statement !== "object" || statement === null || !(#sql in statement)) {
      throw failure("D1_ERROR", `batch() takes statements made by prepare(); the one at ${place} is none.`);
    }
    if (typeof statement.#sql !== "string") throw failure("D1_ERROR", "The SQL of a statement must be a string.");
    sql[place] = statement.#sql;
    params[place] = statement.#params;
  }

  /**
   * @param {...any} values
   * @returns {D1PreparedStatement}
   */
  bind(...values) {
    for (let i = 0; i < values.length; i++) values[i] = toValue(values[i]);
    return new D1PreparedStatement(internal, this.#connection, this.#sql, values);
  }

  /**
   * @param {string} [column]
   * @returns {Promise<any>}
   */
  first(column = undefined) {
    try {
      return this.#connection.query(this.#sql, this.#params, (answer) => {
        const row = toObjects(answer, 1)[0];
        if (row === undefined) return null;
        if (column === undefined) return row;
        if (!hasOwn(row, column)) {
          throw failure("D1_COLUMN_NOTFOUND", `Column not found (${column})`, "Column not found");
        }
        return row[column];
      });
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {Promise<import("./results.js").D1Result>} */
  run() {
    try {
      return this.#connection.query(this.#sql, this.#params, toResult);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {Promise<import("./results.js").D1Result>} */
  all() {
    try {
      return this.#connection.query(this.#sql, this.#params, toResult);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {{ columnNames?: boolean }} [options]
   * @returns {Promise<any[][]>}
   */
  raw(options = undefined) {
    try {
      const named = Boolean(options?.columnNames);
      return this.#connection.query(this.#sql, this.#params, (answer) => toArrays(answer, named));
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

const { collect } = D1PreparedStatement;
delete (/** @type {any} */ (D1PreparedStatement).collect);
export { collect };

defineInterface(D1PreparedStatement, { tag: "D1PreparedStatement" });
