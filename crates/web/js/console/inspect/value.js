// One value: what it is decides what is printed before its braces, in them, and how. The order of the cases
// and the texts are those of Node's `util.inspect`, which wrangler prints too.

import { op_inspect_keys, op_inspect_proxy } from "selvedge:ops";
import { uncurryThis } from "../../webidl.js";
import { typedArrayLength, typedArrayTag } from "../../webidl/intrinsics.js";
import { customInspect } from "../inspectable.js";
import {
  formatArray,
  formatArrayBuffer,
  formatIterator,
  formatMap,
  formatModule,
  formatPromise,
  formatSet,
  formatTypedArray,
  formatWeak,
} from "./collections.js";
import { Context } from "./context.js";
import { formatError, isErrorLike } from "./errors.js";
import * as kinds from "./kinds.js";
import { join } from "./layout.js";
import { constructorName, functionBase, objectPrefix, prefixOf, shownKeys, tagOf } from "./names.js";
import { escaped, formatPrimitive, quote } from "./strings.js";

const { getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;
const isNaN = Number.isNaN;
const symbolToString = uncurryThis(Symbol.prototype.toString);
const regExpToString = uncurryThis(RegExp.prototype.toString);
const dateGetTime = uncurryThis(Date.prototype.getTime);
const dateToISOString = uncurryThis(Date.prototype.toISOString);
const mapSize = uncurryThis(/** @type {any} */ (getOwnPropertyDescriptor(Map.prototype, "size")).get);
const setSize = uncurryThis(/** @type {any} */ (getOwnPropertyDescriptor(Set.prototype, "size")).get);

/** @type {Record<number, [type: string, valueOf: (value: any) => unknown]>} */
const boxes = {
  [kinds.BOXED_NUMBER]: ["Number", uncurryThis(Number.prototype.valueOf)],
  [kinds.BOXED_STRING]: ["String", uncurryThis(String.prototype.valueOf)],
  [kinds.BOXED_BOOLEAN]: ["Boolean", uncurryThis(Boolean.prototype.valueOf)],
  [kinds.BOXED_BIGINT]: ["BigInt", uncurryThis(BigInt.prototype.valueOf)],
  [kinds.BOXED_SYMBOL]: ["Symbol", uncurryThis(Symbol.prototype.valueOf)],
};

const plainContext = new Context(undefined);

/**
 * Prints a value.
 * @param {unknown} value
 * @param {import("./context.js").InspectOptions} [options]
 * @returns {string}
 */
export function inspect(value, options = undefined) {
  return formatValue(new Context(options), value, 0);
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} level
 * @param {boolean} [nested] whether it is a buffer beside other properties
 * @returns {string}
 */
function formatValue(ctx, value, level, nested = false) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return formatPrimitive(ctx, value);

  // No trap of a proxy is ever run.
  const receiver = value;
  let kind = kinds.kindOf(value);
  while (kind === kinds.PROXY) {
    const proxy = op_inspect_proxy(value);
    if (proxy === null) return ctx.stylize("<Revoked Proxy>", "special");
    if (ctx.showProxy) return formatProxy(ctx, proxy, level);
    value = proxy[0];
    kind = kinds.kindOf(value);
  }

  if (ctx.customInspect) {
    const custom = value[customInspect];
    if (typeof custom === "function" && custom !== inspect && value.constructor?.prototype !== value) {
      const depth = ctx.depth === null ? null : ctx.depth - level;
      const result = apply(custom, receiver, [depth, ctx.options(), inspect]);
      if (result !== receiver) {
        if (typeof result !== "string") return formatValue(ctx, result, level);
        return result.replaceAll("\n", `\n${" ".repeat(ctx.indentation)}`);
      }
    }
  }

  if (ctx.seen.includes(value)) {
    ctx.circular ??= new Map();
    let index = ctx.circular.get(value);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(value, index);
    }
    return ctx.stylize(`[Circular *${index}]`, "special");
  }
  return formatObject(ctx, value, kind, level, nested);
}

/**
 * @param {Context} ctx
 * @param {[target: any, handler: any]} proxy
 * @param {number} level
 */
