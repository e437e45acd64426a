// node:console (https://nodejs.org/api/console.html).

import { console } from "selvedge:web/console/index.js";
import { format, inspect } from "selvedge:web/console/printing.js";
import { invalidArgType, nodeError, notImplemented } from "../internal/errors.js";

/** A console that writes to streams (https://nodejs.org/api/console.html#class-console). */
export class Console {
  #stdout;
  #stderr;
  #ignoreErrors;
  #indent = "";
  #width;
  /** @type {any} */ #options;
  /** @type {Map<string, number>} */ #counts = new Map();

  /** @param {any} options or the stream for output @param {any} [stderr] @param {boolean} [ignoreErrors] */
  constructor(options, stderr = undefined, ignoreErrors = true) {
    if (!options || typeof options.write === "function") {
      options = { stdout: options, stderr, ignoreErrors };
    }
    const { stdout } = options;
    if (typeof stdout?.write !== "function") {
      throw nodeError(
        TypeError,
        "ERR_CONSOLE_WRITABLE_STREAM",
        "Console expects a writable stream instance for stdout",
      );
    }
    const errors = options.stderr ?? stdout;
    if (typeof errors.write !== "function") {
      throw nodeError(
        TypeError,
        "ERR_CONSOLE_WRITABLE_STREAM",
        "Console expects a writable stream instance for stderr",
      );
    }
    if (
      options.inspectOptions !== undefined &&
      (typeof options.inspectOptions !== "object" || options.inspectOptions === null)
    ) {
      throw invalidArgType("options.inspectOptions", "object", options.inspectOptions);
    }
    this.#stdout = stdout;
    this.#stderr = errors;
    this.#ignoreErrors = options.ignoreErrors ?? true;
    this.#options = options.inspectOptions ?? {};
    this.#width = options.groupIndentation ?? 2;
    for (const name of METHODS) {
      const method = /** @type {any} */ (this)[name];
      Object.defineProperty(this, name, {
        value: method.bind(this),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }

  /** @param {any} stream @param {string} text */
  #write(stream, text) {
    if (this.#indent !== "") text = this.#indent + text.replaceAll("\n", `\n${this.#indent}`);
    try {
      if (this.#ignoreErrors && typeof stream.once === "function") stream.once("error", ignore);
      stream.write(`${text}\n`);
    } catch (error) {
      if (!this.#ignoreErrors) throw error;
    } finally {
      stream.removeListener?.("error", ignore);
    }
  }

  /** @param {any[]} args */
  log(...args) {
    this.#write(this.#stdout, format(args, this.#options));
  }

  /** @param {any[]} args */
  error(...args) {
    this.#write(this.#stderr, format(args, this.#options));
  }

  /** @param {any[]} args */
  info(...args) {
    this.log(...args);
  }

  /** @param {any[]} args */
  debug(...args) {
    this.log(...args);
  }

  /** @param {any[]} args */
  warn(...args) {
    this.error(...args);
  }

  /** @param {any[]} args */
  dirxml(...args) {
    this.log(...args);
  }

  /** @param {any[]} args */
  trace(...args) {
    const error = new Error(format(args));
    error.name = "Trace";
    this.error(error.stack);
  }

  /** @param {any} value @param {any} [options] */
  dir(value, options = undefined) {
    this.#write(this.#stdout, inspect(value, { customInspect: false, ...this.#options, ...options }));
  }

  /** @param {any} condition @param {any[]} args */
  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift("Assertion failed");
    this.warn(...args);
  }

  /** @param {any[]} args */
  group(...args) {
    if (args.length > 0) this.log(...args);
    this.#indent += " ".repeat(this.#width);
  }

  /** @param {any[]} args */
  groupCollapsed(...args) {
    this.group(...args);
  }

  groupEnd() {
    this.#indent = this.#indent.slice(0, this.#indent.length - this.#width);
  }

  /** @param {string} [label] */
  count(label = "default") {
    label = `${label}`;
    const count = (this.#counts.get(label) ?? 0) + 1;
    this.#counts.set(label, count);
    this.log(`${label}: ${count}`);
  }

  /** @param {string} [label] */
  countReset(label = "default") {
    this.#counts.delete(`${label}`);
  }

  /** @param {any[]} args */
  table(...args) {
    this.log(...args);
  }

  clear() {}
  /** The clock stands still. @param {string} [label] */
  time(label = "default") {}
  /** @param {string} [label] */
  timeLog(label = "default") {
    this.log(`${label}: 0ms`);
  }
  /** @param {string} [label] */
  timeEnd(label = "default") {
    this.log(`${label}: 0ms`);
  }
}

const ignore = () => {};
const METHODS = Object.getOwnPropertyNames(Console.prototype).filter((name) => name !== "constructor");

const all = /** @type {any} */ (console);
export const {
  assert,
  clear,
  count,
  countReset,
  debug,
  dir,
  dirxml,
  error,
  group,
  groupCollapsed,
  groupEnd,
  info,
  log,
  profile,
  profileEnd,
  table,
  time,
  timeEnd,
  timeLog,
  timeStamp,
  trace,
  warn,
} = all;

export function createTask() {
  throw notImplemented("console.createTask");
}

// The global console itself, as in Node, with the class beside its methods.
if (all.Console === undefined) {
  Object.defineProperty(all, "Console", { value: Console, writable: true, configurable: true });
}

export default console;
