import assert, { strict, AssertionError } from "node:assert";
import strictModule from "node:assert/strict";

export default async (show) => {
  show(strict === strictModule, assert.strict === strict, strict.equal === assert.strictEqual, assert.ok === assert);
  assert(true);
  assert.ok(1);
  assert.equal(1, "1");
  assert.deepEqual({ a: 1 }, { a: "1" });
  assert.deepStrictEqual([1, { b: [2] }], [1, { b: [2] }]);
  assert.notStrictEqual(1, 2);
  assert.match("abc", /b/);
  assert.doesNotMatch("abc", /x/);
  assert.ifError(null);
  assert.throws(() => {
    throw new TypeError("bad");
  }, TypeError);
  assert.throws(() => {
    throw new TypeError("bad");
  }, /bad/);
  assert.throws(
    () => {
      throw new TypeError("bad");
    },
    { name: "TypeError", message: /^b/ },
  );
  assert.doesNotThrow(() => {});
  await assert.rejects(Promise.reject(new Error("r")), /r/);
  await assert.doesNotReject(async () => {});
  for (const bad of [
    () => assert.strictEqual(1, 2),
    () => assert.strictEqual("hello there", "hello world"),
    () => assert.strictEqual(1, 2, "own message"),
    () => assert.strictEqual(NaN, 0),
    () => assert.equal(1, 2),
    () => assert.notEqual(1, 1),
    () => assert.notStrictEqual(1, 1),
    () => assert.deepStrictEqual({ a: 1, b: 2 }, { a: 1, b: 3 }),
    () => assert.deepStrictEqual([1, 2, 3], [1, 2, 4]),
    () => assert.deepEqual([1], [2]),
    () => assert.notDeepStrictEqual({ a: 1 }, { a: 1 }),
    () => assert.notDeepEqual([1], [1]),
    () => assert.fail(),
    () => assert.fail("why"),
    () => assert.ok(),
    () => assert.ok(0, "zero"),
    () => assert(false, new RangeError("mine")),
    () => assert.throws(() => {}),
    () => assert.throws(() => {}, Error),
    () => assert.throws(() => {}, TypeError, "msg"),
    () =>
      assert.throws(() => {
        throw new Error("x");
      }, /y/),
    () =>
      assert.throws(
        () => {
          throw new Error("x");
        },
        { message: "z" },
      ),
    () =>
      assert.throws(() => {
        throw new Error("x");
      }, TypeError),
    () =>
      assert.doesNotThrow(() => {
        throw new Error("x");
      }),
    () =>
      assert.doesNotThrow(() => {
        throw new Error("x");
      }, "why"),
    () => assert.ifError(new Error("if")),
    () => assert.ifError("text"),
    () => assert.match("abc", /x/),
    () => assert.doesNotMatch("abc", /b/),
    () => assert.match(5, /x/),
    () => assert.strictEqual(1),
    () => assert.throws("x"),
    () => assert.match("a", "b"),
    () =>
      assert.throws(() => {
        throw new Error("same");
      }, "same"),
    () => assert.strictEqual({ a: 1 }, { a: 1 }),
  ]) {
    try {
      bad();
      show("passed");
    } catch (error) {
      show(
        error.name,
        error.code,
        error.message,
        error.generatedMessage,
        error.operator,
        error instanceof AssertionError,
      );
    }
  }
  await show.reject(assert.rejects(Promise.resolve(1)));
  await show.reject(assert.doesNotReject(Promise.reject(new Error("no"))));
  await show.reject(assert.rejects(() => 5));
  await show.reject(assert.rejects(5));
  const error = new AssertionError({ actual: 1, expected: 2, operator: "strictEqual" });
  show(error.message, error.name, error.toString(), Object.keys(error));
};
