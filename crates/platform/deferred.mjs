// Deferred modules: those of our own that an isolate makes when their first export is read, rather than in the startup
// snapshot, because most Workers use none of them (the HTMLRewriter, crypto, R2, ...).
//
// In a source, an import of `deferred:web/...` or `deferred:platform/...` is of a *deferred namespace*, as
// `import defer * as name` of TC39's proposal has it (https://github.com/tc39/proposal-defer-import-eval), which not all
// of the tools here parse yet:
//
//   import * as compression from "deferred:web/compression/compression-streams.js";
//
// Each use of the name becomes a call of a function that gives the module's exports. All modules that are reached by
// such imports only, and from one of them, are one *group*: a function within the script, which V8 does not even
// compile before it is called. Everything else is the *core*.
//
// A group is run after guest code may have changed what the language offers (`Symbol.iterator`, `Array.prototype.map`,
// `EventTarget.prototype`). So what a module of a group takes from there at its top level stays in the core: each
// statement at top level that names something of the language, or reads a `prototype`. What cannot stay, as it needs
// something of the group too, or is one of the constructs that call methods by themselves (iteration, methods of values),
// is an error of the build.

import { readFileSync } from "node:fs";

/** What specifiers of deferred modules begin with, and their namespace in esbuild. */
export const DEFERRED = "deferred:";

/**
 * @typedef {{ parse: (text: string, options: object) => any }} Acorn
 * @typedef {Record<string, { imports: { path: string }[] }>} Inputs of a script, as esbuild's metafile has them
 * @typedef {object} Part of the script: what came of one file
 * @property {string} input its name in esbuild's metafile
 * @property {string} text
 */

/**
 * Calls `visit` with each node of a syntax tree, the outer ones first, and its parent; it goes deeper unless that gives
 * false.
 * @param {any} node
 * @param {(node: any, parent: any, key: string) => boolean | void} visit
 */
function walk(node, visit, parent = undefined, key = "") {
  if (visit(node, parent, key) === false) return;
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") walk(child, visit, node, name);
    }
  }
}

/** Whether an identifier is a reference, rather than a property's or a method's name. */
function isReference(parent, key) {
  const names = { MemberExpression: "property", Property: "key", MethodDefinition: "key", PropertyDefinition: "key" };
  return parent === undefined || names[parent.type] !== key || parent.computed;
}

/**
 * The text of a source in which each use of a deferred namespace is a call.
 * @param {Acorn} acorn
 * @param {string} file
 */
export function withCalls(acorn, file) {
  const text = readFileSync(file, "utf8");
  if (!text.includes(`"${DEFERRED}`)) return text;
  const tree = acorn.parse(text, { ecmaVersion: "latest", sourceType: "module" });
  const names = new Set();
  /** @type {[from: number, to: number, text: string][]} */
  const edits = [];
  for (const { specifiers, source, type } of tree.body) {
    if (type !== "ImportDeclaration" || !source.value.startsWith(DEFERRED)) continue;
    const [specifier] = specifiers;
    if (specifiers.length !== 1 || specifier.type !== "ImportNamespaceSpecifier") {
      throw new Error(`${file}: import * as a name from ${source.value}`);
    }
    names.add(specifier.local.name);
    edits.push([specifier.start, specifier.end, `{ load as ${specifier.local.name} }`]);
  }
  walk(tree, (node, parent, key) => {
    if (node.type === "ImportDeclaration") return false;
    if (node.type === "Identifier" && names.has(node.name) && isReference(parent, key)) {
      // In parentheses, for `new name.Class()`.
      edits.push([node.start, node.end, `(${node.name}())`]);
    }
  });
  let result = text;
  for (const [from, to, replacement] of edits.sort(([a], [b]) => b - a)) {
    result = result.slice(0, from) + replacement + result.slice(to);
  }
  return result;
}

/** All inputs that are reached from one, but for those that are reached by deferred imports only. */
function reach(inputs, from, seen = new Set()) {
  if (seen.has(from) || inputs[from] === undefined) return seen;
  seen.add(from);
  for (const { path } of inputs[from].imports) if (!path.startsWith(DEFERRED)) reach(inputs, path, seen);
  return seen;
}

/**
 * The inputs of the core.
 * @param {Inputs} inputs
 * @param {string} entry
 * @returns {Set<string>}
 */
export function coreOf(inputs, entry) {
  return reach(inputs, entry);
}

/**
 * Which inputs are in which group, by the number of the group. Those of the core are in none.
 * @param {Inputs} inputs
 * @param {string} entry
 * @returns {Map<string, number>}
 */
