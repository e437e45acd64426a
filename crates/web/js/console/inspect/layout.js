// How the parts of an object are put on lines: Node's rules, which people know by heart without knowing them.
//
// Up to `compact` inner levels go on one line if that fits; arrays of more than six items go in columns.

import { widthOf, withoutColors } from "./strings.js";

/** @typedef {import("./context.js").Context} Context */

/**
 * Arranges the items of an array in columns of equal width, about 2.5 times as many characters wide as high.
 * @param {Context} ctx
 * @param {string[]} output the items; the last may be "... n more items"
 * @param {ArrayLike<unknown> | undefined} value
 * @returns {string[]} lines, or the output itself where columns do not suit it
 */
function group(ctx, output, value) {
  const separator = 2;
  const hasMore = ctx.maxArrayLength < output.length;
  const length = hasMore ? output.length - 1 : output.length;
  const widths = [];
  let total = 0;
  let longest = 0;
  for (let index = 0; index < length; index++) {
    const width = widthOf(output[index], ctx.colors);
    widths.push(width);
    total += width + separator;
    if (longest < width) longest = width;
  }
  const column = longest + separator;
  const fits = column * 3 + ctx.indentation < ctx.breakLength;
  if (!fits || (total / column <= 5 && longest > 6)) return output;

  const bias = Math.sqrt(column - total / output.length);
  const biased = Math.max(column - 3 - bias, 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * biased * length) / biased),
    Math.floor((ctx.breakLength - ctx.indentation) / column),
    ctx.compact * 4,
    15,
  );
  if (columns <= 1) return output;

  const lineWidths = [];
  for (let first = 0; first < columns; first++) {
    let width = 0;
    for (let index = first; index < length; index += columns) width = Math.max(width, widths[index]);
    lineWidths.push(width + separator);
  }
  const numbers = value !== undefined && areNumbers(value, output.length);
  const lines = [];
  for (let first = 0; first < length; first += columns) {
    const end = Math.min(first + columns, length);
    let line = "";
    for (let index = first; index < end - 1; index++) {
      const padding = lineWidths[index - first] + output[index].length - widths[index];
      const item = `${output[index]}, `;
      line += numbers ? item.padStart(padding) : item.padEnd(padding);
    }
    const last = end - 1;
    line += numbers
      ? output[last].padStart(lineWidths[last - first] + output[last].length - widths[last] - separator)
      : output[last];
    lines.push(line);
  }
  if (hasMore) lines.push(output[length]);
  return lines;
}

/**
 * @param {ArrayLike<unknown>} value
 * @param {number} length
 */
function areNumbers(value, length) {
  for (let index = 0; index < length; index++) {
    if (typeof value[index] !== "number" && typeof value[index] !== "bigint") return false;
  }
  return true;
}

/**
 * @param {Context} ctx
 * @param {string[]} output
 * @param {number} start
 * @param {string} base
 */
function fitsOnLine(ctx, output, start, base) {
  let total = output.length + start;
  if (total + output.length > ctx.breakLength) return false;
  for (const part of output) {
    total += ctx.colors ? withoutColors(part).length : part.length;
    if (total > ctx.breakLength) return false;
  }
  return base === "" || !base.includes("\n");
}

/**
 * Joins the parts of an object.
 * @param {Context} ctx
 * @param {string[]} output properties, items, entries
 * @param {string} base what comes before the braces: "[Function: f]", an error's stack
 * @param {[string, string]} braces
 * @param {boolean} isList whether the parts are items rather than properties
 * @param {number} level how deep the object is nested
 * @param {any} [value] the array, to see whether its items are numbers
 * @returns {string}
 */
export function join(ctx, output, base, braces, isList, level, value = undefined) {
  const prefix = base === "" ? "" : `${base} `;
  const entries = output.length;
  if (isList && entries > 6) output = group(ctx, output, value);
  if (ctx.currentDepth - level < ctx.compact && entries === output.length) {
    const start = output.length + ctx.indentation + braces[0].length + base.length + 10;
    if (fitsOnLine(ctx, output, start, base)) {
      const joined = output.join(", ");
      if (!joined.includes("\n")) return `${prefix}${braces[0]} ${joined} ${braces[1]}`;
    }
  }
  const newLine = `\n${" ".repeat(ctx.indentation)}`;
  return `${prefix}${braces[0]}${newLine}  ${output.join(`,${newLine}  `)}${newLine}${braces[1]}`;
}
