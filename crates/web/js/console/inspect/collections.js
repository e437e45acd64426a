// Things that contain things: arrays, maps, sets, iterators, buffers, promises. Their contents are read without
// their iterators and getters, which a guest may have replaced.

import { op_inspect_entries, op_inspect_promise } from "selvedge:ops";
import { uncurryThis } from "../../webidl.js";
import { join } from "./layout.js";
import { formatNumber } from "./strings.js";

/** @typedef {import("./context.js").Context} Context */

/**
 * @typedef {(ctx: Context, value: any, level: number, nested?: boolean) => string} FormatValue
 * @typedef {(ctx: Context, value: any, level: number, key: PropertyKey, style: "property" | "listed" | "item") => string} FormatProperty
 */

const { keys: keysOf } = Object;
const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);
const BytesArray = Uint8Array;

/** @param {number} remaining */
const more = (remaining) => `... ${remaining} more item${remaining > 1 ? "s" : ""}`;

/** @param {number} count */
const emptyItems = (count) => `<${count} empty item${count > 1 ? "s" : ""}>`;

/**
 * @param {Context} ctx
 * @param {number} length
 */
const shownLength = (ctx, length) => Math.min(Math.max(0, ctx.maxArrayLength), length);

/**
 * @param {Context} ctx
 * @param {any[]} value
 * @param {number} level
 * @param {FormatProperty} formatProperty
 * @returns {string[]}
 */
export function formatArray(ctx, value, level, formatProperty) {
  const shown = shownLength(ctx, value.length);
  /** @type {string[]} */
  const output = [];
  for (let index = 0; index < shown; index++) {
    if (!hasOwn(value, index)) return formatSparse(ctx, value, level, formatProperty, output);
    output.push(formatProperty(ctx, value, level, `${index}`, "item"));
  }
  if (value.length > shown) output.push(more(value.length - shown));
  return output;
}

/**
 * The rest of an array with holes.
 * @param {Context} ctx
 * @param {any[]} value
 * @param {number} level
 * @param {FormatProperty} formatProperty
 * @param {string[]} output the items before the first hole
 */
function formatSparse(ctx, value, level, formatProperty, output) {
  const shown = shownLength(ctx, value.length);
  const keys = keysOf(value);
  let index = output.length;
  for (let at = index; at < keys.length && output.length < shown; at++) {
    const key = keys[at];
    const next = +key;
    if (`${next >>> 0}` !== key || next > 2 ** 32 - 2) break;
    if (next !== index) {
      output.push(ctx.stylize(emptyItems(next - index), "undefined"));
      index = next;
      if (output.length === shown) break;
    }
    output.push(formatProperty(ctx, value, level, key, "item"));
    index++;
  }
  const remaining = value.length - index;
  if (remaining <= 0) return output;
  output.push(output.length === shown ? more(remaining) : ctx.stylize(emptyItems(remaining), "undefined"));
  return output;
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} length
 * @param {number} level
 * @param {FormatValue} formatValue
 */
export function formatTypedArray(ctx, value, length, level, formatValue) {
  const shown = shownLength(ctx, length);
  const output = [];
  for (let index = 0; index < shown; index++) {
    const item = value[index];
    output.push(
      typeof item === "bigint" ? ctx.stylize(`${item}n`, "bigint") : ctx.stylize(formatNumber(item), "number"),
    );
  }
  if (length > shown) output.push(more(length - shown));
  if (ctx.showHidden) {
    ctx.indentation += 2;
    for (const key of ["BYTES_PER_ELEMENT", "length", "byteLength", "byteOffset", "buffer"]) {
      output.push(`[${key}]: ${formatValue(ctx, value[key], level, true)}`);
    }
    ctx.indentation -= 2;
  }
  return output;
}

/**
 * @param {Context} ctx
 * @param {any[]} entries
 * @param {number} level
 * @param {FormatValue} formatValue
 */