function formatProxy(ctx, proxy, level) {
  if (ctx.isBeyondDepth(level)) return ctx.stylize("Proxy [Array]", "special");
  ctx.indentation += 2;
  const parts = [formatValue(ctx, proxy[0], level + 1), formatValue(ctx, proxy[1], level + 1)];
  ctx.indentation -= 2;
  return join(ctx, parts, "", ["Proxy [", "]"], true, level + 1);
}

/**
 * How an object is printed: what stands before the braces, the braces, and what is in them before its properties.
 * @typedef {object} Shape
 * @property {string} [text] all there is to print
 * @property {string} [base]
 * @property {[string, string]} braces
 * @property {PropertyKey[]} keys
 * @property {boolean} [isList]
 * @property {(level: number) => string[]} [contents]
 */

/**
 * The shape of what can be iterated over; undefined for anything else.
 * @param {Context} ctx
 * @param {any} value
 * @param {number} kind
 * @param {string | null} constructor
 * @param {string} tag
 * @returns {Shape | undefined}
 */
function listShape(ctx, value, kind, constructor, tag) {
  switch (kind) {
    case kinds.ARRAY: {
      const prefix =
        constructor !== "Array" || tag !== "" ? prefixOf(constructor, tag, "Array", `(${value.length})`) : "";
      const keys = op_inspect_keys(value, !ctx.showHidden);
      if (value.length === 0 && keys.length === 0) return { text: `${prefix}[]`, braces: ["", ""], keys };
      return {
        braces: [`${prefix}[`, "]"],
        keys,
        isList: true,
        contents: (level) => formatArray(ctx, value, level, formatProperty),
      };
    }
    case kinds.SET:
    case kinds.MAP: {
      const isMap = kind === kinds.MAP;
      const size = /** @type {number} */ (isMap ? mapSize(value) : setSize(value));
      const prefix = prefixOf(constructor, tag, isMap ? "Map" : "Set", `(${size})`);
      const keys = shownKeys(ctx, value);
      if (size === 0 && keys.length === 0) return { text: `${prefix}{}`, braces: ["", ""], keys };
      const format = isMap ? formatMap : formatSet;
      return { braces: [`${prefix}{`, "}"], keys, contents: (level) => format(ctx, value, level, formatValue) };
    }
    case kinds.TYPED_ARRAY: {
      const length = typedArrayLength(value);
      const prefix = prefixOf(constructor, tag, typedArrayTag(value), `(${length})`);
      const keys = op_inspect_keys(value, !ctx.showHidden);
      if (length === 0 && keys.length === 0 && !ctx.showHidden) return { text: `${prefix}[]`, braces: ["", ""], keys };
      return {
        braces: [`${prefix}[`, "]"],
        keys,
        isList: true,
        contents: (level) => formatTypedArray(ctx, value, length, level, formatValue),
      };
    }
    case kinds.MAP_ITERATOR:
    case kinds.SET_ITERATOR: {
      const type = kind === kinds.MAP_ITERATOR ? "Map" : "Set";
      const name = tag === `${type} Iterator` ? tag : `${tag === "" ? "" : `${tag}] [`}${type} Iterator`;
      /** @type {[string, string]} */
      const braces = [`[${name}] {`, "}"];
      return {
        braces,
        keys: shownKeys(ctx, value),
        contents: (level) => formatIterator(ctx, value, level, formatValue, braces),
      };
    }
    default:
      return undefined;
  }
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} kind
 * @param {string | null} constructor
 * @param {string} tag
 * @param {number} level
 * @param {boolean} nested
 * @returns {Shape}
 */