export function groups(inputs, entry) {
  const core = coreOf(inputs, entry);
  /** @type {Map<string, number>} */
  const groupOf = new Map();
  let count = 0;
  for (const deferred of Object.keys(inputs).filter((input) => input.startsWith(DEFERRED))) {
    const members = [...reach(inputs, deferred)].filter((input) => !core.has(input));
    // Modules that two of them need are made once, so that these are one group.
    const met = new Set(members.flatMap((member) => groupOf.get(member) ?? []));
    const group = count++;
    for (const [member, other] of groupOf) if (met.has(other)) groupOf.set(member, group);
    for (const member of members) groupOf.set(member, group);
  }
  return groupOf;
}

/** What nobody can change. */
const FIXED = ["Infinity", "NaN", "undefined"];

/**
 * Functions of the core that may be called when a group is run: they rely on nothing that a guest can have changed by
 * then. A statement that calls another one stays in the core.
 */
const CALLED = [
  "append",
  "dictionary",
  "defineEventHandler",
  "defineInspect",
  "defineInterface",
  "definePairIterator",
  "descriptorOf",
  "enumeration",
  "illegalConstructor",
  "interfaceOf",
  "nullable",
  "recordOf",
  "registerPlatformClass",
  "resourceOwner",
  "sequenceOf",
  "setPortCheck",
  "withOptions",
  // The language's own, under the names that they are captured by.
  "defineProperty",
  "deleteProperty",
  "freeze",
  "getOwnPropertyDescriptor",
  "keys",
  "lowerCase",
  "setPrototypeOf",
  "upperCase",
];

/**
 * What is evaluated of a statement when it is run: the names that it refers to, those whose prototype it reads, and the
 * constructs that call methods which a guest may have replaced. The bodies of functions are left out, but for those of
 * the group's own that are called.
 * @param {any} statement
 * @param {Map<string, any>} functions of the group, by name
 */
function evaluated(statement, functions) {
  const names = new Set();
  const own = new Set();
  const constructs = [];
  const prototypesOf = [];
  const entered = new Set();
  const enter = (name) => {
    const callee = functions.get(name);
    if (callee === undefined || entered.has(name)) return;
    entered.add(name);
    for (const { body, params } of callee.params === undefined ? madeBy(callee) : [callee]) {
      for (const parameter of params) {
        walk(parameter, (node) => void (node.type === "Identifier" && own.add(node.name)));
      }
      look(body);
    }
  };
  const look = (root) =>
    walk(root, (node, parent, key) => {
      switch (node.type) {
        case "FunctionDeclaration":
        case "FunctionExpression":
        case "ArrowFunctionExpression":
          if (node !== root && node.id) own.add(node.id.name);
          return false;
        case "PropertyDefinition":
          // An instance's field is evaluated when there is an instance; its name, if it is computed, with the class.
          if (!node.static) {
            if (node.computed) walk(node.key, (inner) => void (inner.type === "Identifier" && names.add(inner.name)));
            return false;
          }
          break;
        case "ClassExpression":
          if (node.id) own.add(node.id.name);
          break;
        case "VariableDeclarator":
          walk(node.id, (inner, outer, place) => {
            if (inner.type === "Identifier" && isReference(outer, place)) own.add(inner.name);
            if (inner.type === "ArrayPattern") constructs.push("an array pattern");
          });
          break;
        case "ForOfStatement":
          constructs.push("for ... of");
          break;
        case "SpreadElement":
          if (parent.type !== "ObjectExpression") constructs.push("a spread of values");
          break;
        case "NewExpression":
          if (functions.has(node.callee.name)) enter(node.callee.name);
          else constructs.push(`new ${node.callee.name}`);
          break;
        case "CallExpression":
          if (node.callee.type === "MemberExpression") constructs.push("a call of a method");
          else if (functions.has(node.callee.name)) enter(node.callee.name);
          else if (node.callee.type === "Super") break;
          // esbuild tells namesakes apart by numbers.
          else if (!CALLED.includes(node.callee.name?.replace(/\d+$/, "")))
            constructs.push(`a call of ${node.callee.name}`);
          break;
        case "AssignmentExpression":
          // Beyond the list's end a setter of `Object.prototype` would be called.
          if (/^(index|length)$/.test(node.left.property?.name ?? "") && node.left.computed) {
            constructs.push("an assignment to a list");
          } else if (node.left.computed && node.left.property.property?.name === "length") {
            constructs.push("an assignment to a list");
          }
          break;
        case "MemberExpression":
          if (node.property.name === "prototype") prototypesOf.push(node.object.name);
          break;
        case "Identifier":
          if (isReference(parent, key)) names.add(node.name);
          break;
      }
      return true;
    });
  look(statement);
  for (const name of [...own, ...FIXED]) names.delete(name);
  return { names, constructs, own, prototypesOf };
}

