// What is evaluated when a statement at top level is run: the analysis behind deferred.mjs.

/**
 * Calls `visit` with each node of a syntax tree, the outer ones first, and its parent; it goes deeper unless that gives
 * false.
 * @param {any} node
 * @param {(node: any, parent: any, key: string) => boolean | void} visit
 */
export function walk(node, visit, parent = undefined, key = "") {
  if (visit(node, parent, key) === false) return;
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") walk(child, visit, node, name);
    }
  }
}

/** Whether an identifier is a reference, rather than a property's or a method's name. */
export function isReference(parent, key) {
  const names = { MemberExpression: "property", Property: "key", MethodDefinition: "key", PropertyDefinition: "key" };
  return parent === undefined || names[parent.type] !== key || parent.computed;
}

/** A text with some places replaced, none of which is within another. @param {[from: number, to: number, text: string][]} edits */
export function edited(text, edits) {
  let result = text;
  for (const [from, to, replacement] of edits.toSorted(([a], [b]) => b - a)) {
    result = result.slice(0, from) + replacement + result.slice(to);
  }
  return result;
}

/** The names that a statement at top level declares. */
export function declared(statement) {
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
export function functionsOf(statement) {
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

/** Whether an expression is a place in a list, as ours are written: `index`, `length` or `list.length`. */
const isPlace = ({ name, property }) => /^(index|length)$/.test(name ?? "") || property?.name === "length";

/** What nobody can change. */
const FIXED = ["Infinity", "NaN", "undefined"];

/**
 * Functions of the core that may be called when deferred modules are run: they rely on nothing that a guest can have
 * changed by then. A statement that calls another one stays in the core.
 */
const CALLED = [
  "append",
  "dictionary",
  "defineEventHandler",
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
  "toLowerCase",
  "setPrototypeOf",
  "toUpperCase",
];

/**
 * What is evaluated of a statement when it is run: the names that it refers to, those whose prototype it reads, and the
 * constructs that call methods which a guest may have replaced. The bodies of functions are left out, but for those of
 * the group's own that are called.
 * @param {any} statement
 * @param {Map<string, any>} functions of the group, by name
 */
export function evaluated(statement, functions) {
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
          if (node.left.computed && isPlace(node.left.property)) constructs.push("an assignment to a list");
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
