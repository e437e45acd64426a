// console (https://console.spec.whatwg.org/). What it prints goes to the instance's log, level by level.
//
// Nothing here throws into the guest: a value whose getters, proxies or custom inspection throw is printed as
// what can be said of it.

import { op_console_log, op_now } from "selvedge:ops";
import * as printing from "deferred:web/console/printing.js";
import { uncurryThis } from "../webidl.js";

// Numbered as in src/console/log.rs.
const DEBUG = 0;
const LOG = 1;
const INFO = 2;
const WARN = 3;
const ERROR = 4;

/** A text that is longer than any that is logged (src/console/log.rs), in code units. Nobody sees the rest of it. */
const TOO_LONG = 256 * 1024 + 1;

/** What is printed of a huge value. */
const BOUNDED = { mostPrinted: TOO_LONG };

const { captureStackTrace } = Error;
const ToString = String;
const { defineProperty } = Object;

/** @type {Map<string, number>} */
const counts = new Map();
/** @type {Map<string, number>} when each timer began */
const timers = new Map();
let groupIndentation = "";
/** The deepest that groups are indented. */
const DEEPEST = 200;
/** How many groups there are that are not indented any deeper. */
let deeper = 0;
const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);
/** @type {(text: string, separator: string) => string[]} */
const split = uncurryThis(/** @type {any} */ (String.prototype.split));
const join = uncurryThis(Array.prototype.join);

/**
 * Runs something that may run guest code.
 * @param {() => string} describe
 */
function safely(describe) {
  try {
    return describe();
  } catch (error) {
    try {
      return `[the value could not be inspected: ${ToString(error)}]`;
    } catch {
      return "[the value could not be inspected]";
    }
  }
}

/**
 * @param {number} level
 * @param {string} text
 */
function print(level, text) {
  if (text.length > TOO_LONG) text = slice(text, 0, TOO_LONG);
  op_console_log(
    level,
    groupIndentation === "" ? text : groupIndentation + join(split(text, "\n"), `\n${groupIndentation}`),
  );
}

/**
 * The text of values that are printed as they are, which needs none of what prints others; undefined for those.
 * @param {any[]} args
 */
function plainText(args) {
  let text = "";
  for (let index = 0; index < args.length && text.length < TOO_LONG; index++) {
    const arg = args[index];
    if (typeof arg === "string") {
      if (index === 0 && args.length > 1 && indexOf(arg, "%") >= 0) return undefined;
    } else if (typeof arg === "number") {
      if (arg === 0 && 1 / arg < 0) return undefined;
    } else if (typeof arg !== "boolean" && arg !== undefined && arg !== null) {
      return undefined;
    }
    text += index === 0 ? `${arg}` : ` ${arg}`;
  }
  return text;
}

/**
 * @param {number} level
 * @param {any[]} args
 */
function printFormatted(level, args) {
  print(level, plainText(args) ?? safely(() => printing.format(args, BOUNDED)));
}

/** @param {any} label whose conversion may throw, which is then the caller's affair */
const labelOf = (label) => `${label}`;

