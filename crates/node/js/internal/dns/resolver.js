// Name resolution, by promises (https://nodejs.org/api/dns.html#dns-promises-api). The forms with callbacks are made
// of these.

import { op_node_dns_lookup, op_node_dns_resolve, op_node_dns_servers } from "selvedge:ops";
import { invalidArgType, invalidArgValue, notImplemented, validateInteger, validateString } from "../errors.js";
import { coded } from "../native-error.js";
import { dnsError, isIP, lookupPlan, reverseName } from "./values.js";

/** How long c-ares waits for one try, and how often it tries. */
const TIMEOUT = 5000;
const TRIES = 4;

/** @type {Record<string, [string, (record: any, options: any) => any]>} each type's call, and what is told of a record */
const KINDS = {
  A: ["queryA", ({ address, ttl }, options) => (options?.ttl ? { address, ttl } : address)],
  AAAA: ["queryAaaa", ({ address, ttl }, options) => (options?.ttl ? { address, ttl } : address)],
  ANY: ["queryAny", (record) => record],
  CAA: ["queryCaa", ({ critical, tag, value }) => ({ critical, [tag]: value })],
  CNAME: ["queryCname", ({ value }) => value],
  MX: ["queryMx", ({ exchange, priority }) => ({ exchange, priority })],
  NAPTR: ["queryNaptr", ({ type: _type, ...record }) => record],
  NS: ["queryNs", ({ value }) => value],
  PTR: ["queryPtr", ({ value }) => value],
  SOA: ["querySoa", ({ type: _type, ...record }) => record],
  SRV: ["querySrv", ({ type: _type, ...record }) => record],
  TXT: ["queryTxt", ({ entries }) => entries],
};

/** @param {any} record what `resolveAny` tells of it */
function anyRecord(record) {
  if (record.type !== "CAA") return record;
  const { critical, tag, value } = record;
  return { critical, [tag]: value, type: "CAA" };
}

/** A resolver with its own patience. */
export class Resolver {
  #timeout;
  #tries;

  /** @param {any} [options] */
  constructor(options = undefined) {
    const { timeout = -1, tries = TRIES } = options ?? {};
    validateInteger(timeout, "options.timeout", -1, 2 ** 31 - 1);
    validateInteger(tries, "options.tries", 1, 2 ** 31 - 1);
    this.#timeout = timeout === -1 ? TIMEOUT : timeout;
    this.#tries = tries;
  }

  /** @param {string} kind @param {any} name @param {any} options @param {string} [call] @returns {Promise<any>} */
  async #query(kind, name, options, call = KINDS[kind][0]) {
    try {
      const records = await op_node_dns_resolve(name, kind, { timeout: this.#timeout, tries: this.#tries });
      if (kind === "ANY") return records.map(anyRecord);
      const told = records.map((/** @type {any} */ record) => KINDS[kind][1](record, options));
      return kind === "SOA" ? told[0] : told;
    } catch (error) {
      const { code } = coded(error);
      if (code === undefined) throw error;
      throw dnsError(code, call, name);
    }
  }

  getServers() {
    return op_node_dns_servers();
  }

  /** Whom to ask is not the Worker's decision, as on the hosted platform. */
  setServers() {
    throw notImplemented("dns.setServers");
  }

  /** The address that a query comes from is not either. */
  setLocalAddress() {
    throw notImplemented("dns.Resolver.setLocalAddress");
  }

  cancel() {
    throw notImplemented("dns.Resolver.cancel");
  }

  /** @param {any} hostname @param {any} [rrtype] @returns {Promise<any>} */
  resolve(hostname, rrtype = "A") {
    validateString(hostname, "name");
    validateString(rrtype, "rrtype");
    if (!Object.hasOwn(KINDS, rrtype)) throw invalidArgValue("rrtype", rrtype);
    return this.#query(rrtype, hostname, undefined);
  }

  /** @param {any} hostname @param {any} [options] @returns {Promise<any>} */
  resolve4(hostname, options = undefined) {
    validateString(hostname, "name");
    return this.#query("A", hostname, options);
  }

  /** @param {any} hostname @param {any} [options] @returns {Promise<any>} */
  resolve6(hostname, options = undefined) {
    validateString(hostname, "name");
    return this.#query("AAAA", hostname, options);
  }

  /** @param {any} address @returns {Promise<string[]>} */
  reverse(address) {
    validateString(address, "name");
    if (isIP(address) === 0) throw Object.assign(dnsError("EINVAL", "getHostByAddr", address), { errno: -22 });
    return this.#query("PTR", reverseName(address), undefined, "getHostByAddr").catch((error) => {
      error.message = `getHostByAddr ${error.code} ${address}`;
      error.hostname = address;
      throw error;
    });
  }

  static {
    for (const kind of ["Any", "Caa", "Cname", "Mx", "Naptr", "Ns", "Ptr", "Soa", "Srv", "Txt"]) {
      const name = `resolve${kind}`;
      const method = {
        /** @this {Resolver} @param {any} hostname @returns {Promise<any>} */
        [name](hostname) {
          validateString(hostname, "name");
          return this.#query(kind.toUpperCase(), hostname, undefined);
        },
      }[name];
      Object.defineProperty(this.prototype, name, {
        value: method,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  }
}

/** @type {string} how addresses are ordered when a call does not say */
let defaultOrder = "verbatim";

export const getDefaultResultOrder = () => defaultOrder;

/** @param {any} order */
export function setDefaultResultOrder(order) {
  validateString(order, "dnsOrder");
  if (!["verbatim", "ipv4first", "ipv6first"].includes(order)) {
    throw invalidArgValue("dnsOrder", order, "must be one of: 'ipv4first', 'ipv6first', 'verbatim'");
  }
  defaultOrder = order;
}

/** @param {any} hostname @param {any} [options] @returns {Promise<any>} */
export async function lookup(hostname, options = undefined) {
  const { family, all, order } = lookupPlan(hostname, options);
  const own = typeof options === "object" && (options?.order !== undefined || options?.verbatim !== undefined);
  const wanted = own ? order : defaultOrder;
  if (!hostname) return all ? [] : { address: null, family: family === 6 ? 6 : 4 };
  const given = isIP(hostname);
  if (given !== 0) return all ? [{ address: hostname, family: given }] : { address: hostname, family: given };
  /** @type {{ address: string, family: number }[]} */
  let found;
  try {
    const addresses = await op_node_dns_lookup(hostname);
    found = addresses.map((/** @type {any} */ [address, isV6]) => ({ address, family: isV6 ? 6 : 4 }));
  } catch (error) {
    throw dnsError(coded(error).code ?? "EAI_FAIL", "getaddrinfo", hostname);
  }
  if (family !== 0) found = found.filter((address) => address.family === family);
  if (found.length === 0) throw dnsError("ENOTFOUND", "getaddrinfo", hostname);
  if (wanted !== "verbatim") {
    const first = wanted === "ipv4first" ? 4 : 6;
    found = [...found.filter((a) => a.family === first), ...found.filter((a) => a.family !== first)];
  }
  return all ? found : found[0];
}

/** Services have no names here. @param {any} address @param {any} port */
export async function lookupService(address, port) {
  if (typeof address !== "string" || isIP(address) === 0) throw invalidArgValue("address", address);
  if (typeof port !== "number") throw invalidArgType("port", "number", port);
  throw notImplemented("dns.lookupService");
}

/** The resolver of the module's own functions. */
export const customary = new Resolver();
