// AssertionError and its message (https://nodejs.org/api/assert.html#class-assertassertionerror).

import { inspect } from "selvedge:web/console/printing.js";
import { validateObject } from "../errors.js";

const { captureStackTrace } = Error;
const { defineProperty } = Object;

/** @type {Record<string, string>} */
const SENTENCES = {
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  partialDeepStrictEqual: "Expected values to be partially and strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: "Values have same structure but are not reference-equal:",
  notDeepEqualUnequal: "Expected values not to be loosely deep-equal:",
};

/** @param {unknown} value */
const show = (value) =>
  inspect(value, {
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    compact: /** @type {any} */ (false),
    breakLength: Infinity,
  });

/**
 * The lines of two texts: what is only in the one, only in the other, in both.
 * @param {string[]} a
 * @param {string[]} b
 * @returns {["+" | "-" | " ", string][]}
 */
function diff(a, b) {
  // Longest common subsequence; texts that are too long for its table are told apart as wholes.
  if (a.length * b.length > 4_000_000) {
    return [...a.map((line) => /** @type {any} */ (["+", line])), ...b.map((line) => /** @type {any} */ (["-", line]))];
  }
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1] + 1
          : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  /** @type {["+" | "-" | " ", string][]} */
  const result = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push([" ", a[i]]);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      result.push(["+", a[i++]]);
    } else {
      result.push(["-", b[j++]]);
    }
  }
  return result;
}

/**
 * Of lines that are the same, five and more are left out but for those next to a difference.
 * @param {["+" | "-" | " ", string][]} lines
 */
function printDiff(lines) {
  let skipped = false;
  const output = [];
  for (let start = 0; start < lines.length;) {
    if (lines[start][0] !== " ") {
      output.push(lines[start].join(" "));
      start++;
      continue;
    }
    let end = start;
    while (end < lines.length && lines[end][0] === " ") end++;
    const same = lines.slice(start, end).map(([, line]) => `  ${line}`);
    if (same.length > 5) {
      same.splice(2, same.length - 4, "...");
      skipped = true;
    }
    output.push(...same);
    start = end;
  }
  return { text: output.join("\n"), skipped };
}

/** @param {unknown} value */
const isObjectLike = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** How many columns there are for both values to be marked where they differ. */
const COLUMNS = 80;

/**
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} operator
 * @param {string} [message] what is said in place of the operator's sentence
 */
function differenceMessage(actual, expected, operator, message = "") {
  if (operator === "strictEqual" && isObjectLike(actual) && isObjectLike(expected)) operator = "strictEqualObject";
  const a = show(actual).split("\n");
  const b = show(expected).split("\n");
  if (a.join("\n") === b.join("\n")) return `${SENTENCES.notIdentical}\n\n${a.join("\n")}\n`;
  const sentence = message || SENTENCES[operator];
  let mark = "";
  if (a.length === 1 && b.length === 1) {
    const [x, y] = [a[0], b[0]];
    const primitives = !isObjectLike(actual) && !isObjectLike(expected);
    if (x.length + y.length <= 12) {
      if (primitives && (actual !== 0 || expected !== 0)) return `${sentence}\n\n${x} !== ${y}\n`;
    } else if (operator !== "strictEqualObject" && x.length + y.length < COLUMNS) {
      let place = 0;
      while (x[place] === y[place]) place++;
      if (place > 2) mark = `\n  ${" ".repeat(place)}^`;
    }
  }
  const { text, skipped } = printDiff(diff(a, b));
  return `${sentence}\n+ actual - expected${skipped ? " ... Lines skipped" : ""}\n\n${text}${mark}`;
}

/** @param {unknown} actual @param {unknown} expected @param {string} operator */
function unequalMessage(actual, expected, operator) {
  let sentence = SENTENCES[operator];
  if (operator === "notStrictEqual" && isObjectLike(actual)) sentence = SENTENCES.notStrictEqualObject;
  const lines = show(actual).split("\n");
  if (lines.length > 50) lines.splice(46, Infinity, "...");
  return lines.length === 1
    ? `${sentence}${lines[0].length > 5 ? "\n\n" : " "}${lines[0]}`
    : `${sentence}\n\n${lines.join("\n")}\n`;
}

/** @param {unknown} actual @param {unknown} expected @param {string} operator */
function looseMessage(actual, expected, operator) {
  let [a, b] = [show(actual), show(expected)];
  const known = SENTENCES[operator];
  if (operator === "notDeepEqual" && a === b) {
    a = `${known}\n\n${a}`;
    return a.length > 1024 ? `${a.slice(0, 1021)}...` : a;
  }
  if (a.length > 512) a = `${a.slice(0, 509)}...`;
  if (b.length > 512) b = `${b.slice(0, 509)}...`;
  if (operator === "deepEqual") return `${known}\n\n${a}\n\nshould loosely deep-equal\n\n${b}`;
  if (operator === "notDeepEqual")
    return `${SENTENCES.notDeepEqualUnequal}\n\n${a}\n\nshould not loosely deep-equal\n\n${b}`;
  return `${a} ${operator} ${b}`;
}

export class AssertionError extends Error {
  /** @type {boolean} */ generatedMessage;
  /** @type {string} */ code;
  /** @type {any} */ actual;
  /** @type {any} */ expected;
  /** @type {any} */ operator;

  /** @param {any} options */
  constructor(options) {
    validateObject(options, "options");
    const { message, operator, stackStartFn, actual, expected } = options;
    let text;
    const isGiven = message !== undefined && message !== null;
    if (isGiven && operator !== "deepStrictEqual" && operator !== "strictEqual") text = `${message}`;
    else if (isGiven) text = differenceMessage(actual, expected, operator, `${message}`);
    else if (operator === "deepStrictEqual" || operator === "strictEqual" || operator === "partialDeepStrictEqual") {
      text = differenceMessage(actual, expected, operator);
    } else if (operator === "notDeepStrictEqual" || operator === "notStrictEqual") {
      text = unequalMessage(actual, expected, operator);
    } else {
      text = looseMessage(actual, expected, operator);
    }
    super(text);
    this.generatedMessage = !message;
    defineProperty(this, "name", {
      value: "AssertionError [ERR_ASSERTION]",
      enumerable: false,
      writable: true,
      configurable: true,
    });
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    captureStackTrace(this, stackStartFn);
    void this.stack;
    this.name = "AssertionError";
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}
