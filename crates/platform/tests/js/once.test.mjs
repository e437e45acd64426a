// What the build does with what modules take from the language (once.mjs).

import assert from "node:assert/strict";
import test from "node:test";
import * as acorn from "acorn";
import { once } from "../../once.mjs";

/** The parts' texts afterwards, without line breaks. @param {...string} texts */
const made = (...texts) =>
  once(
    acorn,
    texts.map((text, index) => ({ input: `${index}.js`, text })),
  ).map(({ text }) => text.replace(/\s+/g, " ").trim());

test("what is taken from the language again is what was taken first", () => {
  assert.deepEqual(
    made(
      "const { keys, assign: copy } = Object;\nconst Bytes = Uint8Array;\nconst slice = uncurryThis(String.prototype.slice);",
      "const { keys: keys2, freeze } = Object;\nconst Bytes2 = Uint8Array;\nfreeze(keys2(new Bytes2(1)));",
      "const { assign } = Object;\nconst cut = uncurryThis(String.prototype.slice);\nassign({ cut }, { cut: cut, x: a.cut });",
    ),
    [
      "const { keys, assign: copy } = Object; const Bytes = Uint8Array; const slice = uncurryThis(String.prototype.slice);",
      "const { freeze } = Object; freeze(keys(new Bytes(1)));",
      "copy({ cut: slice }, { cut: slice, x: a.cut });",
    ],
  );
});

test("plain values are written where they are used", () => {
  assert.deepEqual(
    made(
      'const CLOSED = 2;\nconst NAME = "name";\nconst NOWHERE = -1;\nconst PATTERN = /x/g;',
      "f(CLOSED, { CLOSED, [NAME]: x.CLOSED }, -NOWHERE, CLOSED.toString(), PATTERN);",
    ),
    ["const PATTERN = /x/g;", 'f(2, { CLOSED: 2, ["name"]: x.CLOSED }, -(-1), (2).toString(), PATTERN);'],
  );
});

test("what need not be the same each time stays", () => {
  const texts = [
    // Ours, by the name of one of the language's; what changes; what makes something; parts of patterns.
    "class Map {}\nconst { get } = Map;\nlet depth = 0;\nconst list = [];\nconst made = new Set();",
    "const all = Math;\nconst { get: get2 } = Map;\nconst list2 = [];\nconst made2 = new Set();\nconst { max = 1 } = Math;\nconst { ...rest } = Math;",
    "const { max: max2 } = Math;\nconst { now } = performance;\nconst { now: now2 } = performance;\nget2(max2, now2, depth);",
  ];
  assert.deepEqual(
    made(...texts),
    texts.map((text) => text.replace(/\s+/g, " ")),
  );
});
