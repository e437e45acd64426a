// Certificates (https://nodejs.org/api/crypto.html#class-x509certificate).

import { op_node_x509_key, op_node_x509_read, op_node_x509_verify } from "selvedge:ops";
import { invalidArgType, validateObject, validateString } from "../errors.js";
import { call } from "../native-error.js";
import { createHash } from "./hash.js";
import { KeyObject, createPublicKey as publicFrom, fromNative, idOf, toPem } from "./keys.js";
import { toBuffer, toBytes } from "./util.js";

/** @type {Record<string, number>} */
const CURVE_BITS = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time as OpenSSL prints it. @param {number} seconds */
function printed(seconds) {
  const time = new Date(seconds * 1000);
  const pad = (/** @type {number} */ number, fill = "0") => `${number}`.padStart(2, fill);
  const clock = `${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}:${pad(time.getUTCSeconds())}`;
  return `${MONTHS[time.getUTCMonth()]} ${pad(time.getUTCDate(), " ")} ${clock} ${time.getUTCFullYear()} GMT`;
}

/** @param {[string, string][]} pairs */
const lines = (pairs) =>
  pairs.length === 0
    ? undefined
    : pairs.map(([name, value]) => `${name}=${value.replace(/[\\\n"+,;<>]/g, escaped)}`).join("\n");

/** A character of a name as OpenSSL escapes it (RFC 2253). @param {string} c */
const escaped = (c) => (c === "\n" ? "\\0A" : `\\${c}`);

/** @param {[string, string][]} pairs */
function legacy(pairs) {
  const result = /** @type {any} */ ({ __proto__: null });
  for (const [name, value] of pairs) {
    if (result[name] === undefined) result[name] = value;
    else if (Array.isArray(result[name])) result[name].push(value);
    else result[name] = [result[name], value];
  }
  return result;
}

/** Whether a name of a certificate, perhaps with a wildcard as its first label, is that of a host. */
function matches(/** @type {string} */ pattern, /** @type {string} */ host, /** @type {any} */ options) {
  const [a, b] = [pattern, host].map((name) => name.toLowerCase());
  if (a === b) return true;
  if (options.wildcards === false || !a.includes("*")) return false;
  const [first, ...rest] = a.split(".");
  const [label, ...others] = b.split(".");
  if (rest.length < 2 || others.length === 0 || first.split("*").length !== 2) return false;
  if (first !== "*" && (options.partialWildcards === false || label.startsWith("xn--"))) return false;
  const [before, after] = first.split("*");
  if (before !== "" && after !== "") return false;
  return (
    rest.join(".") === others.join(".") &&
    label.length >= before.length + after.length &&
    label.startsWith(before) &&
    label.endsWith(after)
  );
}

export class X509Certificate {
  /** @type {any} */ #says;
  /** @type {Uint8Array} */ #der;
  /** @type {KeyObject | undefined} */ #key;

