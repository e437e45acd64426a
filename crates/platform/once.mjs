// What modules take from the language at their top level is taken once, and constants that are plain values are written
// where they are used.
//
// Each module begins with what it takes before a guest can replace it: `const { defineProperty } = Object`, thirty times in
// all. In one script that is a variable each, which every isolate has a slot for, and in a table of names whose size
// doubles at certain counts; and for `uncurryThis(String.prototype.slice)` a function each.
//
// It can be done by name, without scopes: esbuild gives no variable the name of one at the script's top level.

import { declared, edited, isReference, walk } from "./evaluated.mjs";

/** Of what the properties are taken that do not change while our script runs: nobody else's has run yet. */
const ROOTS = (
  "Array ArrayBuffer BigInt Boolean Date Error JSON Map Math Number Object Promise Proxy RangeError Reflect RegExp Set " +
  "String Symbol SyntaxError TypeError Uint8Array WeakMap WeakRef WeakSet"
).split(" ");

/** Makes a function of a method: what it gives does the same whenever it is called. */
const MADE_BY = "uncurryThis";

/** A name of the language, or a path of properties from one, as text; nothing if it is something else. */
function path(node, roots) {
  if (node?.type === "Identifier") return roots.has(node.name) ? node.name : undefined;
  if (node?.type !== "MemberExpression" || node.computed || node.optional) return undefined;
  const object = path(node.object, roots);
  return object && `${object}.${node.property.name}`;
}

/** What a variable's value is taken from, as text: the same for the same value. */
function source(init, roots) {
  if (init?.type !== "CallExpression" || init.callee.name !== MADE_BY || init.arguments.length !== 1)
    return path(init, roots);
  const method = path(init.arguments[0], roots);
  return method && `${MADE_BY}(${method})`;
}

/** Whether an expression is a number, a text, or another plain value. */
function isPlain(init) {
  const value = init?.type === "UnaryExpression" && init.operator === "-" ? init.argument : init;
  return value?.type === "Literal" && value.regex === undefined;
}

/** The properties of a pattern that takes some of an object by name; nothing if it does anything else. */
function taken({ id, init }, roots) {
  const object = id.type === "ObjectPattern" ? path(init, roots) : undefined;
  const isName = ({ type, computed, value }) => type === "Property" && !computed && value.type === "Identifier";
  return object && id.properties.every(isName)
    ? id.properties.map(({ key, value }) => ({ name: value.name, from: `${object}.${key.name}`, key: key.name }))
    : undefined;
}

/**
 * The parts of a script with each of these taken once.
 * @template {import("./deferred.mjs").Part} T
 * @param {import("./deferred.mjs").Acorn} acorn
 * @param {T[]} parts
 * @returns {T[]}
 */
export function once(acorn, parts) {
  const parse = (text) => acorn.parse(text, { ecmaVersion: "latest", allowAwaitOutsideFunction: true });
  const parsed = parts.map((part) => ({ part, tree: parse(part.text) }));
  const ours = new Set(parsed.flatMap(({ tree }) => tree.body.flatMap(declared)));
  const roots = new Set(ROOTS.filter((name) => !ours.has(name)));
  /** @type {Map<string, string>} what is written in a name's place */
  const instead = new Map();
  /** @type {Map<string, string>} the first name for what was taken */
  const firsts = new Map();
  const isRepeated = (name, from) => {
    const first = firsts.get(from);
    if (first === undefined) firsts.set(from, name);
    else instead.set(name, first);
    return first !== undefined;
  };

  /** What remains of a declaration, as text. */
  const remaining = ({ declarations: [declarator] }, text) => {
    const { id, init } = declarator;
    const properties = taken(declarator, roots);
    if (properties !== undefined) {
      const kept = properties.filter(({ name, from }) => !isRepeated(name, from));
      const pattern = kept.map(({ name, key }) => (name === key ? name : `${key}: ${name}`)).join(", ");
      return kept.length > 0 ? `const { ${pattern} } = ${text(init)};` : "";
    }
    if (id.type !== "Identifier") return undefined;
    if (isPlain(init)) {
      instead.set(id.name, init.type === "Literal" ? text(init) : `(${text(init)})`);
      return "";
    }
    const from = source(init, roots);
    return from !== undefined && isRepeated(id.name, from) ? "" : undefined;
  };

  const isConstant = ({ type, kind, declarations }) =>
    type === "VariableDeclaration" && kind === "const" && declarations.length === 1;
  const remainders = parsed.map(({ part, tree }) => {
    const text = ({ start, end }) => part.text.slice(start, end);
    const all = tree.body.filter(isConstant).map((statement) => [statement, remaining(statement, text)]);
    return new Map(all.filter(([, remainder]) => remainder !== undefined));
  });

  return parsed.map(({ part, tree }, index) => {
    /** @type {[from: number, to: number, text: string][]} */
    const edits = [];
    walk(tree, (node, parent, key) => {
      const remainder = remainders[index].get(node);
      if (remainder !== undefined) {
        edits.push([node.start, node.end, remainder]);
        return false;
      }
      if (node.type !== "Identifier" || !instead.has(node.name) || !isReference(parent, key)) return true;
      // `{ name }` has the one identifier twice, and keeps the property's name.
      if (parent?.type === "Property" && parent.shorthand) {
        if (key === "value") edits.push([node.start, node.end, `${node.name}: ${instead.get(node.name)}`]);
      } else {
        const isObject = parent?.type === "MemberExpression" && key === "object";
        // `5.toString()` is no expression.
        edits.push([node.start, node.end, isObject ? `(${instead.get(node.name)})` : instead.get(node.name)]);
      }
      return true;
    });
    return { ...part, text: edited(part.text, edits) };
  });
}
