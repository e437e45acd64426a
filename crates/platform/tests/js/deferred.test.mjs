// What the build does with deferred modules (deferred.mjs).

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import * as acorn from "acorn";
import { LOAD, deferGroups, groups, reach, withCalls } from "../../deferred.mjs";

/** The text that becomes of a source. */
function rewritten(text) {
  const folder = mkdtempSync(join(tmpdir(), "deferred-"));
  try {
    const file = join(folder, "source.js");
    writeFileSync(file, text);
    return withCalls(acorn, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("each use of a deferred namespace is a call", () => {
  const text = rewritten(
    'import * as kv from "deferred:platform/kv.js";\nnew kv.Namespace(kv, { kv: 1, "kv": x.kv, [kv.a]: 2 });\n',
  );
  assert.equal(
    text,
    'import { load as kv } from "deferred:platform/kv.js";\n' +
      'new (kv()).Namespace((kv()), { kv: 1, "kv": x.kv, [(kv()).a]: 2 });\n',
  );
  const shorthand = rewritten('import * as kv from "deferred:platform/kv.js";\nconst namespaces = { kv };\n');
  assert.match(shorthand, /const namespaces = \{ kv: \(kv\(\)\) \};/);
  assert.equal(rewritten("a.b();\n"), "a.b();\n");
  assert.throws(
    () => rewritten('import { a } from "deferred:web/a.js";'),
    /import \* as a name from deferred:web\/a\.js/,
  );
});

/** Inputs by what they import. @param {Record<string, string[]>} imports */
const inputs = (imports) =>
  Object.fromEntries(
    Object.entries(imports).map(([input, paths]) => [input, { imports: paths.map((path) => ({ path })) }]),
  );

test("a group is what only its deferred imports reach; those that share a module are one", () => {
  const given = inputs({
    main: ["core", "deferred:a", "deferred:b", "deferred:c"],
    core: [],
    "deferred:a": ["a"],
    a: ["core", "shared"],
    "deferred:b": ["b"],
    b: ["shared", "deferred:c"],
    "deferred:c": ["c"],
    c: ["core"],
    shared: [],
  });
  assert.deepEqual([...reach(given, "main")], ["main", "core"]);
  const groupOf = groups(given, "main");
  assert.deepEqual([...groupOf.keys()].sort(), ["a", "b", "c", "deferred:a", "deferred:b", "deferred:c", "shared"]);
  const numbers = ["a", "b", "shared", "deferred:a", "deferred:b"].map((input) => groupOf.get(input));
  assert.equal(new Set(numbers).size, 1);
  assert.notEqual(groupOf.get("c"), groupOf.get("a"));
});

/** The script that becomes of a core and one group, and the group's. */
function scripts(core, group) {
  const parts = [
    { input: "core", text: core },
    { input: "group", text: group },
    { input: "deferred:group", text: "var load = () => ({ made });\n" },
    { input: "main", text: "const result = () => load().made;\n" },
  ];
  const groupOf = new Map([
    ["group", 0],
    ["deferred:group", 0],
  ]);
  const deferred = deferGroups(acorn, parts, groupOf);
  return [deferred.core.map(({ text }) => text).join(""), ...deferred.groups];
}

test("a group is made once, when it is first asked for, of the core's values", () => {
  const [core, group] = scripts("const count = { made: 0 };\n", "count.made++;\nconst made = { count };\n");
  const loaded = [];
  const load = (place) => {
    loaded.push(place);
    return new Function(`return ${group}`)()({});
  };
  const [before, first, second, after] = new Function(
    LOAD,
    `${core}const before = count.made; const first = result(); return [before, first, result(), count.made];`,
  )(load);
  assert.deepEqual([before, after, loaded], [0, 1, [0]]);
  assert.equal(first.count.made, 1);
  assert.equal(first, second);
});

test("an op that only a group needs is its own", () => {
  const parts = [
    {
      input: "ops:selvedge:ops",
      text: `const op_a = __ops.op_a;\nconst op_b = __ops.op_b;\nconst op_c = __ops.op_c;\n`,
    },
    { input: "group", text: "const made = () => [op_a(), op_b()];\n" },
    { input: "deferred:group", text: "var load = () => ({ made });\n" },
    { input: "main", text: "const result = () => [op_b(), load()];\n" },
  ];
  const groupOf = new Map([
    ["group", 0],
    ["deferred:group", 0],
  ]);
  const { core, groups } = deferGroups(acorn, parts, groupOf);
  assert.equal(core[0].text, "const op_b = __ops.op_b;\n");
  assert.match(groups[0], /^const op_a = __ops\.op_a;\nreturn \(op_b\) =>/m);
});

test("what changes when a group may have been made cannot reach it", () => {
  const group = "const made = () => count;\n";
  for (const core of [
    "let count = 0;\nconst add = () => count++;\n",
    "let count = 0;\nfunction add() { ({ count } = {}); }\n",
    "let count = 0;\nclass Counter { x = (count = 1); }\n",
  ]) {
    assert.throws(() => scripts(core, group), /would miss how these change: count/, core);
  }
  assert.throws(() => scripts("let count = 0;\n", `count = 1;\n${group}`), /would miss how these change: count/);
  const [, made] = scripts("let count;\nclass Counter { static { count = 1; } }\n", group);
  assert.match(made, /^return \(count\) =>/m);
});

test("what reads something of the language is read in the core", () => {
  const core =
    "const uncurryThis = Function.prototype.bind.bind(Function.prototype.call);\nclass Base { x() { return 1; } }\n";
  const group =
    "const { keys } = Object;\nconst push = uncurryThis(Array.prototype.push);\nconst x = uncurryThis(Base.prototype.x);\n" +
    "const made = class Made extends Base { y() { return [keys, push, Object, x(this)]; } };\n";
  const [text, moved] = scripts(core, group);
  for (const kept of ["const { keys } = Object", "const push = ", "const x = "]) {
    assert.ok(text.includes(kept) && !moved.includes(kept), kept);
  }
  assert.ok(moved.includes("class Made"));
});

test("what can neither stay in the core nor be run later is an error", () => {
  const core = "const { defineProperty } = Object;\nclass Base {}\nfunction unknown() {}\nconst list = [];\n";
  for (const [group, message] of [
    [
      "const made = {};\nObject.freeze(made);\n",
      /"Object\.freeze\(made\);" reads Object, a call of a method.*made of its group/,
    ],
    ["const own = [];\nconst made = [...own];\n", /a spread of values.*it needs own/],
    ["const own = [];\nconst [made] = own;\n", /an array pattern.*it needs own/],
    ["const made = [];\nfor (const x of made) x;\n", /for \.\.\. of/],
    ["const own = {};\nconst made = Base.prototype.x ?? own;\n", /Base\.prototype.*it needs own/],
    ["const own = {};\nconst made = unknown(own);\n", /a call of unknown.*it needs own/],
    ["const own = {};\nconst made = new Base(own);\n", /new Base.*it needs own/],
    ["const own = {};\nconst made = { own, [Symbol.iterator]() {} };\n", /reads Symbol.*it needs own/],
    // By way of functions and constructors of the group's own.
    ["const f = () => Array.from(list);\nconst made = f();\n", /reads Array, a call of a method.*it needs f/],
    ["class Own { constructor() { Map; } }\nconst made = new Own();\n", /reads Map.*it needs Own/],
    ["class Own { x = Map; }\nconst made = new Own();\n", /reads Map.*it needs Own/],
    ["const made = [];\nfor (let index = 0; index < 2; index++) made[index] = 1;\n", /an assignment to a list/],
  ]) {
    assert.throws(() => scripts(core, group), message, group);
  }
  assert.throws(
    () => scripts("class Base {}\n", "class Own {}\nconst made = new Base(() => new Own());\n"),
    /the core refers to what only deferred modules have: Own/,
  );
  const fine =
    "class Own { x() { return Map; } y = () => Map; }\nconst made = new Own();\ndefineProperty(made, 'z', {});\n";
  assert.ok(scripts(core, fine)[1].includes("new Own()"));
});