/** @param {number} milliseconds */
function duration(milliseconds) {
  if (milliseconds >= 60_000) {
    const minutes = Math.floor(milliseconds / 60_000);
    const seconds = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, "0");
    return `${minutes}:${seconds} (m:ss.mmm)`;
  }
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(3)}s` : `${milliseconds}ms`;
}

/**
 * @param {string} label
 * @param {any[]} data
 */
function printTime(label, data) {
  const began = timers.get(label);
  if (began === undefined) {
    print(WARN, `Timer '${label}' does not exist`);
    return;
  }
  const text = `${label}: ${duration(op_now() - began)}`;
  print(LOG, data.length === 0 ? text : `${text} ${safely(() => printing.format(data, BOUNDED))}`);
}

const methods = {
  /** @param {any[]} data */
  log(...data) {
    printFormatted(LOG, data);
  },
  /** @param {any[]} data */
  info(...data) {
    printFormatted(INFO, data);
  },
  /** @param {any[]} data */
  debug(...data) {
    printFormatted(DEBUG, data);
  },
  /** @param {any[]} data */
  warn(...data) {
    printFormatted(WARN, data);
  },
  /** @param {any[]} data */
  error(...data) {
    printFormatted(ERROR, data);
  },
  /** @param {any[]} data */
  trace(...data) {
    const holder = { name: "Trace", message: safely(() => printing.format(data, BOUNDED)), stack: "" };
    captureStackTrace(holder, methods.trace);
    const frames = safely(() => holder.stack.slice(holder.stack.indexOf("\n    at")));
    print(
      DEBUG,
      `Trace${holder.message === "" ? "" : `: ${holder.message}`}${frames.startsWith("\n    at") ? frames : ""}`,
    );
  },
  /**
   * @param {any} [condition]
   * @param {any[]} data
   */
  assert(condition = false, ...data) {
    if (condition) return;
    if (typeof data[0] === "string") data[0] = `Assertion failed: ${data[0]}`;
    else data.unshift("Assertion failed");
    printFormatted(ERROR, data);
  },
  /**
   * @param {any} [item]
   * @param {any} [options]
   */
  dir(item = undefined, options = undefined) {
    print(
      LOG,
      safely(() => printing.inspect(item, { customInspect: false, ...options, ...BOUNDED })),
    );
  },
  /** @param {any[]} data */
  dirxml(...data) {
    printFormatted(LOG, data);
  },
  /**
   * @param {any} [data]
   * @param {any} [properties]
   */
  table(data = undefined, properties = undefined) {
    print(
      LOG,
      safely(
        () =>
          printing.table(data, properties === undefined ? undefined : Array.from(properties, ToString)) ??
          printing.format([data], BOUNDED),
      ),
    );
  },
  /** @param {any[]} data */
  group(...data) {
    if (data.length > 0) printFormatted(LOG, data);
    if (groupIndentation.length < DEEPEST) groupIndentation += "  ";
    else deeper++;
  },
  /** @param {any[]} data */
  groupCollapsed(...data) {
    methods.group(...data);
  },
  groupEnd() {
    if (deeper > 0) deeper--;
    else groupIndentation = slice(groupIndentation, 2);
  },
  /** @param {any} [label] */
  count(label = "default") {
    const name = labelOf(label);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    print(LOG, `${name}: ${count}`);
  },
  /** @param {any} [label] */
  countReset(label = "default") {
    const name = labelOf(label);
    if (!counts.delete(name)) print(WARN, `Count for '${name}' does not exist`);
  },
  /** @param {any} [label] */
  time(label = "default") {
    const name = labelOf(label);
    if (timers.has(name)) print(WARN, `Label '${name}' already exists for console.time()`);
    else timers.set(name, op_now());
  },
  /**
   * @param {any} [label]
   * @param {any[]} data
   */
  timeLog(label = "default", ...data) {
    printTime(labelOf(label), data);
  },
  /** @param {any} [label] */
  timeEnd(label = "default") {
    const name = labelOf(label);
    printTime(name, []);
    timers.delete(name);
  },
  clear() {
    groupIndentation = "";
    deeper = 0;
  },
  /** Only a profiler listens to these. */
  timeStamp() {},
  profile() {},
  profileEnd() {},
};

/** The namespace object of the standard: its prototype is an empty object, its members are enumerable. */
export const console = Object.create({});
for (const [name, method] of Object.entries(methods)) {
  defineProperty(console, name, { value: method, enumerable: true, writable: true, configurable: true });
}
defineProperty(console, Symbol.toStringTag, { value: "console", configurable: true });

/**
 * Logs an exception that nothing caught.
 * @param {any} error
 * @param {string} [where] e.g. "(in promise) "
 */
export function logUncaught(error, where = "") {
  const text = safely(() => (typeof error === "string" ? error : printing.inspect(error, BOUNDED)));
  op_console_log(ERROR, slice(`Uncaught ${where}${text}`, 0, TOO_LONG));
}