/** The names that a statement at top level declares. */
function declared(statement) {
  if (statement.id) return [statement.id.name];
  const names = [];
  for (const { id } of statement.declarations ?? []) {
    walk(id, (node, parent, key) => {
      if (node.type === "Identifier" && isReference(parent, key)) names.push(node.name);
    });
  }
  return names;
}

/** The functions and classes that a statement at top level declares, by name. @returns {[string, any][]} */
function functionsOf(statement) {
  if (/^(Function|Class)/.test(statement.type)) return [[statement.id.name, statement]];
  const initialized = (statement.declarations ?? []).filter(({ init }) => /Function|Class/.test(init?.type));
  return initialized.map(({ id, init }) => [id.name, init]);
}

/** What runs when a class makes an instance, as functions: its constructor, and its fields' values. */
function madeBy({ body }) {
  const isField = ({ type, static: isStatic, value }) => type === "PropertyDefinition" && !isStatic && value;
  const constructors = body.body.filter(({ kind }) => kind === "constructor").map(({ value }) => value);
  return [...constructors, ...body.body.filter(isField).map(({ value }) => ({ body: value, params: [] }))];
}

/**
 * Moves the groups' code into functions of their own, after what stays in the core.
 * @template {Part} T
 * @param {Acorn} acorn
 * @param {T[]} parts
 * @param {Map<string, number>} groupOf
 * @returns {(T | Part)[]}
 */
export function deferGroups(acorn, parts, groupOf) {
  const parse = (text) => acorn.parse(text, { ecmaVersion: "latest", allowAwaitOutsideFunction: true }).body;
  const parsed = parts.map((part) => ({ part, group: groupOf.get(part.input), statements: parse(part.text) }));
  const everywhere = new Set(parsed.flatMap(({ statements }) => statements.flatMap(declared)));
  const inCore = new Set(
    parsed.filter(({ group }) => group === undefined).flatMap(({ statements }) => statements.flatMap(declared)),
  );
  const functions = new Map(
    parsed.filter(({ group }) => group !== undefined).flatMap(({ statements }) => statements.flatMap(functionsOf)),
  );
  const core = [];
  const problems = [];
  /** @type {Map<number, { body: string, exports: string[] }>} */
  const bodies = new Map();
  for (const { part, group, statements } of parsed) {
    if (group === undefined) {
      core.push(part);
      continue;
    }
    const known = bodies.get(group) ?? { body: "", exports: [] };
    bodies.set(group, known);
    if (part.input.startsWith(DEFERRED)) {
      // `var load = () => ({ ... });`
      const [{ declarations }] = statements;
      const [{ id, init }] = declarations;
      core.push({ ...part, text: `const ${id.name} = () => $group${group}()[${known.exports.length}];\n` });
      known.exports.push(part.text.slice(init.body.start, init.body.end));
      continue;
    }
    let [kept, moved] = ["", ""];
    for (const statement of statements) {
      const text = part.text.slice(statement.start, statement.end);
      const { names, constructs, own, prototypesOf } = evaluated(statement, functions);
      const isOfGroup = (name) => everywhere.has(name) && !inCore.has(name);
      const ofLanguage = [...names].filter((name) => !everywhere.has(name));
      const others = prototypesOf.filter((name) => !isOfGroup(name)).map((name) => `${name}.prototype`);
      const reads = [...ofLanguage, ...others, ...constructs];
      const stays = reads.length > 0;
      const needs = [...names].filter(isOfGroup);
      if (stays && (needs.length > 0 || statement.type !== "VariableDeclaration")) {
        const [line] = text.split("\n");
        const obstacle = needs.length > 0 ? `it needs ${needs.join(", ")} of its group` : "it is no declaration";
        problems.push(`${part.input}: "${line}" reads ${reads.join(", ")}, but cannot stay in the core: ${obstacle}`);
      }
      if (stays) {
        kept += `${text}\n`;
        for (const name of own) inCore.add(name);
      } else {
        moved += `${text}\n`;
      }
    }
    if (kept !== "") core.push({ ...part, text: kept });
    known.body += moved;
  }
  if (problems.length > 0) {
    throw new Error(`deferred modules run when guests may have changed what these read:\n${problems.join("\n")}`);
  }
  const made = [...bodies].map(([group, { body, exports }]) => ({
    input: "",
    text:
      `let $group${group} = () => {\n${body}const exports = [${exports.join(", ")}];\n` +
      `$group${group} = () => exports;\nreturn exports;\n};\n`,
  }));
  // Those who call them do so later.
  const last = core.length - 1;
  return [...core.slice(0, last), ...made, ...core.slice(last)];
}
