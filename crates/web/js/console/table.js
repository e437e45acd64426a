// console.table() (https://console.spec.whatwg.org/#table), drawn as Node draws it.

import { op_inspect_entries } from "selvedge:ops";
import { MAP, MAP_ITERATOR, SET, SET_ITERATOR, kindOf } from "./inspect/kinds.js";
import { widthOf } from "./inspect/strings.js";
import { inspect } from "./inspect/value.js";

const { getOwnPropertyDescriptor, keys: keysOf } = Object;

/** @param {unknown} value */
const show = (value) =>
  inspect(value, {
    depth: typeof value === "object" && value !== null && keysOf(value).length > 2 ? -1 : 0,
    maxArrayLength: 3,
    breakLength: Infinity,
  });

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null;

/**
 * An own data property; a getter is not called.
 * @param {any} object
 * @param {string} key
 */
function read(object, key) {
  const descriptor = getOwnPropertyDescriptor(object, key);
  return descriptor !== undefined && "value" in descriptor ? descriptor.value : undefined;
}

/**
 * @param {string} text
 * @param {number} width
 */
function center(text, width) {
  const free = width - widthOf(text, false);
  const left = Math.floor(free / 2);
  return " ".repeat(left) + text + " ".repeat(free - left);
}

/**
 * @param {string[]} head
 * @param {string[][]} columns
 */
function draw(head, columns) {
  const widths = head.map(
    (title, index) => Math.max(widthOf(title, false), ...columns[index].map((cell) => widthOf(cell, false))) + 2,
  );
  /** @param {string} left @param {string} middle @param {string} right */
  const rule = (left, middle, right) => left + widths.map((width) => "\u2500".repeat(width)).join(middle) + right;
  /** @param {string[]} cells */
  const row = (cells) => `\u2502${cells.map((cell, index) => center(cell, widths[index])).join("\u2502")}\u2502`;
  const lines = [rule("\u250c", "\u252c", "\u2510"), row(head), rule("\u251c", "\u253c", "\u2524")];
  for (let index = 0; index < columns[0].length; index++) lines.push(row(columns.map((column) => column[index])));
  lines.push(rule("\u2514", "\u2534", "\u2518"));
  return lines.join("\n");
}

/**
 * The rows of a value: what names each, and what is in it.
 * @param {any} data
 * @returns {{ indexTitle: string, indexes: string[], rows: any[], keys?: string[] }}
 */
function rowsOf(data) {
  const kind = kindOf(data);
  if (kind === MAP || kind === SET || kind === MAP_ITERATOR || kind === SET_ITERATOR) {
    /** @type {[entries: any[], pairs: boolean]} */
    const [entries, pairs] = op_inspect_entries(data);
    const indexTitle = "(iteration index)";
    if (!pairs) return { indexTitle, indexes: entries.map((_, index) => `${index}`), rows: entries };
    const values = entries.filter((_, index) => index % 2 === 1);
    const keys = entries.filter((_, index) => index % 2 === 0).map(show);
    return { indexTitle, indexes: values.map((_, index) => `${index}`), rows: values, keys };
  }
  const indexes = keysOf(data);
  return { indexTitle: "(index)", indexes, rows: indexes.map((key) => read(data, key)) };
}

/**
 * A table of the rows and columns of an object.
 * @param {any} data
 * @param {readonly string[]} [wanted] only these columns
 * @returns {string | null} null for what is not tabular
 */
export function table(data, wanted = undefined) {
  if (!isObject(data)) return null;
  const { indexTitle, indexes, rows, keys } = rowsOf(data);
  /** @type {Map<string, string[]>} */
  const columns = new Map((wanted ?? []).map((name) => [name, []]));
  /** @type {string[]} */
  const values = [];
  rows.forEach((row, index) => {
    const names = wanted ?? (isObject(row) ? keysOf(row) : []);
    if (!isObject(row)) values[index] = show(row);
    for (const name of names) {
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = []));
      if (isObject(row) && getOwnPropertyDescriptor(row, name) !== undefined) column[index] = show(read(row, name));
    }
  });
  /** @param {string[]} column */
  const filled = (column) => rows.map((_, index) => column[index] ?? "");
  const head = [indexTitle];
  const cells = [indexes];
  if (keys !== undefined) {
    head.push("Key");
    cells.push(keys);
  }
  columns.forEach((column, name) => {
    head.push(name);
    cells.push(filled(column));
  });
  if (values.length > 0) {
    head.push("Values");
    cells.push(filled(values));
  }
  return draw(head, cells);
}
