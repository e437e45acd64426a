// Hyperdrive: where a database is (https://developers.cloudflare.com/hyperdrive/get-started/).

import * as sockets from "deferred:platform/sockets/index.js";
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
  /** @type {{ hostname: string, port: number }} */ #address;

  /**
   * @param {symbol} key
   * @param {Address} address
   */
  constructor(key, address) {
    if (key !== internal) throw illegalConstructor();
    const { connectionString, database, host, password, port, user } = address;
    this.#address = { hostname: host, port };
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

  /** A connection to the database, as of `cloudflare:sockets`. */
  connect() {
    return sockets.connect(this.#address);
  }
}

defineInterface(Hyperdrive, { tag: "Hyperdrive" });
