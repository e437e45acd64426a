// D1Database (https://developers.cloudflare.com/d1/worker-api/d1-database/).

import { op_d1_dump } from "selvedge:ops";
import { rejectedWith, then } from "selvedge:web/streams/promises.js";
import { defineInterface, illegalConstructor, internal, uncurryThis } from "selvedge:web/webidl.js";
import { typedArrayBuffer } from "selvedge:web/webidl/intrinsics.js";
import { Connection } from "./connection.js";
import { failure } from "./errors.js";
import { D1DatabaseSession, batch } from "./session.js";
import { D1PreparedStatement } from "./statement.js";

const trim = uncurryThis(String.prototype.trim);
const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);
const NativeTypeError = TypeError;

/**
 * @param {string} text
 * @returns {string[]}
 */
function linesOf(text) {
  /** @type {string[]} */
  const lines = [];
  for (let start = 0, line = 0; ; line++) {
    const end = indexOf(text, "\n", start);
    lines[line] = slice(text, start, end === -1 ? undefined : end);
    if (end === -1) return lines;
    start = end + 1;
  }
}

/** What `env.DB` is. */
export class D1Database {
  #connection;

  /**
   * @param {symbol} key
   * @param {string} binding the binding's name
   */
  constructor(key, binding) {
    if (key !== internal) throw illegalConstructor();
    this.#connection = new Connection(binding, null);
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

  /**
   * Runs each line as a query; all of them in one transaction.
   * @param {string} query
   * @returns {Promise<{ count: number, duration: number }>}
   */
  exec(query) {
    try {
      if (typeof query !== "string") throw new NativeTypeError("query.trim is not a function");
      const lines = linesOf(trim(query));
      /** @type {never[][]} */
      const params = [];
      for (let i = 0; i < lines.length; i++) params[i] = [];
      return this.#connection.batch(
        lines,
        params,
        (answers) => {
          let duration = 0;
          for (let i = 0; i < answers.length; i++) duration += answers[i][2][0];
          return { count: answers.length, duration };
        },
        (message, place) => failure("D1_EXEC_ERROR", `Error in line ${place + 1}: ${lines[place]}: ${message}`),
      );
    } catch (error) {
      return rejectedWith(error);
    }
  }

  /**
   * @param {string} [constraintOrBookmark] `first-primary`, `first-unconstrained`, or what getBookmark() returned
   * @returns {D1DatabaseSession}
   */
  withSession(constraintOrBookmark = undefined) {
    let bookmark = "";
    if (constraintOrBookmark !== undefined && constraintOrBookmark !== null) {
      if (typeof constraintOrBookmark !== "string") {
        throw new NativeTypeError("constraintOrBookmark?.trim is not a function");
      }
      bookmark = trim(constraintOrBookmark);
    }
    // There is one copy of a database, and it is the primary one.
    if (bookmark === "first-primary" || bookmark === "first-unconstrained") bookmark = "";
    return new D1DatabaseSession(internal, new Connection(this.#connection.binding, bookmark));
  }

  /**
   * The bytes of the database's file.
   * @returns {Promise<ArrayBuffer>}
   */
  dump() {
    try {
      return then(op_d1_dump(this.#connection.binding), typedArrayBuffer, (error) => {
        throw failure("D1_DUMP_ERROR", error.message);
      });
    } catch (error) {
      return rejectedWith(error);
    }
  }
}

defineInterface(D1Database, { tag: "D1Database" });
