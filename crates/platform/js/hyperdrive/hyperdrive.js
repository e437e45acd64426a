// Hyperdrive: where a database is (https://developers.cloudflare.com/hyperdrive/get-started/).

import { defineInterface, illegalConstructor, internal } from "selvedge:web/webidl.js";

const { defineProperty } = Object;

/**
 * The properties of a database's address, as hosted: the object's own, so that drivers may spread them.
 * @typedef {object} Address
 * @property {string} connectionString
 * @property {string} host
 * @property {number} port
 * @property {string} user
 * @property {string} password
 * @property {string} database
 */

/** What `env` has for a Hyperdrive configuration. */
export class Hyperdrive {
  #brand = true;

  /**
   * @param {symbol} key
   * @param {Address} address
   */
  constructor(key, address) {
    if (key !== internal) throw illegalConstructor();
    const { connectionString, database, host, password, port, user } = address;
    for (const [name, value] of /** @type {[string, unknown][]} */ ([
      ["database", database],
      ["user", user],
      ["password", password],
      ["host", host],
      ["port", port],
      ["connectionString", connectionString],
    ])) {
      defineProperty(this, name, { value, enumerable: true, configurable: true, writable: false });
    }
  }

  /** @returns {never} */
  connect() {
    if (!(#brand in this)) throw new TypeError("Illegal invocation");
    throw new Error(
      "Hyperdrive's connect() needs TCP sockets (cloudflare:sockets), which this version of Selvedge does not have.",
    );
  }
}

defineInterface(Hyperdrive, { tag: "Hyperdrive" });