  /** @param {any} data */
  constructor(data) {
    if (
      typeof data !== "string" &&
      !ArrayBuffer.isView(data) &&
      Object.prototype.toString.call(data) !== "[object ArrayBuffer]"
    ) {
      throw invalidArgType("buffer", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    [this.#says, this.#der] = call(op_node_x509_read, toBytes(data, "buffer"));
  }

  get subject() {
    return lines(this.#says.subject);
  }

  get issuer() {
    return lines(this.#says.issuer);
  }

  get subjectAltName() {
    return this.#says.alternativeNames ?? undefined;
  }

  get infoAccess() {
    return this.#says.infoAccess ?? undefined;
  }

  get issuerCertificate() {
    return undefined;
  }

  get validFrom() {
    return printed(this.#says.validFrom);
  }

  get validTo() {
    return printed(this.#says.validTo);
  }

  get validFromDate() {
    return new Date(this.#says.validFrom * 1000);
  }

  get validToDate() {
    return new Date(this.#says.validTo * 1000);
  }

  get fingerprint() {
    return this.#fingerprint("sha1");
  }

  get fingerprint256() {
    return this.#fingerprint("sha256");
  }

  get fingerprint512() {
    return this.#fingerprint("sha512");
  }

  /** @param {string} algorithm */
  #fingerprint(algorithm) {
    const digits = createHash(algorithm).update(this.#der).digest("hex").toUpperCase();
    return digits.match(/../g).join(":");
  }

  get keyUsage() {
    return this.#says.keyUsage ?? undefined;
  }

  get serialNumber() {
    return this.#says.serialNumber;
  }

  get raw() {
    return toBuffer(this.#der.slice());
  }

  get publicKey() {
    return (this.#key ??= fromNative(call(op_node_x509_key, this.#der)));
  }

  get ca() {
    return this.#says.ca;
  }

  toString() {
    return toPem(this.#der, "CERTIFICATE");
  }

  toJSON() {
    return this.toString();
  }

  /** @param {any} name @param {any} [options] */
  checkHost(name, options = {}) {
    validateString(name, "name");
    validateObject(options, "options");
    const names = this.#says.names
      .filter((/** @type {any} */ [kind]) => kind === "DNS")
      .map((/** @type {any} */ [, of]) => of);
    const found = names.find((/** @type {string} */ of) => matches(of, name, options));
    if (found !== undefined) return found;
    const { subject = "default" } = options;
    if (subject === "never" || (subject === "default" && names.length > 0)) return undefined;
    return this.#commonNames("CN").find((of) => matches(of, name, options));
  }

  /** @param {string} kind @returns {string[]} */
  #commonNames(kind) {
    return this.#says.subject
      .filter((/** @type {any} */ [of]) => of === kind)
      .map((/** @type {any} */ [, value]) => value);
  }

  /** @param {any} email @param {any} [options] */
  checkEmail(email, options = {}) {
    validateString(email, "email");
    validateObject(options, "options");
    // Before the at sign case matters (RFC 5280, section 7.5).
    const normal = (/** @type {string} */ address) => address.replace(/@[^@]*$/, (host) => host.toLowerCase());
    const names = this.#says.names
      .filter((/** @type {any} */ [kind]) => kind === "email")
      .map((/** @type {any} */ [, of]) => of);
    const { subject = "default" } = options;
    const all =
      subject === "never" || (subject === "default" && names.length > 0)
        ? names
        : [...names, ...this.#commonNames("emailAddress")];
    return all.some((/** @type {string} */ of) => normal(of) === normal(email)) ? email : undefined;
  }

  /** @param {any} address */
  checkIP(address) {
    validateString(address, "ip");
    const wanted = canonical(address);
    const isFound = this.#says.names.some(
      (/** @type {any} */ [kind, of]) => kind === "IP Address" && canonical(of) === wanted,
    );
    return isFound ? address : undefined;
  }

  /** @param {any} other */
  checkIssued(other) {
    if (!(other instanceof X509Certificate)) throw invalidArgType("otherCert", "X509Certificate", other);
    return JSON.stringify(this.#says.issuer) === JSON.stringify(other.#says.subject) && this.verify(other.publicKey);
  }

  /** @param {any} key */
  checkPrivateKey(key) {
    if (!(key instanceof KeyObject)) throw invalidArgType("pkey", "KeyObject", key);
    if (key.type !== "private") throw invalidArgType("pkey", "private KeyObject", key);
    const der = (/** @type {any} */ of) => of.export({ type: "spki", format: "der" });
    const own = der(this.publicKey);
    const exported = /** @type {any} */ (key).export({ type: "pkcs8", format: "pem" });
    return der(publicFrom(exported)).equals(own);
  }

  /** @param {any} key */
  verify(key) {
    if (!(key instanceof KeyObject)) throw invalidArgType("pkey", "KeyObject", key);
    if (key.type !== "public") throw invalidArgType("pkey", "public KeyObject", key);
    return call(op_node_x509_verify, this.#der, idOf(key));
  }

  toLegacyObject() {
    const says = this.#says;
    const { modulusLength, publicExponent, namedCurve } = /** @type {any} */ (this.publicKey).asymmetricKeyDetails;
    const object = {
      subject: legacy(says.subject),
      issuer: legacy(says.issuer),
      subjectaltname: this.subjectAltName,
      infoAccess: says.infoAccess === null ? undefined : infoAccess(says.infoAccess),
      ca: this.ca,
      bits: modulusLength ?? CURVE_BITS[namedCurve],
      exponent: publicExponent === undefined ? undefined : `0x${publicExponent.toString(16)}`,
      pubkey: /** @type {any} */ (this.publicKey).export({ type: "spki", format: "der" }),
      valid_from: this.validFrom,
      valid_to: this.validTo,
      fingerprint: this.fingerprint,
      fingerprint256: this.fingerprint256,
      fingerprint512: this.fingerprint512,
      ext_key_usage: this.keyUsage,
      serialNumber: this.serialNumber,
      raw: this.raw,
    };
    return object;
  }
}

/** @param {string} text */
function infoAccess(text) {
  const result = /** @type {any} */ ({ __proto__: null });
  for (const line of text.trimEnd().split("\n")) {
    const [, method, place] = /** @type {any} */ (/^(.*?) - (.*)$/.exec(line) ?? [line, line, ""]);
    const key = `${method} - ${place.split(":")[0]}`;
    (result[key] ??= []).push(place.slice(place.indexOf(":") + 1));
  }
  return result;
}

/** An address in one form for all its spellings. @param {string} address */
function canonical(address) {
  if (!address.includes(":")) return address;
  const [head, tail] = address.toLowerCase().split("::");
  const groups = (/** @type {string | undefined} */ part) => (part ? part.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...middle, ...after].map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