function shapeOf(ctx, value, kind, constructor, tag, level, nested) {
  const keys = shownKeys(ctx, value);
  /** @param {string} fallback @returns {[string, string]} */
  const bracesOf = (fallback) => [`${prefixOf(constructor, tag, fallback)}{`, "}"];

  if (typeof value === "function") {
    const base = functionBase(value, kind, constructor, tag);
    return keys.length === 0
      ? { text: ctx.stylize(base, "special"), braces: ["", ""], keys }
      : { base, braces: ["{", "}"], keys };
  }
  if (kind === kinds.ARGUMENTS && constructor === "Object") {
    return keys.length === 0
      ? { text: "[Arguments] {}", braces: ["", ""], keys }
      : { braces: ["[Arguments] {", "}"], keys };
  }
  if (constructor === "Object" && kind === kinds.OTHER && !isErrorLike(value, kind)) {
    const open = tag === "" ? "{" : `${prefixOf(constructor, tag, "Object")}{`;
    return keys.length === 0 ? { text: `${open}}`, braces: ["", ""], keys } : { braces: [open, "}"], keys };
  }
  if (kind === kinds.REGEXP || kind === kinds.DATE) {
    const [type, style] = kind === kinds.REGEXP ? ["RegExp", "regexp"] : ["Date", "date"];
    const text =
      kind === kinds.REGEXP
        ? regExpToString(value)
        : isNaN(dateGetTime(value))
          ? "Invalid Date"
          : dateToISOString(value);
    const prefix = prefixOf(constructor, tag, type);
    const base = prefix === `${type} ` ? text : `${prefix}${text}`;
    const whole = keys.length === 0 || (kind === kinds.REGEXP && ctx.isBeyondDepth(level));
    return whole ? { text: ctx.stylize(base, style), braces: ["", ""], keys } : { base, braces: ["{", "}"], keys };
  }
  if (isErrorLike(value, kind)) {
    const base = formatError(ctx, value, constructor, tag, keys);
    return keys.length === 0 ? { text: base, braces: ["", ""], keys } : { base, braces: ["{", "}"], keys };
  }
  if (kind === kinds.ARRAY_BUFFER || kind === kinds.SHARED_ARRAY_BUFFER) {
    const braces = bracesOf(kind === kinds.ARRAY_BUFFER ? "ArrayBuffer" : "SharedArrayBuffer");
    return {
      braces,
      keys: ["byteLength", ...keys],
      contents: nested ? undefined : () => formatArrayBuffer(ctx, value),
    };
  }
  if (kind === kinds.DATA_VIEW)
    return { braces: bracesOf("DataView"), keys: ["byteLength", "byteOffset", "buffer", ...keys] };
  if (kind === kinds.PROMISE)
    return { braces: bracesOf("Promise"), keys, contents: (at) => formatPromise(ctx, value, at, formatValue) };
  if (kind === kinds.WEAK_SET || kind === kinds.WEAK_MAP) {
    const isMap = kind === kinds.WEAK_MAP;
    return {
      braces: bracesOf(isMap ? "WeakMap" : "WeakSet"),
      keys,
      contents: (at) => formatWeak(ctx, value, at, formatValue, isMap),
    };
  }
  if (kind === kinds.MODULE) {
    return {
      braces: bracesOf("Module"),
      keys: [],
      contents: (at) => formatModule(ctx, value, at, keys, formatProperty),
    };
  }
  if (boxes[kind] !== undefined) return boxShape(ctx, value, kind, constructor, tag, keys);
  const prefix = objectPrefix(value, constructor, tag);
  return keys.length === 0 ? { text: `${prefix}{}`, braces: ["", ""], keys } : { braces: [`${prefix}{`, "}"], keys };
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} kind
 * @param {string | null} constructor
 * @param {string} tag
 * @param {PropertyKey[]} keys
 * @returns {Shape}
 */
function boxShape(ctx, value, kind, constructor, tag, keys) {
  const [type, valueOf] = boxes[kind];
  const primitive = valueOf(value);
  // The characters of a string are no properties worth showing.
  if (typeof primitive === "string") keys.splice(0, primitive.length);
  let base = `[${type}`;
  if (type !== constructor) base += constructor === null ? " (null prototype)" : ` (${constructor})`;
  base += `: ${formatPrimitive(plainContext, primitive)}]`;
  if (tag !== "" && tag !== constructor) base += ` [${tag}]`;
  return keys.length === 0
    ? { text: ctx.stylize(base, type.toLowerCase()), braces: ["", ""], keys }
    : { base, braces: ["{", "}"], keys };
}

/**
 * @param {Context} ctx
 * @param {any} value
 * @param {number} kind
 * @param {number} level
 * @param {boolean} nested
 */
