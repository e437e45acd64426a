// URL (https://url.spec.whatwg.org/#url-class).
//
// An instance holds its href and the positions of the components in it; a getter is a slice. The parser and
// the setters are native (src/url), which write the positions to `words`.

import { op_url_can_parse, op_url_parse, op_url_set } from "selvedge:ops";
import { defineInspect } from "../console/inspectable.js";
import { registerPlatformClass } from "../structured-clone/platform-objects.js";
import { converters, defineInterface, requireArguments, uncurryThis } from "../webidl.js";
import { createSearchParams, replaceSearchParams } from "./url-search-params.js";

const { DOMString, USVString } = converters;
const charCodeAt = uncurryThis(String.prototype.charCodeAt);
const slice = uncurryThis(String.prototype.slice);

const COLON = 0x3a;

/** Where a component would be that is not there. */
const OMITTED = 0xffffffff;

/** What the native parser found, until the instance has read it: see `component_words` in src/url/ops.rs. */
const words = new Uint32Array(9);

const HAS_AUTHORITY = 1;
const HAS_ORIGIN = 2;

const PROTOCOL = 0;
const USERNAME = 1;
const PASSWORD = 2;
const HOST = 3;
const HOSTNAME = 4;
const PORT = 5;
const PATHNAME = 6;
const SEARCH = 7;
const HASH = 8;

const invalid = () => new TypeError("Invalid URL string.");

/**
 * @param {unknown} base
 * @param {string} prefix
 */
const convertBase = (base, prefix) => (base === undefined ? undefined : DOMString(base, prefix, "parameter 2"));

/**
 * What `parse()` passes to the constructor instead of an input: the href whose words are ready. Guest code cannot
 * make one.
 */
class Parsed {
  /** @param {string} href */
  constructor(href) {
    this.href = href;
  }
}

/**
 * @param {string} input
 * @param {string} [base]
 * @returns {URL | null}
 */
function parse(input, base = undefined) {
  const href = op_url_parse(input, base, words);
  return href === null ? null : new URL(/** @type {any} */ (new Parsed(href)));
}

/** A URL and its components. */
export class URL {
  /** @type {string} */ #href = "";
  #schemeEnd = 0;
  #usernameEnd = 0;
  #hostStart = 0;
  #hostEnd = 0;
  #port = OMITTED;
  #pathnameStart = 0;
  #searchStart = OMITTED;
  #hashStart = OMITTED;
  #flags = 0;
  /** @type {import("./url-search-params.js").URLSearchParams | null} */ #searchParams = null;

  /**
   * @param {string} url
   * @param {string} [base]
   */
  constructor(url, base = undefined) {
    if (/** @type {any} */ (url) instanceof Parsed) {
      this.#update(/** @type {Parsed} */ (/** @type {unknown} */ (url)).href);
      return;
    }
    const prefix = "Failed to construct 'URL'";
    requireArguments(arguments.length, 1, prefix);
    const href = op_url_parse(DOMString(url, prefix, "parameter 1"), convertBase(base, prefix), words);
    if (href === null) throw invalid();
    this.#update(href);
  }