function formatItems(ctx, entries, level, formatValue) {
  const shown = shownLength(ctx, entries.length);
  const output = [];
  ctx.indentation += 2;
  for (let index = 0; index < shown; index++) output.push(formatValue(ctx, entries[index], level));
  ctx.indentation -= 2;
  if (entries.length > shown) output.push(more(entries.length - shown));
  return output;
}

/**
 * @param {Context} ctx
 * @param {any[]} entries keys and values in turn
 * @param {(key: any, value: any) => string} formatPair
 */
function formatPairs(ctx, entries, formatPair) {
  const length = entries.length / 2;
  const shown = shownLength(ctx, length);
  const output = [];
  ctx.indentation += 2;
  for (let index = 0; index < shown; index++) output.push(formatPair(entries[2 * index], entries[2 * index + 1]));
  ctx.indentation -= 2;
  if (length > shown) output.push(more(length - shown));
  return output;
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {FormatValue} formatValue
 */
export function formatSet(ctx, value, level, formatValue) {
  return formatItems(ctx, op_inspect_entries(value)[0], level, formatValue);
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {FormatValue} formatValue
 */
export function formatMap(ctx, value, level, formatValue) {
  return formatPairs(
    ctx,
    op_inspect_entries(value)[0],
    (key, item) => `${formatValue(ctx, key, level)} => ${formatValue(ctx, item, level)}`,
  );
}

/**
 * A WeakSet or WeakMap. The order of its entries means nothing, so that they are sorted.
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {FormatValue} formatValue
 * @param {boolean} isMap
 */
export function formatWeak(ctx, value, level, formatValue, isMap) {
  if (!ctx.showHidden) return [ctx.stylize("<items unknown>", "special")];
  return (isMap ? formatMap : formatSet)(ctx, value, level, formatValue).sort();
}

/**
 * What an iterator of a Map or Set would still give.
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {FormatValue} formatValue
 * @param {[string, string]} braces
 */
export function formatIterator(ctx, value, level, formatValue, braces) {
  const [entries, isPairs] = op_inspect_entries(value);
  if (!isPairs) return formatItems(ctx, entries, level, formatValue);
  braces[0] = braces[0].replace(/ Iterator\] \{$/, " Entries] {");
  return formatPairs(ctx, entries, (key, item) => {
    const pair = [formatValue(ctx, key, level), formatValue(ctx, item, level)];
    return join(ctx, pair, "", ["[", "]"], true, level);
  });
}

/**
 * @param {Context} ctx
 * @param {any} value
 */
export function formatArrayBuffer(ctx, value) {
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = new BytesArray(value);
  } catch {
    return [ctx.stylize("(detached)", "special")];
  }
  const shown = shownLength(ctx, bytes.length);
  const hex = [];
  for (let index = 0; index < shown; index++) hex.push(bytes[index].toString(16).padStart(2, "0"));
  const remaining = bytes.length - shown;
  if (remaining > 0) hex.push(`... ${remaining} more byte${remaining > 1 ? "s" : ""}`);
  return [`${ctx.stylize("[Uint8Contents]", "special")}: <${hex.join(" ")}>`];
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {FormatValue} formatValue
 */
export function formatPromise(ctx, value, level, formatValue) {
  const [state, result] = op_inspect_promise(value);
  if (state === 0) return [ctx.stylize("<pending>", "special")];
  ctx.indentation += 2;
  const text = formatValue(ctx, result, level);
  ctx.indentation -= 2;
  return [state === 2 ? `${ctx.stylize("<rejected>", "special")} ${text}` : text];
}

/**
 * The exports of a module, of which some may not be initialized yet.
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {PropertyKey[]} keys
 * @param {FormatProperty} formatProperty
 */
export function formatModule(ctx, value, level, keys, formatProperty) {
  return keys.map((key) => {
    try {
      return formatProperty(ctx, value, level, key, "property");
    } catch {
      return `${String(key)}: ${ctx.stylize("<uninitialized>", "special")}`;
    }
  });
}
