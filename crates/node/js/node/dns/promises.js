// node:dns/promises (https://nodejs.org/api/dns.html#dns-promises-api).

import { CODES } from "../../internal/dns/values.js";
import {
  Resolver,
  customary,
  getDefaultResultOrder,
  lookup,
  lookupService,
  setDefaultResultOrder,
} from "../../internal/dns/resolver.js";

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

/** @param {string} name */
const from =
  (name) =>
  /** @param {any[]} args */
  (...args) =>
    /** @type {any} */ (customary)[name](...args);

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
const getServers = from("getServers");
const setServers = from("setServers");

export {
  ADDRGETNETWORKPARAMS,
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
  getDefaultResultOrder,
  getServers,
  lookup,
  lookupService,
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
  ADDRGETNETWORKPARAMS,
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
  getDefaultResultOrder,
  getServers,
  lookup,
  lookupService,
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
