// Strings, numbers and the other primitives; how wide a text is on a terminal.

/* eslint no-control-regex: off, no-misleading-character-class: off -- they are what is looked for */

import { uncurryThis } from "../../webidl.js";

const symbolToString = uncurryThis(Symbol.prototype.toString);

// Lone surrogates, control characters, the quote and the backslash.
const escapes = /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const escapesExceptQuote =
  /[\x00-\x1f\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** @type {Record<string, string>} */
const shortEscapes = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "'": "\\'", "\\": "\\\\" };

/** @param {string} character */
function escape(character) {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.charCodeAt(0);
  return code < 0xa0 ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}` : `\\u${code.toString(16)}`;
}

/**
 * A string in the quotes that need the fewest escapes.
 * @param {string} text
 */
export function quote(text) {
  if (!text.includes("'")) return `'${text.replace(escapes, escape)}'`;
  if (!text.includes('"')) return `"${text.replace(escapesExceptQuote, escape)}"`;
  if (!text.includes("`") && !text.includes("${")) return `\`${text.replace(escapesExceptQuote, escape)}\``;
  return `'${text.replace(escapes, escape)}'`;
}

/**
 * A text with its control characters escaped, without quotes.
 * @param {string} text
 */
export function escaped(text) {
  return text.replace(escapes, escape);
}

/** @param {number} value */
export function formatNumber(value) {
  return value === 0 && 1 / value < 0 ? "-0" : `${value}`;
}

/**
 * @param {import("./context.js").Context} ctx
 * @param {string} value
 */
function formatString(ctx, value) {
  let trailer = "";
  if (value.length > ctx.maxStringLength) {
    const remaining = value.length - ctx.maxStringLength;
    value = value.slice(0, ctx.maxStringLength);
    trailer = `... ${remaining} more character${remaining > 1 ? "s" : ""}`;
  }
  if (value.length <= 16 || value.length <= ctx.breakLength - ctx.indentation - 4) {
    return ctx.stylize(quote(value), "string") + trailer;
  }
  const lines = value.split(/(?<=\n)/).map((line) => ctx.stylize(quote(line), "string"));
  return lines.join(` +\n${" ".repeat(ctx.indentation + 2)}`) + trailer;
}

/**
 * @param {import("./context.js").Context} ctx
 * @param {unknown} value
 * @returns {string}
 */
export function formatPrimitive(ctx, value) {
  switch (typeof value) {
    case "string":
      return formatString(ctx, value);
    case "number":
      return ctx.stylize(formatNumber(value), "number");
    case "bigint":
      return ctx.stylize(`${value}n`, "bigint");
    case "symbol":
      return ctx.stylize(symbolToString(value), "symbol");
    case "undefined":
      return ctx.stylize("undefined", "undefined");
    default:
      return value === null ? ctx.stylize("null", "null") : ctx.stylize(`${value}`, "boolean");
  }
}

const colorSequences = /\u001b\[\d+m/g;

/**
 * A text without its colors.
 * @param {string} text
 */
export function withoutColors(text) {
  return text.replace(colorSequences, "");
}

// Wide in East Asian fonts, and emoji: two columns each (the blocks of EastAsianWidth.txt).
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}\u{1b001}\u{1f200}-\u{1f251}\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const zeroWidth =
  /[\x00-\x1f\x7f-\x9f\u0300-\u036f\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\u{e0100}-\u{e01ef}]/u;

/**
 * How many columns of a terminal a text takes.
 * @param {string} text
 * @param {boolean} colors whether it may have colors
 */
export function widthOf(text, colors) {
  if (colors) text = withoutColors(text);
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text.normalize("NFC")) {
    if (wide.test(character)) width += 2;
    else if (!zeroWidth.test(character)) width += 1;
  }
  return width;
}