function formatObject(ctx, value, kind, level, nested) {
  const constructor = constructorName(ctx, value, level, (prototype) =>
    inspect(prototype, { ...ctx.options(), customInspect: false, depth: -1 }),
  );
  const tag = tagOf(ctx, value);
  const shape =
    listShape(ctx, value, kind, constructor, tag) ?? shapeOf(ctx, value, kind, constructor, tag, level, nested);
  if (shape.text !== undefined) return shape.text;
  const nameOnly = () => {
    const name = objectPrefix(value, constructor, tag).slice(0, -1);
    return constructor === null ? name : `[${name}]`;
  };
  if (ctx.isBeyondDepth(level)) return ctx.stylize(nameOnly(), "special");

  const { braces, keys, isList = false } = shape;
  let base = shape.base ?? "";
  const inner = level + 1;
  const { indentation } = ctx;
  ctx.seen.push(value);
  ctx.currentDepth = inner;
  /** @type {string[]} */
  let output;
  try {
    output = shape.contents?.(inner) ?? [];
    const properties = [];
    for (let index = 0, length = 0; index < keys.length && length <= ctx.mostPrinted; index++) {
      const property = formatProperty(ctx, value, inner, keys[index], isList ? "listed" : "property");
      length += property.length;
      properties.push(property);
    }
    if (ctx.sorted && isList) properties.sort();
    output.push(...properties);
    if (ctx.sorted && !isList) output.sort();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    ctx.indentation = indentation;
    return ctx.stylize(
      `[${nameOnly()}: Inspection interrupted prematurely. Maximum call stack size exceeded.]`,
      "special",
    );
  } finally {
    ctx.seen.pop();
  }
  const index = ctx.circular?.get(value);
  if (index !== undefined) {
    const reference = ctx.stylize(`<ref *${index}>`, "special");
    base = base === "" ? reference : `${reference} ${base}`;
  }
  const text = join(ctx, output, base, braces, isList, inner, value);
  const printed = (ctx.budget[ctx.indentation] ?? 0) + text.length;
  ctx.budget[ctx.indentation] = printed;
  if (printed > ctx.mostPrinted) ctx.depth = -1;
  return text;
}

/** @param {any} error */
const isStackOverflow = (error) => error instanceof RangeError && error.message === "Maximum call stack size exceeded";

/**
 * @param {Context} ctx
 * @param {any} object
 * @param {PropertyDescriptor} descriptor an accessor's
 * @param {number} level
 */
function formatAccessor(ctx, object, { get, set }, level) {
  if (get === undefined)
    return ctx.stylize(set === undefined ? "undefined" : "[Setter]", set === undefined ? "undefined" : "special");
  const label = set === undefined ? "Getter" : "Getter/Setter";
  const wanted =
    ctx.getters === true ||
    (ctx.getters === "get" && set === undefined) ||
    (ctx.getters === "set" && set !== undefined);
  if (!wanted) return ctx.stylize(`[${label}]`, "special");
  try {
    const value = apply(get, object, []);
    ctx.indentation += 2;
    const text = formatValue(ctx, value, level);
    ctx.indentation -= 2;
    if (typeof value === "object" && value !== null) return `${ctx.stylize(`[${label}]`, "special")} ${text}`;
    return `${ctx.stylize(`[${label}:`, "special")} ${text}${ctx.stylize("]", "special")}`;
  } catch (error) {
    return `${ctx.stylize(`[${label}:`, "special")} <Inspection threw (${/** @type {any} */ (error)?.message})>${ctx.stylize("]", "special")}`;
  }
}

/**
 * One property: "name: value"; the value alone for an item of an array.
 * @type {import("./collections.js").FormatProperty}
 */
function formatProperty(ctx, object, level, key, style) {
  const descriptor = getOwnPropertyDescriptor(object, key) ?? { value: object[key], enumerable: true };
  let text;
  if (descriptor.value !== undefined) {
    ctx.indentation += 2;
    text = formatValue(ctx, descriptor.value, level);
    ctx.indentation -= 2;
  } else {
    text = formatAccessor(ctx, object, descriptor, level);
  }
  if (style === "item") return text;
  if (typeof key === "symbol") return `[${ctx.stylize(escaped(symbolToString(key)), "symbol")}]: ${text}`;
  const name = String(key);
  if (name === "__proto__") return `['__proto__']: ${text}`;
  if (descriptor.enumerable === false) return `[${escaped(name)}]: ${text}`;
  if (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(name)) return `${ctx.stylize(name, "name")}: ${text}`;
  return `${ctx.stylize(quote(name), "string")}: ${text}`;
}
