// MIMEType (https://nodejs.org/api/util.html#class-utilmimetype), by the MIME Sniffing Standard.

import { nodeError } from "../errors.js";

const TOKEN = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/;
const QUOTED = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @param {string} name @param {string} text @param {number} place */
function syntaxError(name, text, place) {
  const at = place === -1 ? "" : ` at ${place}`;
  return nodeError(TypeError, "ERR_INVALID_MIME_SYNTAX", `The MIME syntax for a ${name} in "${text}" is invalid${at}`);
}

/** @param {string} text */
const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** @param {string} text */
const quote = (text) => (text.length > 0 && TOKEN.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`);

/** https://nodejs.org/api/util.html#class-utilmimeparams */
export class MIMEParams {
  /** @type {Map<string, string>} */ #data = new Map();

  /** @param {string} text the parameters of a type @returns {MIMEParams} */
  static parse(text) {
    const params = new MIMEParams();
    let rest = text;
    while (rest.length > 0) {
      rest = rest.replace(/^;?[\t\n\r ]*/, "");
      const [name] = /** @type {RegExpExecArray} */ (/^[^;=]*/.exec(rest));
      rest = rest.slice(name.length);
      if (rest[0] !== "=") continue;
      rest = rest.slice(1);
      let value;
      if (rest[0] === '"') {
        const [raw] = /** @type {RegExpExecArray} */ (/^"(?:[^\\"]|\\[\s\S]?)*"?/.exec(rest));
        value = raw.slice(1, raw.length > 1 && raw.endsWith('"') ? -1 : undefined).replace(/\\([\s\S]?)/g, "$1");
        rest = rest.slice(raw.length).replace(/^[^;]*/, "");
      } else {
        const [raw] = /** @type {RegExpExecArray} */ (/^[^;]*/.exec(rest));
        rest = rest.slice(raw.length);
        value = raw.replace(/[\t\n\r ]+$/, "");
        if (value === "") continue;
      }
      const key = lower(name);
      if (TOKEN.test(key) && QUOTED.test(value) && !params.#data.has(key)) params.#data.set(key, value);
    }
    return params;
  }

  /** @param {string} name */
  delete(name) {
    this.#data.delete(`${name}`);
  }

  /** @param {string} name */
  get(name) {
    return this.#data.get(`${name}`) ?? null;
  }

  /** @param {string} name */
  has(name) {
    return this.#data.has(`${name}`);
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    name = `${name}`;
    value = `${value}`;
    if (!TOKEN.test(name)) throw syntaxError("parameter name", name, name.search(/[^-!#$%&'*+.^_`|~A-Za-z0-9]/));
    if (!QUOTED.test(value)) throw syntaxError("parameter value", value, value.search(/[^\t\x20-\x7e\x80-\xff]/));
    this.#data.set(name, value);
  }

  *entries() {
    yield* this.#data.entries();
  }

  *keys() {
    yield* this.#data.keys();
  }

  *values() {
    yield* this.#data.values();
  }

  toString() {
    return [...this.#data].map(([name, value]) => `${name}=${quote(value)}`).join(";");
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toJSON() {
    return this.toString();
  }
}

/** https://nodejs.org/api/util.html#class-utilmimetype */
export class MIMEType {
  #type;
  #subtype;
  #params;

  /** @param {string} input */
  constructor(input) {
    const text = `${input}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
    const slash = text.indexOf("/");
    const type = slash === -1 ? text : text.slice(0, slash);
    if (slash === -1 || !TOKEN.test(type)) {
      throw syntaxError("type", `${input}`, type.search(/[^-!#$%&'*+.^_`|~A-Za-z0-9]/));
    }
    const semicolon = text.indexOf(";", slash);
    const end = semicolon === -1 ? text.length : semicolon;
    const subtype = text.slice(slash + 1, end).replace(/[\t\n\r ]+$/, "");
    if (!TOKEN.test(subtype)) {
      const place = subtype.search(/[^-!#$%&'*+.^_`|~A-Za-z0-9]/);
      throw syntaxError("subtype", `${input}`, place === -1 ? -1 : place);
    }
    this.#type = lower(type);
    this.#subtype = lower(subtype);
    this.#params = MIMEParams.parse(text.slice(end));
  }

  get type() {
    return this.#type;
  }

  set type(value) {
    value = `${value}`;
    if (!TOKEN.test(value)) throw syntaxError("type", value, value.search(/[^-!#$%&'*+.^_`|~A-Za-z0-9]/));
    this.#type = lower(value);
  }

  get subtype() {
    return this.#subtype;
  }

  set subtype(value) {
    value = `${value}`;
    if (!TOKEN.test(value)) throw syntaxError("subtype", value, value.search(/[^-!#$%&'*+.^_`|~A-Za-z0-9]/));
    this.#subtype = lower(value);
  }

  get essence() {
    return `${this.#type}/${this.#subtype}`;
  }

  get params() {
    return this.#params;
  }

  toString() {
    const params = this.#params.toString();
    return params === "" ? this.essence : `${this.essence};${params}`;
  }

  toJSON() {
    return this.toString();
  }
}
