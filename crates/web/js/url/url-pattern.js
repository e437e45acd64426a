// URLPattern (https://urlpattern.spec.whatwg.org/).
//
// The native side makes regular expressions of a pattern; they are compiled here, once, when it is constructed. To
// match, the native side takes a URL apart, and the rest is the language's own.

import { op_url_pattern_input, op_url_pattern_parse } from "selvedge:ops";
import { converters, defineInterface, dictionary, uncurryThis } from "../webidl.js";
import { append } from "../webidl/intrinsics.js";

const { USVString } = converters;
const { defineProperty } = Object;
const Expression = RegExp;
const exec = uncurryThis(RegExp.prototype.exec);

const NAMES = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
const MEMBERS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash", "baseURL"];

const convertInit = dictionary("URLPatternInit", stringMembers(MEMBERS));
const convertOptions = dictionary("URLPatternOptions", [
  { key: "ignoreCase", converter: converters.boolean, defaultValue: false },
]);

/**
 * @param {readonly string[]} keys
 * @returns {import("../webidl/combinators.js").Member[]}
 */
function stringMembers(keys) {
  /** @type {import("../webidl/combinators.js").Member[]} */
  const members = [];
  for (let index = 0; index < keys.length; index++) append(members, { key: keys[index], converter: USVString });
  return members;
}

/** What matches everything. */
const ANYTHING = "^(.*)$";

/** @type {(string | null)[]} */
const noMembers = [];

/**
 * @typedef {object} Component
 * @property {string} pattern
 * @property {RegExp | null} expression null: anything
 * @property {string[]} names of the groups
 */

/**
 * An input as the native side takes it.
 * @typedef {object} Input
 * @property {any} given the string, or the dictionary
 * @property {string | null} text
 * @property {(string | null)[]} members
 */

/**
 * `(USVString or URLPatternInit)`
 * @param {any} input
 * @param {string} prefix
 * @returns {Input}
 */
function convertInput(input, prefix) {
  if (input !== undefined && input !== null && typeof input !== "object" && typeof input !== "function") {
    const text = USVString(input, prefix, "parameter 1");
    return { given: text, text, members: noMembers };
  }
  const init = convertInit(input, prefix, "parameter 1");
  /** @type {any} */
  const given = {};
  /** @type {(string | null)[]} */
  const members = [];
  for (let index = 0; index < MEMBERS.length; index++) {
    const value = init[MEMBERS[index]];
    members[index] = value === undefined ? null : value;
    if (value !== undefined) define(given, MEMBERS[index], value);
  }
  return { given, text: null, members };
}

/**
 * @param {object} object
 * @param {string} key
 * @param {any} value
 */
function define(object, key, value) {
  defineProperty(
    object,
    key,
    /** @type {any} */ ({ __proto__: null, value, writable: true, enumerable: true, configurable: true }),
  );
}

/**
 * @param {string} source
 * @param {boolean} ignoreCase
 */
function compile(source, ignoreCase) {
  if (source === ANYTHING) return null;
  try {
    return new Expression(source, ignoreCase ? "vi" : "v");
  } catch {
    throw new TypeError("Failed to construct 'URLPattern': the pattern has an invalid regular expression.");
  }
}

/**
 * The groups of a match; null: there is none.
 * @param {Component} component
 * @param {string} value
 * @returns {any[] | null}
 */
function match({ expression }, value) {
  return expression === null ? [value, value] : /** @type {any} */ (exec(expression, value));
}

/** A pattern that URLs are matched with. */
export class URLPattern {
  /** @type {Component[]} */ #components = [];
  #hasRegExpGroups;

  /**
   * @param {any} [input]
   * @param {any} [baseURL] or the options
   * @param {any} [options]
   */
  constructor(input = undefined, baseURL = undefined, options = undefined) {
    const prefix = "Failed to construct 'URLPattern'";
    const isOptions =
      arguments.length < 3 &&
      (baseURL === undefined || baseURL === null || typeof baseURL === "object" || typeof baseURL === "function");
    const { text, members } = convertInput(input, prefix);
    const base = isOptions ? null : USVString(baseURL, prefix, "parameter 2");
    const { ignoreCase } = convertOptions(
      isOptions ? baseURL : options,
      prefix,
      isOptions ? "parameter 2" : "parameter 3",
    );
    const [components, hasRegExpGroups] = op_url_pattern_parse(text, members, base, ignoreCase);
    for (let index = 0; index < components.length; index++) {
      const [pattern, source, names] = components[index];
      // Case is told apart in the names of hosts and the like, whatever the options say: they are lower-case anyway.
      const isFolded = ignoreCase && index >= 5;
      this.#components[index] = { pattern, expression: compile(source, isFolded), names };
    }
    this.#hasRegExpGroups = hasRegExpGroups;
  }

  get protocol() {
    return this.#components[0].pattern;
  }

  get username() {
    return this.#components[1].pattern;
  }

  get password() {
    return this.#components[2].pattern;
  }

  get hostname() {
    return this.#components[3].pattern;
  }

  get port() {
    return this.#components[4].pattern;
  }

  get pathname() {
    return this.#components[5].pattern;
  }

  get search() {
    return this.#components[6].pattern;
  }

  get hash() {
    return this.#components[7].pattern;
  }

  get hasRegExpGroups() {
    return this.#hasRegExpGroups;
  }

  /**
   * @param {any} [input]
   * @param {string} [baseURL]
   * @returns {boolean}
   */
  test(input = undefined, baseURL = undefined) {
    const components = this.#components;
    const prefix = "Failed to execute 'test' on 'URLPattern'";
    const { text, members } = convertInput(input, prefix);
    const base = baseURL === undefined ? null : USVString(baseURL, prefix, "parameter 2");
    const found = op_url_pattern_input(text, members, base);
    if (found === null) return false;
    for (let index = 0; index < components.length; index++) {
      if (match(components[index], found[index]) === null) return false;
    }
    return true;
  }

  /**
   * @param {any} [input]
   * @param {string} [baseURL]
   * @returns {any} a URLPatternResult, or null
   */
  exec(input = undefined, baseURL = undefined) {
    const components = this.#components;
    const prefix = "Failed to execute 'exec' on 'URLPattern'";
    const { given, text, members } = convertInput(input, prefix);
    const base = baseURL === undefined ? null : USVString(baseURL, prefix, "parameter 2");
    const found = op_url_pattern_input(text, members, base);
    if (found === null) return null;
    const result = {};
    define(result, "inputs", base === null ? [given] : [given, base]);
    for (let index = 0; index < components.length; index++) {
      const component = components[index];
      const values = match(component, found[index]);
      if (values === null) return null;
      const groups = {};
      for (let group = 0; group < component.names.length; group++) {
        define(groups, component.names[group], values[group + 1]);
      }
      define(result, NAMES[index], { input: found[index], groups });
    }
    return result;
  }
}

defineInterface(URLPattern, { tag: "URLPattern" });
