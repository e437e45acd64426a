// Deferred modules: those of our own that an isolate makes when their first export is read, rather than in the startup
// snapshot, because most Workers use none of them (the HTMLRewriter, R2, message ports, ...).
//
// In a source, an import of `deferred:web/...` or `deferred:platform/...` is of a *deferred namespace*, as
// `import defer * as name` of TC39's proposal has it (https://github.com/tc39/proposal-defer-import-eval), which not all
// of the tools here parse yet:
//
//   import * as compression from "deferred:web/compression/compression-streams.js";
//
// Each use of the name becomes a call of a function that gives the module's exports. All modules that are reached by such
// imports only, and from one of them, are one *group*: a script of its own, which an isolate compiles when it first needs
// it, from a code cache of the process. Its value is a function that takes the ops that only groups need, and gives one that
// takes what the group needs of the rest, the *core*.
//
// That the core's variables reach a group as values is why none of those may change (a build's error otherwise). As
// functions within the script, which groups were before, they needed no such rule, but about a twentieth of each isolate was
// code of groups that it never ran.
//
// A group is run after guest code may have changed what the language offers (`Symbol.iterator`, `Array.prototype.map`,
// `EventTarget.prototype`). So what a module of a group takes from there at its top level stays in the core: each
// statement at top level that names something of the language, or reads a `prototype`. What cannot stay, as it needs
// something of the group too, or is one of the constructs that call methods by themselves (iteration, methods of values),
// is an error of the build.

import { readFileSync } from "node:fs";
import { declared, edited, evaluated, functionsOf, isReference, walk } from "./evaluated.mjs";

/** What specifiers of deferred modules begin with, and their namespace in esbuild. */
export const DEFERRED = "deferred:";

/** The op that gives what a group's script makes of its ops, by its place among the groups. */
export const LOAD = "op_load_group";

/** What the name of the part of a script ends with that declares the ops. */
const OPS = ":ops";

/**
 * @typedef {{ parse: (text: string, options: object) => any }} Acorn
 * @typedef {Record<string, { imports: { path: string }[] }>} Inputs of a script, as esbuild's metafile has them
 * @typedef {object} Part of the script: what came of one file
 * @property {string} input its name in esbuild's metafile
 * @property {string} text
 */

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
      edits.push([node.start, node.end, `${parent.shorthand ? `${node.name}: ` : ""}(${node.name}())`]);
    }
  });
  return edited(text, edits);
}

/**
 * All inputs that are reached from one, but for those that are reached by deferred imports only: from the entry, the core.
 * @param {Inputs} inputs
 * @param {string} from
 * @param {Set<string>} [seen]
 * @returns {Set<string>}
 */
export function reach(inputs, from, seen = new Set()) {
  if (seen.has(from) || inputs[from] === undefined) return seen;
  seen.add(from);
  for (const { path } of inputs[from].imports) if (!path.startsWith(DEFERRED)) reach(inputs, path, seen);
  return seen;
}

/**
 * Which inputs are in which group, by the number of the group. Those of the core are in none.
 * @param {Inputs} inputs
 * @param {string} entry
 * @returns {Map<string, number>}
 */
