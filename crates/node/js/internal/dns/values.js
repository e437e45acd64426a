// What node:dns says of errors and addresses.

import { invalidArgType, invalidArgValue, validateString } from "../errors.js";
import { isNil } from "../nil.js";

/** The codes of c-ares. */
export const CODES = /** @type {const} */ ({
  NODATA: "ENODATA",
  FORMERR: "EFORMERR",
  SERVFAIL: "ESERVFAIL",
  NOTFOUND: "ENOTFOUND",
  NOTIMP: "ENOTIMP",
  REFUSED: "EREFUSED",
  BADQUERY: "EBADQUERY",
  BADNAME: "EBADNAME",
  BADFAMILY: "EBADFAMILY",
  BADRESP: "EBADRESP",
  CONNREFUSED: "ECONNREFUSED",
  TIMEOUT: "ETIMEOUT",
  EOF: "EOF",
  FILE: "EFILE",
  NOMEM: "ENOMEM",
  DESTRUCTION: "EDESTRUCTION",
  BADSTR: "EBADSTR",
  BADFLAGS: "EBADFLAGS",
  NONAME: "ENONAME",
  BADHINTS: "EBADHINTS",
  NOTINITIALIZED: "ENOTINITIALIZED",
  LOADIPHLPAPI: "ELOADIPHLPAPI",
  ADDRGETNETWORKPARAMS: "EADDRGETNETWORKPARAMS",
  CANCELLED: "ECANCELLED",
});

export const ADDRCONFIG = 32;
export const V4MAPPED = 8;
export const ALL = 16;

/**
 * @param {string} code
 * @param {string} syscall
 * @param {string} [hostname]
 */
export function dnsError(code, syscall, hostname = undefined) {
  const error = /** @type {any} */ (new Error(`${syscall} ${code}${hostname ? ` ${hostname}` : ""}`));
  if (code === "ENOTFOUND" && syscall === "getaddrinfo") error.errno = -3008;
  else error.errno = undefined;
  error.code = code;
  error.syscall = syscall;
  if (hostname !== undefined) error.hostname = hostname;
  return error;
}

/** 4, 6, or 0 for what is no address. @param {string} text */
export function isIP(text) {
  const bytes = text.split(".");
  if (bytes.length === 4 && bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256)) return 4;
  if (!text.includes(":")) return 0;
  const plain = text.replace(/%.*$/, "");
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (embedded && isIP(embedded[2]) !== 4) return 0;
  const whole = embedded ? `${embedded[1]}0:0` : plain;
  const halves = whole.split("::");
  if (halves.length > 2) return 0;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return 0;
  return halves.length === 2 ? (groups.length < 8 ? 6 : 0) : groups.length === 8 ? 6 : 0;
}

/** The name that asks for an address' names (RFC 1035, section 3.5; RFC 3596, section 2.5). @param {string} address */
export function reverseName(address) {
  if (isIP(address) === 4) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const plain = address.replace(/%.*$/, "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes) => {
    const [a, b, c, d] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head, tail] = plain.split("::");
  const groups = (/** @type {string | undefined} */ part) => (part ? part.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  const digits = [...before, ...middle, ...after].map((group) => group.padStart(4, "0")).join("");
  return `${[...digits].reverse().join(".")}.ip6.arpa`;
}

/** @param {any} hostname @param {any} options @returns {{ family: 0 | 4 | 6, all: boolean, order: string }} */
export function lookupPlan(hostname, options) {
  if (hostname) validateString(hostname, "hostname");
  let family = 0;
  let all = false;
  let order = "verbatim";
  if (typeof options === "number") family = options;
  else if (options !== undefined && (typeof options !== "object" || options === null)) {
    throw invalidArgType("options", ["integer", "object"], options);
  } else if (options) {
    const { hints, order: asked, verbatim } = options;
    if (!isNil(hints) && (typeof hints !== "number" || hints & ~(ADDRCONFIG | V4MAPPED | ALL))) {
      throw invalidArgValue("hints", hints);
    }
    family = options.family === "IPv4" ? 4 : options.family === "IPv6" ? 6 : (options.family ?? 0);
    all = options.all ?? false;
    if (typeof all !== "boolean") throw invalidArgType("options.all", "boolean", all);
    if (verbatim === false) order = "ipv4first";
    if (asked !== undefined) {
      if (!["verbatim", "ipv4first", "ipv6first"].includes(asked)) {
        throw invalidArgValue("options.order", asked, "must be one of: 'ipv4first', 'ipv6first', 'verbatim'");
      }
      order = asked;
    }
  }
  if (![0, 4, 6].includes(family)) {
    throw invalidArgValue(typeof options === "number" ? "family" : "options.family", family, "must be one of: 0, 4, 6");
  }
  return { family: /** @type {0 | 4 | 6} */ (family), all, order };
}
