// The order of timers, over a clock and an alarm that the test moves by hand.

import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { provide } from "./stub-ops.mjs";

const clock = { now: 1000 };
let invocation = 1;
let context = "outside";
const alarms = new Map();
let nextAlarm = 1;

provide({
  op_now: () => clock.now,
  op_invocation_id() {
    if (invocation === 0) throw new Error("Disallowed operation called within global scope.");
    return invocation;
  },
  op_async_context_get: () => context,
  op_async_context_set(value) {
    context = value;
  },
  op_alarm_new() {
    alarms.set(nextAlarm, { deadline: Infinity, ring: null });
    return nextAlarm++;
  },
  op_alarm_set(id, delay) {
    alarms.get(id).deadline = clock.now + delay;
  },
  op_alarm_wait: (id) => new Promise((resolve) => (alarms.get(id).ring = resolve)),
  op_alarm_close(id) {
    alarms.get(id).ring?.(false);
    alarms.delete(id);
  },
});

const { clearTimeout, setImmediate, clearImmediate, setInterval, setTimeout } =
  await import("../../js/timers/index.js");
const { setReportException } = await import("../../js/events/index.js");

const settle = () => new Promise((resolve) => globalThis.setImmediate(resolve));

/** Lets time pass, turn by turn. */
async function advance(milliseconds) {
  const end = clock.now + milliseconds;
  for (;;) {
    await settle();
    const due = [...alarms.values()].filter((alarm) => alarm.ring !== null && alarm.deadline <= end);
    if (due.length === 0) break;
    due.sort((a, b) => a.deadline - b.deadline);
    clock.now = Math.max(clock.now, due[0].deadline);
    const { ring } = due[0];
    due[0].ring = null;
    ring(true);
  }
  clock.now = end;
}

test("timers fire by deadline, then in the order in which they were set", async () => {
  const calls = [];
  setTimeout(() => calls.push("30"), 30);
  setTimeout((...args) => calls.push(args), 10, "a", 1);
  setTimeout(() => calls.push("10 again"), 10);
  setTimeout(() => calls.push("0"));
  setTimeout(() => calls.push("negative"), -5);
  await advance(29);
  assert.deepEqual(calls, ["0", "negative", ["a", 1], "10 again"]);
  await advance(1);
  assert.equal(calls.at(-1), "30");
  assert.equal(alarms.size, 0);
});

test("microtasks of one callback run before the next callback", async () => {
  const calls = [];
  setTimeout(() => {
    calls.push("first");
    Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => calls.push("its microtask"));
  }, 1);
  setTimeout(() => calls.push("second"), 1);
  await advance(1);
  assert.deepEqual(calls, ["first", "its microtask", "second"]);
});

test("cleared timers do not fire, and the last one cleared frees the alarm", async () => {
  const calls = [];
  const far = setTimeout(() => calls.push("far"), 100);
  const near = setTimeout(() => calls.push("near"), 1);
  clearTimeout(near);
  clearTimeout(far);
  clearTimeout(far);
  clearTimeout(undefined);
  clearImmediate(setImmediate(() => calls.push("immediate")));
  assert.equal(alarms.size, 0);
  await advance(200);
  assert.deepEqual(calls, []);
});

test("an interval repeats until it is cleared by itself", async () => {
  let count = 0;
  const id = setInterval(() => {
    if (++count === 3) clearTimeout(id);
  }, 5);
  await advance(100);
  assert.equal(count, 3);
  assert.equal(alarms.size, 0);
});

test("a callback runs in the context it was set in; what it throws is reported", async () => {
  const seen = [];
  setReportException((error) => seen.push([error, context]));
  context = "request 1";
  setTimeout(() => {
    throw "thrown";
  }, 1);
  context = "outside";
  setTimeout(() => seen.push(context), 2);
  await advance(5);
  assert.deepEqual(seen, [["thrown", "request 1"], "outside"]);
  assert.equal(context, "outside");
});

test("an invocation clears its own timers only", async () => {
  const calls = [];
  invocation = 1;
  const id = setTimeout(() => calls.push("of 1"), 1);
  invocation = 2;
  clearTimeout(id);
  setTimeout(() => calls.push("of 2"), 1);
  await advance(5);
  assert.deepEqual(calls, ["of 1", "of 2"]);
  invocation = 1;
});

test("many timers in random order fire in order", async () => {
  const calls = [];
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647);
  const ids = Array.from({ length: 200 }, () => {
    const delay = random() % 50;
    return setTimeout(() => calls.push(delay), delay);
  });
  for (let index = 0; index < ids.length; index += 3) clearTimeout(ids[index]);
  await advance(60);
  assert.equal(calls.length, ids.length - Math.ceil(ids.length / 3));
  assert.deepEqual(
    calls,
    calls.toSorted((a, b) => a - b),
  );
});

test("strings and calls at global scope are refused", () => {
  assert.throws(() => setTimeout("alert(1)", 1), TypeError);
  invocation = 0;
  assert.throws(() => setTimeout(() => {}, 1), /global scope/);
  clearTimeout(5);
  invocation = 1;
});
