// D1DatabaseSession (https://developers.cloudflare.com/d1/worker-api/d1-database/#withsession).

import { rejectedWith } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";
import { failure } from "./errors.js";
import { toResult } from "./results.js";
import { D1PreparedStatement, collect } from "./statement.js";

const { isArray } = Array;
const NativeTypeError = TypeError;

/** @typedef {import("./connection.js").Connection} Connection */

/**
 * Runs statements in one transaction.
 * @param {Connection} connection
 * @param {any} statements
 * @returns {Promise<import("./results.js").D1Result[]>}
 */
export function batch(connection, statements) {
  if (!isArray(statements)) throw new NativeTypeError("statements.map is not a function");
  /** @type {string[]} */
  const sql = [];
  /** @type {import("./values.js").Value[][]} */
  const params = [];
  for (let i = 0; i < statements.length; i++) collect(statements[i], sql, params, i);
  return connection.batch(
    sql,
    params,
    (answers) => {
      /** @type {import("./results.js").D1Result[]} */
      const results = [];
      for (let i = 0; i < answers.length; i++) results[i] = toResult(answers[i]);
      return results;
    },
    (message) => failure("D1_ERROR", message),
  );
}

/** Queries that see each other's effects, and those of the queries that a bookmark was got from. */
export class D1DatabaseSession {
  #connection;

  /**
   * @param {symbol} key
   * @param {Connection} connection
   */
  constructor(key, connection) {
    if (key !== internal) throw illegalConstructor();
    this.#connection = connection;
  }

  /**
   * @param {string} query
   * @returns {D1PreparedStatement}
   */
  prepare(query) {
    return new D1PreparedStatement(internal, this.#connection, query, []);
  }

  /**
   * @param {D1PreparedStatement[]} statements
   * @returns {Promise<import("./results.js").D1Result[]>}
   */
  batch(statements) {
    try {
      return batch(this.#connection, statements);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /** @returns {string | null} the newest position that the session has seen */
  getBookmark() {
    return this.#connection.bookmark;
  }
}

defineInterface(D1DatabaseSession, { tag: "D1DatabaseSession" });
