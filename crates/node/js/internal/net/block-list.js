// BlockList and SocketAddress (https://nodejs.org/api/net.html#class-netblocklist).

import { invalidArgType, invalidArgValue, nodeError, outOfRange } from "./errors.js";
import { addressNumber, isIPv4, isIPv6 } from "./ip.js";

/** @typedef {"ipv4" | "ipv6"} Family */

/**
 * @param {any} family
 * @returns {Family}
 */
function checkFamily(family) {
  if (typeof family !== "string") throw invalidArgType("family", "string", family);
  const lower = family.toLowerCase();
  if (lower !== "ipv4" && lower !== "ipv6") {
    throw invalidArgValue("family", family, "must be one of: 'ipv4', 'ipv6'");
  }
  return lower;
}

/** https://nodejs.org/api/net.html#class-netsocketaddress */
export class SocketAddress {
  #address;
  #port;
  #family;
  #flowlabel;

  /** @param {{ address?: string, family?: string, port?: number, flowlabel?: number }} [options] */
  constructor(options = {}) {
    if (options === null || typeof options !== "object") throw invalidArgType("options", "object", options);
    const { family = "ipv4", port = 0, flowlabel = 0 } = options;
    this.#family = checkFamily(family);
    const { address = this.#family === "ipv4" ? "127.0.0.1" : "::" } = options;
    if (typeof address !== "string") throw invalidArgType("options.address", "string", address);
    if (!(this.#family === "ipv4" ? isIPv4(address) : isIPv6(address))) {
      throw nodeError(Error, "ERR_INVALID_ADDRESS", "Invalid address");
    }
    if (typeof port !== "number" || !Number.isInteger(port) || port < 0 || port > 65535) {
      throw nodeError(RangeError, "ERR_SOCKET_BAD_PORT", `options.port should be >= 0 and < 65536. Received ${port}.`);
    }
    this.#address = address;
    this.#port = port;
    this.#flowlabel = flowlabel;
  }

  get address() {
    return this.#address;
  }

  get family() {
    return this.#family;
  }

  get flowlabel() {
    return this.#flowlabel;
  }

  get port() {
    return this.#port;
  }

  toJSON() {
    return { address: this.#address, port: this.#port, family: this.#family, flowlabel: this.#flowlabel };
  }
}

/**
 * @param {any} address a text or a SocketAddress
 * @param {any} family
 * @returns {{ text: string, family: Family, number: bigint }}
 */
function parse(address, family) {
  const given = address instanceof SocketAddress ? address : new SocketAddress({ address, family });
  const { address: text, family: kind } = given;
  return { text, family: kind, number: addressNumber(text, kind) };
}

/** Addresses, ranges and subnets. */
export class BlockList {
  /** @type {{ family: Family, from: bigint, to: bigint, text: string }[]} */
  #rules = [];

  /** @param {any} value */
  static isBlockList(value) {
    return typeof value === "object" && value !== null && #rules in value;
  }

  /**
   * @param {any} address
   * @param {any} [family]
   */
  addAddress(address, family = "ipv4") {
    const { family: kind, number, text } = parse(address, family);
    this.#add(kind, number, number, `Address: ${label(kind)} ${text}`);
  }

  /**
   * @param {any} start
   * @param {any} end
   * @param {any} [family]
   */
  addRange(start, end, family = "ipv4") {
    const [first, last] = [parse(start, family), parse(end, family)];
    if (first.number > last.number) {
      throw invalidArgValue("start", first.text, `must come before ${last.text}`);
    }
    this.#add(first.family, first.number, last.number, `Range: ${label(first.family)} ${first.text}-${last.text}`);
  }

  /**
   * @param {any} network
   * @param {any} prefix
   * @param {any} [family]
   */
  addSubnet(network, prefix, family = "ipv4") {
    const { family: kind, number, text } = parse(network, family);
    const bits = kind === "ipv4" ? 32 : 128;
    if (typeof prefix !== "number") throw invalidArgType("prefix", "number", prefix);
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > bits) {
      throw outOfRange("prefix", `>= 0 && <= ${bits}`, prefix);
    }
    const size = 1n << BigInt(bits - prefix);
    const from = number - (number % size);
    this.#add(kind, from, from + size - 1n, `Subnet: ${label(kind)} ${text}/${prefix}`);
  }

  /**
   * @param {Family} family
   * @param {bigint} from
   * @param {bigint} to
   * @param {string} text
   */
  #add(family, from, to, text) {
    this.#rules.unshift({ family, from, to, text });
  }

  /**
   * @param {any} address
   * @param {any} [family]
   * @returns {boolean}
   */
  check(address, family = "ipv4") {
    let { family: kind, number } = parse(address, family);
    // An IPv4 address in the form of IPv6 (::ffff:a.b.c.d) meets the rules of IPv4.
    const isIn = () => this.#rules.some((rule) => rule.family === kind && rule.from <= number && number <= rule.to);
    if (isIn()) return true;
    if (kind === "ipv4" || number >> 32n !== 0xffffn) return false;
    [kind, number] = ["ipv4", number & 0xffffffffn];
    return isIn();
  }

  get rules() {
    return this.#rules.map(({ text }) => text);
  }
}

/** @param {Family} family */
const label = (family) => (family === "ipv4" ? "IPv4" : "IPv6");
