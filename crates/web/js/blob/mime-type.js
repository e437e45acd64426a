// MIME types (https://mimesniff.spec.whatwg.org/#parsing-a-mime-type): essence and parameters.

import { uncurryThis } from "../webidl.js";
import { charCodeAt } from "../webidl/intrinsics.js";

const toLowerCase = uncurryThis(String.prototype.toLowerCase);
const trim = uncurryThis(String.prototype.trim);
const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const BACKSLASH = 92;
const QUOTE = 34;

/**
 * `text` is its serialization (https://mimesniff.spec.whatwg.org/#serializing-a-mime-type).
 * @typedef {{ essence: string, text: string, parameter(name: string): string | undefined }} MimeType
 */

/**
 * The value that begins at `from`, unquoted, and where what follows it begins.
 * @param {string} text
 * @param {number} from
 * @returns {{ text: string, end: number }}
 */
function parameterValue(text, from) {
  if (charCodeAt(text, from) !== QUOTE) {
    const semicolon = indexOf(text, ";", from);
    const end = semicolon === -1 ? text.length : semicolon;
    return { text: trim(slice(text, from, end)), end };
  }
  let value = "";
  let index = from + 1;
  for (; index < text.length && charCodeAt(text, index) !== QUOTE; index++) {
    if (charCodeAt(text, index) === BACKSLASH && index + 1 < text.length) index += 1;
    value += text[index];
  }
  const semicolon = indexOf(text, ";", index);
  return { text: value, end: semicolon === -1 ? text.length : semicolon };
}

/**
 * A parameter's value as it is written: in quotes where it is no HTTP token.
 * @param {string} value
 */
function quoted(value) {
  let text = "";
  let plain = value !== "";
  for (let index = 0; index < value.length; index++) {
    const character = value[index];
    if (indexOf(TOKEN, character) === -1) plain = false;
    if (character === '"' || character === "\\") text += "\\";
    text += character;
  }
  return plain ? value : `"${text}"`;
}

/**
 * @param {string} text
 * @returns {MimeType | null} null for what is no MIME type
 */
export function parseMimeType(text) {
  const semicolon = indexOf(text, ";");
  const essence = toLowerCase(trim(semicolon === -1 ? text : slice(text, 0, semicolon)));
  const slash = indexOf(essence, "/");
  if (slash < 1 || slash === essence.length - 1) return null;
  /** @type {Array<[string, string]>} */
  const parameters = [];
  let at = semicolon;
  while (at !== -1 && at < text.length) {
    const equals = indexOf(text, "=", at);
    const next = indexOf(text, ";", at + 1);
    if (equals === -1) break;
    if (next !== -1 && next < equals) {
      at = next;
      continue;
    }
    const name = toLowerCase(trim(slice(text, at + 1, equals)));
    const value = parameterValue(text, equals + 1);
    parameters[parameters.length] = [name, value.text];
    at = value.end;
  }
  let serialized = essence;
  for (let index = 0; index < parameters.length; index++) {
    serialized += `;${parameters[index][0]}=${quoted(parameters[index][1])}`;
  }
  return {
    essence,
    text: serialized,
    parameter(name) {
      for (let index = 0; index < parameters.length; index++) {
        if (parameters[index][0] === name) return parameters[index][1];
      }
      return undefined;
    },
  };
}
