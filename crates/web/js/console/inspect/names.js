// What an object calls itself: its constructor, its tag, its prefix ("Map(2) ", "[Foo: null prototype] ").

import { op_inspect_constructor_name } from "selvedge:ops";
import { uncurryThis } from "../../webidl.js";
import { ASYNC_FUNCTION, ASYNC_GENERATOR_FUNCTION, GENERATOR_FUNCTION } from "./kinds.js";

/** @typedef {import("./context.js").Context} Context */

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, keys: keysOf } = Object;
const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);
const isEnumerable = uncurryThis(Object.prototype.propertyIsEnumerable);
const functionToString = uncurryThis(Function.prototype.toString);
const ordinaryHasInstance = /** @type {(constructor: Function, value: unknown) => boolean} */ (
  uncurryThis(/** @type {any} */ (Function.prototype[Symbol.hasInstance]))
);
const { prototype: ObjectPrototype } = Object;
const { prototype: FunctionPrototype } = Function;
const ObjectConstructor = Object;
const FunctionConstructor = Function;

/** The language's own classes. */
const builtIns = new Set(getOwnPropertyNames(globalThis).filter((name) => /^[A-Z][a-zA-Z0-9]+$/.test(name)));

/** @param {string} name */
export const isBuiltInName = (name) => builtIns.has(name);

/**
 * @param {object} value
 * @param {Function} constructor
 */
function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/**
 * The name of the class of an object; null without a prototype. A prototype that no constructor owns gives
 * "Name <Parent>".
 * @param {Context} ctx
 * @param {object} value
 * @param {number} level
 * @param {(object: object) => string} describe what to print of a prototype that has no name
 * @returns {string | null}
 */
export function constructorName(ctx, value, level, describe) {
  /** @type {any} */
  let object = value;
  /** @type {object | null | undefined} */
  let firstPrototype;
  while (object !== null) {
    if (object === ObjectPrototype && ordinaryHasInstance(ObjectConstructor, value)) return "Object";
    if (object === FunctionPrototype && ordinaryHasInstance(FunctionConstructor, value)) return "Function";
    const constructor = getOwnPropertyDescriptor(object, "constructor")?.value;
    if (typeof constructor === "function" && constructor.name !== "" && isInstance(value, constructor)) {
      return String(constructor.name);
    }
    object = getPrototypeOf(object);
    if (firstPrototype === undefined) firstPrototype = object;
  }
  if (firstPrototype === null || firstPrototype === undefined) return null;

  const name = op_inspect_constructor_name(value);
  if (ctx.isBeyondDepth(level)) return `${name} <Complex prototype>`;
  const parent = constructorName(ctx, firstPrototype, level + 1, describe);
  return `${name} <${parent ?? describe(firstPrototype)}>`;
}

/**
 * @param {string | null} constructor
 * @param {string} tag
 * @param {string} fallback the name where there is no constructor
 * @param {string} [size] "(2)"
 */
export function prefixOf(constructor, tag, fallback, size = "") {
  if (constructor === null) {
    return tag !== "" && fallback !== tag
      ? `[${fallback}${size}: null prototype] [${tag}] `
      : `[${fallback}${size}: null prototype] `;
  }
  return tag !== "" && constructor !== tag ? `${constructor}${size} [${tag}] ` : `${constructor}${size} `;
}

/**
 * The prefix of an object of no known kind.
 * @param {object} value
 * @param {string | null} constructor
 * @param {string} tag
 */
export function objectPrefix(value, constructor, tag) {
  let fallback = "";
  if (constructor === null) {
    fallback = op_inspect_constructor_name(value);
    if (fallback === tag) fallback = "Object";
  }
  return prefixOf(constructor, tag, fallback);
}

/**
 * `Symbol.toStringTag`, unless it is printed as a property anyway.
 * @param {Context} ctx
 * @param {any} value
 * @returns {string}
 */
export function tagOf(ctx, value) {
  const tag = value[Symbol.toStringTag];
  if (typeof tag !== "string" || tag === "") return "";
  const shown = ctx.showHidden ? hasOwn : isEnumerable;
  return shown(value, Symbol.toStringTag) ? "" : tag;
}

/**
 * The keys of the properties to show.
 * @param {Context} ctx
 * @param {object} value
 * @returns {PropertyKey[]}
 */
export function shownKeys(ctx, value) {
  const symbols = getOwnPropertySymbols(value);
  if (ctx.showHidden) return [...getOwnPropertyNames(value), ...symbols];
  /** @type {PropertyKey[]} */
  let keys;
  try {
    keys = keysOf(value);
  } catch {
    // The namespace of a module that has not been evaluated.
    keys = getOwnPropertyNames(value);
  }
  return symbols.length === 0 ? keys : [...keys, ...symbols.filter((key) => isEnumerable(value, key))];
}

const classHead = /^(\s+[^(]*?)\s*{/;
const comments = /(\/\/.*?\n)|(\/\*(.|\n)*?\*\/)/g;

/** @param {Function} value */
function isClass(value) {
  const source = functionToString(value);
  if (!source.startsWith("class") || !source.endsWith("}")) return false;
  const body = source.slice(5, -1);
  const brace = body.indexOf("{");
  return brace !== -1 && (!body.slice(0, brace).includes("(") || classHead.test(body.replace(comments, "")));
}

/**
 * "[Function: f]", "[class A extends B]".
 * @param {Function} value
 * @param {number} kind
 * @param {string | null} constructor
 * @param {string} tag
 */
export function functionBase(value, kind, constructor, tag) {
  if (isClass(value)) {
    const name = (hasOwn(value, "name") && value.name) || "(anonymous)";
    let base = `class ${name}`;
    if (constructor !== "Function" && constructor !== null) base += ` [${constructor}]`;
    if (tag !== "" && constructor !== tag) base += ` [${tag}]`;
    if (constructor === null) return `[${base} extends [null prototype]]`;
    const parent = getPrototypeOf(value)?.name;
    return parent ? `[${base} extends ${parent}]` : `[${base}]`;
  }
  let type = "Function";
  if (kind === GENERATOR_FUNCTION || kind === ASYNC_GENERATOR_FUNCTION) type = `Generator${type}`;
  if (kind === ASYNC_FUNCTION || kind === ASYNC_GENERATOR_FUNCTION) type = `Async${type}`;
  let base = `[${type}`;
  if (constructor === null) base += " (null prototype)";
  base += value.name === "" ? " (anonymous)]" : `: ${String(value.name)}]`;
  if (constructor !== type && constructor !== null) base += ` ${constructor}`;
  if (tag !== "" && constructor !== tag) base += ` [${tag}]`;
  return base;
}
