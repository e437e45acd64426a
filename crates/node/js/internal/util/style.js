// Colours on a terminal (https://nodejs.org/api/util.html#customizing-utilinspect-colors).

import { invalidArgValue, validateString } from "../errors.js";

/** @type {Record<string, [number, number]>} */
export const colors = {
  // @ts-expect-error no names but these
  __proto__: null,
  reset: [0, 0],
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  blink: [5, 25],
  inverse: [7, 27],
  hidden: [8, 28],
  strikethrough: [9, 29],
  doubleunderline: [21, 24],
  black: [30, 39],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
  bgBlack: [40, 49],
  bgRed: [41, 49],
  bgGreen: [42, 49],
  bgYellow: [43, 49],
  bgBlue: [44, 49],
  bgMagenta: [45, 49],
  bgCyan: [46, 49],
  bgWhite: [47, 49],
  framed: [51, 54],
  overlined: [53, 55],
  gray: [90, 39],
  redBright: [91, 39],
  greenBright: [92, 39],
  yellowBright: [93, 39],
  blueBright: [94, 39],
  magentaBright: [95, 39],
  cyanBright: [96, 39],
  whiteBright: [97, 39],
  bgGray: [100, 49],
  bgRedBright: [101, 49],
  bgGreenBright: [102, 49],
  bgYellowBright: [103, 49],
  bgBlueBright: [104, 49],
  bgMagentaBright: [105, 49],
  bgCyanBright: [106, 49],
  bgWhiteBright: [107, 49],
};
for (const [alias, name] of [
  ["grey", "gray"],
  ["blackBright", "gray"],
  ["bgGrey", "bgGray"],
  ["bgBlackBright", "bgGray"],
  ["faint", "dim"],
  ["crossedout", "strikethrough"],
  ["strikeThrough", "strikethrough"],
  ["crossedOut", "strikethrough"],
  ["conceal", "hidden"],
  ["swapColors", "inverse"],
  ["swapcolors", "inverse"],
  ["doubleUnderline", "doubleunderline"],
]) {
  Object.defineProperty(colors, alias, { value: colors[name], writable: true, configurable: true });
}

/** @type {Record<string, string>} */
export const styles = {
  special: "cyan",
  number: "yellow",
  bigint: "yellow",
  boolean: "yellow",
  undefined: "grey",
  null: "bold",
  string: "green",
  symbol: "green",
  date: "magenta",
  regexp: "red",
  module: "underline",
};

/**
 * https://nodejs.org/api/util.html#utilstyletextformat-text-options
 * @param {string | string[]} format
 * @param {string} text
 */
export function styleText(format, text) {
  validateString(text, "text");
  let left = "";
  let right = "";
  for (const name of Array.isArray(format) ? format : [format]) {
    if (name === "none") continue;
    const codes = colors[name];
    if (codes === undefined) throw oneOf(format);
    left += `\u001b[${codes[0]}m`;
    right = `\u001b[${codes[1]}m${right}`;
  }
  return `${left}${text}${right}`;
}

/** @param {any} format */
function oneOf(format) {
  const names = Object.keys(colors).map((name) => `'${name}'`);
  return invalidArgValue("format", format, `must be one of: ${names.join(", ")}`);
}
