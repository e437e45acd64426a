// node:dns (https://nodejs.org/api/dns.html): the forms with callbacks.

import promises from "node:dns/promises";
import { CODES } from "../internal/dns/values.js";
import {
  Resolver as PromisesResolver,
  customary,
  getDefaultResultOrder,
  lookup as lookupPromise,
  lookupService as lookupServicePromise,
  setDefaultResultOrder,
} from "../internal/dns/resolver.js";
import { ADDRCONFIG, ALL, V4MAPPED, isIP, lookupPlan } from "../internal/dns/values.js";
import { invalidArgType, validateFunction } from "../internal/errors.js";
import { settle } from "../internal/native-error.js";
import { promisified } from "../internal/promisify.js";

const {
  NODATA,
  FORMERR,
  SERVFAIL,
  NOTFOUND,
  NOTIMP,
  REFUSED,
  BADQUERY,
  BADNAME,
  BADFAMILY,
  BADRESP,
  CONNREFUSED,
  TIMEOUT,
  EOF,
  FILE,
  NOMEM,
  DESTRUCTION,
  BADSTR,
  BADFLAGS,
  NONAME,
  BADHINTS,
  NOTINITIALIZED,
  LOADIPHLPAPI,
  ADDRGETNETWORKPARAMS,
  CANCELLED,
} = CODES;

/** @param {any} resolver @param {string} name @param {any[]} args */
function call(resolver, name, args) {
  const callback = args.at(-1);
  validateFunction(callback, "callback");
  settle(resolver[name](...args.slice(0, -1)), callback);
}

/** A resolver with callbacks. */
class Resolver {
  #inner;

  /** @param {any} [options] */
  constructor(options = undefined) {
    this.#inner = new PromisesResolver(options);
  }

  getServers() {
    return this.#inner.getServers();
  }

  setServers() {
    this.#inner.setServers();
  }

  setLocalAddress() {
    this.#inner.setLocalAddress();
  }

  cancel() {
    this.#inner.cancel();
  }

  static {
    for (const name of [
      "resolve",
      "resolve4",
      "resolve6",
      "resolveAny",
      "resolveCaa",
      "resolveCname",
      "resolveMx",
      "resolveNaptr",
      "resolveNs",
      "resolvePtr",
      "resolveSoa",
      "resolveSrv",
      "resolveTxt",
      "reverse",
    ]) {
      const method = {
        /** @this {Resolver} @param {any[]} args */
        [name](...args) {
          call(this.#inner, name, args);
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

/** @param {string} name */
const from =
  (name) =>
  /** @param {any[]} args */
  (...args) =>
    call(customary, name, args);

const resolve = from("resolve");
const resolve4 = from("resolve4");
const resolve6 = from("resolve6");
const resolveAny = from("resolveAny");
const resolveCaa = from("resolveCaa");
const resolveCname = from("resolveCname");
const resolveMx = from("resolveMx");
const resolveNaptr = from("resolveNaptr");
const resolveNs = from("resolveNs");
const resolvePtr = from("resolvePtr");
const resolveSoa = from("resolveSoa");
const resolveSrv = from("resolveSrv");
const resolveTxt = from("resolveTxt");
const reverse = from("reverse");
const getServers = () => customary.getServers();
const setServers = () => customary.setServers();

/** @param {any} hostname @param {any} options @param {any} [callback] */
function lookup(hostname, options, callback = undefined) {
  if (typeof options === "function") [callback, options] = [options, undefined];
  validateFunction(callback, "callback");
  lookupPlan(hostname, options);
  settle(lookupPromise(hostname, options), (error, found) => {
    if (error) callback(error);
    else if (Array.isArray(found)) callback(null, found);
    else callback(null, found.address, found.family);
  });
}

promisified(lookup, lookupPromise);

/** @param {any} address @param {any} port @param {any} callback */
function lookupService(address, port, callback) {
  if (typeof address !== "string" || isIP(address) === 0) throw invalidArgType("address", "string", address);
  validateFunction(callback, "callback");
  settle(lookupServicePromise(address, port), callback);
}

export {
  ADDRCONFIG,
  ADDRGETNETWORKPARAMS,
  ALL,
  BADFAMILY,
  BADFLAGS,
  BADHINTS,
  BADNAME,
  BADQUERY,
  BADRESP,
  BADSTR,
  CANCELLED,
  CONNREFUSED,
  DESTRUCTION,
  EOF,
  FILE,
  FORMERR,
  LOADIPHLPAPI,
  NODATA,
  NOMEM,
  NONAME,
  NOTFOUND,
  NOTIMP,
  NOTINITIALIZED,
  REFUSED,
  Resolver,
  SERVFAIL,
  TIMEOUT,
  V4MAPPED,
  getDefaultResultOrder,
  getServers,
  lookup,
  lookupService,
  promises,
  resolve,
  resolve4,
  resolve6,
  resolveAny,
  resolveCaa,
  resolveCname,
  resolveMx,
  resolveNaptr,
  resolveNs,
  resolvePtr,
  resolveSoa,
  resolveSrv,
  resolveTxt,
  reverse,
  setDefaultResultOrder,
  setServers,
};

export default {
  ADDRCONFIG,
  ADDRGETNETWORKPARAMS,
  ALL,
  BADFAMILY,
  BADFLAGS,
  BADHINTS,
  BADNAME,
  BADQUERY,
  BADRESP,
  BADSTR,
  CANCELLED,
  CONNREFUSED,
  DESTRUCTION,
  EOF,
  FILE,
  FORMERR,
  LOADIPHLPAPI,
  NODATA,
  NOMEM,
  NONAME,
  NOTFOUND,
  NOTIMP,
  NOTINITIALIZED,
  REFUSED,
  Resolver,
  SERVFAIL,
  TIMEOUT,
  V4MAPPED,
  getDefaultResultOrder,
  getServers,
  lookup,
  lookupService,
  promises,
  resolve,
  resolve4,
  resolve6,
  resolveAny,
  resolveCaa,
  resolveCname,
  resolveMx,
  resolveNaptr,
  resolveNs,
  resolvePtr,
  resolveSoa,
  resolveSrv,
  resolveTxt,
  reverse,
  setDefaultResultOrder,
  setServers,
};
