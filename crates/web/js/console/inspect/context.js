// What one call of inspect() carries through its recursion.

/**
 * The options of `util.inspect` (https://nodejs.org/api/util.html#utilinspectobject-options) that matter here.
 * @typedef {object} InspectOptions
 * @property {boolean} [showHidden] non-enumerable properties too
 * @property {number | null} [depth] levels of nesting; null for all
 * @property {boolean} [colors]
 * @property {boolean} [customInspect] call `[Symbol.for("nodejs.util.inspect.custom")]`
 * @property {boolean} [showProxy] target and handler instead of the target alone
 * @property {number | null} [maxArrayLength] null for no limit
 * @property {number | null} [maxStringLength] null for no limit
 * @property {number} [breakLength] columns
 * @property {number} [compact] inner levels put on one line
 * @property {boolean} [sorted] properties in the order of their names
 * @property {boolean | "get" | "set"} [getters] call getters
 * @property {number} [mostPrinted] after how many characters no more is shown
 */

/** @type {Record<string, [open: number, close: number]>} */
const styles = {
  special: [36, 39],
  number: [33, 39],
  bigint: [33, 39],
  boolean: [33, 39],
  undefined: [90, 39],
  null: [1, 22],
  string: [32, 39],
  symbol: [32, 39],
  date: [35, 39],
  regexp: [31, 39],
  module: [4, 24],
};

/**
 * @param {string} text
 * @param {string} style
 */
const colored = (text, style) => {
  const color = styles[style];
  return color === undefined ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
};

/** @param {string} text */
const plain = (text) => text;

/** Options, and where the recursion is. */
export class Context {
  showHidden = false;
  /** @type {number | null} */ depth = 2;
  colors = false;
  customInspect = true;
  showProxy = false;
  maxArrayLength = 100;
  maxStringLength = 10000;
  breakLength = 80;
  compact = 3;
  sorted = false;
  /** @type {boolean | "get" | "set"} */ getters = false;
  /** A huge object must neither hang the Worker nor exceed the longest string. */
  mostPrinted = 2 ** 27;

  /** @type {(text: string, style: string) => string} */ stylize = plain;
  indentation = 0;
  currentDepth = 0;
  /** @type {object[]} the objects around the current one */ seen = [];
  /** @type {Map<object, number> | undefined} the numbers of those met again */ circular = undefined;
  /** @type {Record<number, number>} characters printed, by indentation */ budget = {};

  /** @param {InspectOptions | undefined} options */
  constructor(options) {
    if (typeof options !== "object" || options === null) return;
    const {
      showHidden,
      depth,
      colors,
      customInspect,
      showProxy,
      maxArrayLength,
      maxStringLength,
      breakLength,
      compact,
      sorted,
      getters,
      mostPrinted,
    } = options;
    if (showHidden !== undefined) this.showHidden = !!showHidden;
    if (depth !== undefined) this.depth = depth === null || depth === Infinity ? null : +depth;
    if (colors !== undefined) this.colors = !!colors;
    if (customInspect !== undefined) this.customInspect = !!customInspect;
    if (showProxy !== undefined) this.showProxy = !!showProxy;
    if (maxArrayLength !== undefined) this.maxArrayLength = maxArrayLength === null ? Infinity : +maxArrayLength;
    if (maxStringLength !== undefined) this.maxStringLength = maxStringLength === null ? Infinity : +maxStringLength;
    if (breakLength !== undefined) this.breakLength = +breakLength;
    if (compact !== undefined) this.compact = +compact;
    if (sorted !== undefined) this.sorted = !!sorted;
    if (getters !== undefined) this.getters = getters;
    if (mostPrinted !== undefined) this.mostPrinted = +mostPrinted;
    if (this.colors) this.stylize = colored;
  }

  /** The options as a custom inspect function gets them. */
  options() {
    const {
      showHidden,
      depth,
      colors,
      customInspect,
      showProxy,
      maxArrayLength,
      maxStringLength,
      breakLength,
      compact,
      sorted,
      getters,
      stylize,
    } = this;
    return {
      showHidden,
      depth,
      colors,
      customInspect,
      showProxy,
      maxArrayLength,
      maxStringLength,
      breakLength,
      compact,
      sorted,
      getters,
      stylize,
    };
  }

  /**
   * Whether what is nested `level` deep is too deep to be shown.
   * @param {number} level
   */
  isBeyondDepth(level) {
    return this.depth !== null && level > this.depth;
  }
}