  /**
   * Takes over what the parser found.
   * @param {string} href
   */
  #update(href) {
    this.#href = href;
    this.#schemeEnd = words[0];
    this.#usernameEnd = words[1];
    this.#hostStart = words[2];
    this.#hostEnd = words[3];
    this.#port = words[4];
    this.#pathnameStart = words[5];
    this.#searchStart = words[6];
    this.#hashStart = words[7];
    this.#flags = words[8];
  }

  /**
   * @param {number} component
   * @param {unknown} value
   */
  #set(component, value) {
    this.#update(
      op_url_set(this.#href, component, USVString(value, "Failed to set a property of 'URL'", "The value"), words),
    );
  }

  /** The query without its "?". */
  #query() {
    if (this.#searchStart === OMITTED) return "";
    return slice(this.#href, this.#searchStart + 1, this.#hashStart === OMITTED ? undefined : this.#hashStart);
  }

  #hasAuthority() {
    return (this.#flags & HAS_AUTHORITY) !== 0;
  }

  /** The host and the port. */
  #host() {
    return this.#hasAuthority() ? slice(this.#href, this.#hostStart, this.#pathnameStart) : "";
  }

  #path() {
    const end = this.#searchStart !== OMITTED ? this.#searchStart : this.#hashStart;
    return slice(this.#href, this.#pathnameStart, end === OMITTED ? undefined : end);
  }

  #refreshSearchParams() {
    if (this.#searchParams !== null) replaceSearchParams(this.#searchParams, this.#query());
  }

  /**
   * Whether `url` parses.
   * @param {string} url
   * @param {string} [base]
   */
  static canParse(url, base = undefined) {
    const prefix = "Failed to execute 'canParse' on 'URL'";
    requireArguments(arguments.length, 1, prefix);
    return op_url_can_parse(DOMString(url, prefix, "parameter 1"), convertBase(base, prefix));
  }

  /**
   * A new URL; null if `url` does not parse.
   * @param {string} url
   * @param {string} [base]
   */
  static parse(url, base = undefined) {
    const prefix = "Failed to execute 'parse' on 'URL'";
    requireArguments(arguments.length, 1, prefix);
    return parse(DOMString(url, prefix, "parameter 1"), convertBase(base, prefix));
  }

  get href() {
    return this.#href;
  }
  set href(value) {
    this.#href;
    const href = op_url_parse(
      DOMString(value, "Failed to set the 'href' property on 'URL'", "The value"),
      undefined,
      words,
    );
    if (href === null) throw invalid();
    this.#update(href);
    this.#refreshSearchParams();
  }

  get origin() {
    if ((this.#flags & HAS_ORIGIN) !== 0) return `${slice(this.#href, 0, this.#schemeEnd)}://${this.#host()}`;
    if (slice(this.#href, 0, this.#schemeEnd) !== "blob") return "null";
    const inner = parse(this.#path());
    if (inner === null) return "null";
    const scheme = slice(inner.#href, 0, inner.#schemeEnd);
    return scheme === "https" || scheme === "http" ? `${scheme}://${inner.#host()}` : "null";
  }

  get protocol() {
    return slice(this.#href, 0, this.#schemeEnd + 1);
  }
  set protocol(value) {
    this.#set(PROTOCOL, value);
  }

  get username() {
    return this.#hasAuthority() ? slice(this.#href, this.#schemeEnd + 3, this.#usernameEnd) : "";
  }
  set username(value) {
    this.#set(USERNAME, value);
  }

  get password() {
    if (!this.#hasAuthority() || charCodeAt(this.#href, this.#usernameEnd) !== COLON) return "";
    return this.#usernameEnd < this.#hostStart ? slice(this.#href, this.#usernameEnd + 1, this.#hostStart - 1) : "";
  }
  set password(value) {
    this.#set(PASSWORD, value);
  }

  get host() {
    return this.#host();
  }
  set host(value) {
    this.#set(HOST, value);
  }

  get hostname() {
    return this.#hasAuthority() ? slice(this.#href, this.#hostStart, this.#hostEnd) : "";
  }
  set hostname(value) {
    this.#set(HOSTNAME, value);
  }

  get port() {
    return this.#port === OMITTED ? "" : `${this.#port}`;
  }
  set port(value) {
    this.#set(PORT, value);
  }

  get pathname() {
    return this.#path();
  }
  set pathname(value) {
    this.#set(PATHNAME, value);
  }

  get search() {
    const query = this.#query();
    return query === "" ? "" : `?${query}`;
  }
  set search(value) {
    this.#set(SEARCH, value);
    this.#refreshSearchParams();
  }

  get searchParams() {
    return (this.#searchParams ??= createSearchParams(this.#query(), (query) => this.#set(SEARCH, query)));
  }

  get hash() {
    if (this.#hashStart === OMITTED || this.#hashStart + 1 === this.#href.length) return "";
    return slice(this.#href, this.#hashStart);
  }
  set hash(value) {
    this.#set(HASH, value);
  }

  toString() {
    return this.#href;
  }

  toJSON() {
    return this.#href;
  }

  static {
    registerPlatformClass({ name: "URL", isInstance: (value) => #href in value });
  }
}

defineInterface(URL, { tag: "URL", length: 1 });
defineInspect(URL, (url, { inspect, options }) => {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash } =
    url;
  const shown = {
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    searchParams,
    hash,
  };
  return `URL ${inspect(shown, options)}`;
});