export function groups(inputs, entry) {
  const core = reach(inputs, entry);
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

/**
 * Divides a module's statements: what stays in the core, where it adds its names to those that are known there, and what
 * is moved to the group.
 * @param {Part} part
 * @param {any[]} statements
 * @param {{ everywhere: Set<string>, inCore: Set<string>, functions: Map<string, any> }} known
 */
function divided(part, statements, { everywhere, inCore, functions }) {
  const isOfGroup = (name) => everywhere.has(name) && !inCore.has(name);
  const result = { kept: "", moved: "", obstacles: [] };
  for (const statement of statements) {
    const text = part.text.slice(statement.start, statement.end);
    const { names, constructs, own, prototypesOf } = evaluated(statement, functions);
    const ofLanguage = [...names].filter((name) => !everywhere.has(name));
    const others = prototypesOf.filter((name) => !isOfGroup(name)).map((name) => `${name}.prototype`);
    const reads = [...ofLanguage, ...others, ...constructs];
    if (reads.length === 0) {
      result.moved += `${text}\n`;
      continue;
    }
    const needs = [...names].filter(isOfGroup);
    if (needs.length > 0 || statement.type !== "VariableDeclaration") {
      const [line] = text.split("\n");
      const obstacle = needs.length > 0 ? `it needs ${needs.join(", ")} of its group` : "it is no declaration";
      const what = [...new Set(reads)].join(", ");
      result.obstacles.push(`${part.input}: "${line}" reads ${what}, but cannot stay in the core: ${obstacle}`);
    }
    result.kept += `${text}\n`;
    for (const name of own) inCore.add(name);
  }
  return result;
}

/**
 * The names that are assigned to when a group may have been made already: by functions, and by groups. What a class's static
 * block assigns to in the core is not among them.
 * @param {{ group: number | undefined, statements: any[] }[]} parsed
 * @returns {Set<string>}
 */
function changing(parsed) {
  const names = new Set();
  const note = ({ type, left, argument }) => {
    if (type === "UpdateExpression") names.add(argument.name);
    if (!/^(AssignmentExpression|ForInStatement|ForOfStatement)$/.test(type) || left.type === "MemberExpression")
      return;
    walk(left, (node, parent, key) => {
      if (node.type === "Identifier" && isReference(parent, key)) names.add(node.name);
    });
  };
  const isLate = ({ type }) => /Function|^PropertyDefinition$/.test(type);
  for (const { group, statements } of parsed) {
    for (const statement of statements) {
      walk(statement, (node) => {
        if (group === undefined && isLate(node)) walk(node, note);
        else if (group !== undefined) note(node);
      });
    }
  }
  return names;
}

/** Whether a part declares the ops: `const op_x = __ops.op_x;`. @param {Part} part */
const isOps = ({ input }) => input !== undefined && input.endsWith(OPS);

/** The names that a text refers to. @param {Acorn} acorn @param {string} text @returns {string[]} */
function references(acorn, text) {
  const names = new Set();
  walk(acorn.parse(`async () => {${text}}`, { ecmaVersion: "latest" }), (node, parent, key) => {
    if (node.type === "Identifier" && isReference(parent, key)) names.add(node.name);
  });
  return [...names];
}

/**
 * The groups' scripts, and for each the statement of the core that loads it.
 * @param {Acorn} acorn
 * @param {Map<number, { body: string, exports: string[] }>} bodies
 * @param {{ given: Set<string>, spare: Set<string>, changed: Set<string> }} names what the core has, which ops of these it
 *   does not need itself, and what cannot be handed over as it changes
 */
function scriptsOf(acorn, bodies, { given, spare, changed }) {
  return [...bodies].map(([group, { body, exports }], place) => {
    const text = `${body}return [${exports.join(", ")}];\n`;
    const needed = references(acorn, text).filter((name) => given.has(name));
    const fleeting = needed.filter((name) => changed.has(name));
    if (fleeting.length > 0) {
      throw new Error(`deferred modules would miss how these change: ${fleeting.join(", ")}`);
    }
    const own = needed.filter((name) => spare.has(name)).map((name) => `const ${name} = __ops.${name};\n`);
    const names = needed.filter((name) => !spare.has(name)).join(", ");
    const load =
      `let $group${group} = () => {\nconst exports = ${LOAD}(${place})(${names});\n` +
      `$group${group} = () => exports;\nreturn exports;\n};\n`;
    const script = `((__ops) => {\n"use strict";\n${own.join("")}return (${names}) => {\n${text}};\n})\n`;
    return { load: { input: "", text: load }, script };
  });
}

/**
 * Takes the groups' code out of the script, but for what stays in the core.
 * @template {Part} T
 * @param {Acorn} acorn
 * @param {T[]} parts
 * @param {Map<string, number>} groupOf
 * @returns {{ core: (T | Part)[], groups: string[] }} the rest, and the groups' scripts
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
  const loads = [];
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
      loads.push(id.name);
      known.exports.push(part.text.slice(init.body.start, init.body.end));
      continue;
    }
    const { kept, moved, obstacles } = divided(part, statements, { everywhere, inCore, functions });
    problems.push(...obstacles);
    if (kept !== "") core.push({ ...part, text: kept });
    known.body += moved;
  }
  if (problems.length > 0) {
    throw new Error(`deferred modules run when guests may have changed what these read:\n${problems.join("\n")}`);
  }
  const given = new Set([...inCore, ...loads]);
  const used = new Set([LOAD, ...core.filter((part) => !isOps(part)).flatMap(({ text }) => references(acorn, text))]);
  // What stays in the core may have functions that refer to what does not.
  const lost = [...used].filter((name) => everywhere.has(name) && !given.has(name));
  if (lost.length > 0) throw new Error(`the core refers to what only deferred modules have: ${lost.join(", ")}`);
  const ops = parsed.filter(({ part }) => isOps(part)).flatMap(({ statements }) => statements.flatMap(declared));
  // Those that only groups need are functions that they make.
  const spare = new Set(ops.filter((name) => !used.has(name)));
  const made = scriptsOf(acorn, bodies, { given, spare, changed: changing(parsed) });
  const withoutSpare = (part) => {
    const kept = parse(part.text).filter((statement) => !declared(statement).every((name) => spare.has(name)));
    return { ...part, text: kept.map(({ start, end }) => `${part.text.slice(start, end)}\n`).join("") };
  };
  const rest = core.map((part) => (isOps(part) ? withoutSpare(part) : part));
  // Those who call them do so later.
  const last = rest.length - 1;
  return {
    core: [...rest.slice(0, last), ...made.map(({ load }) => load), ...rest.slice(last)],
    groups: made.map(({ script }) => script),
  };
}
