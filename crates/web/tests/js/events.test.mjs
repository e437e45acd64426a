import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMException, isDOMException } from "../../js/dom-exception.js";
import {
  AbortController,
  AbortSignal,
  CloseEvent,
  CustomEvent,
  Event,
  EventTarget,
  MessageEvent,
  PromiseRejectionEvent,
  addAbortAlgorithm,
  adoptGlobalEventTarget,
  defineEventHandler,
  fireEvent,
  removeAbortAlgorithm,
  setReportException,
  setTimerHooks,
  signalAbort,
} from "../../js/events/index.js";

test("listeners run in order, once each, and may be removed while an event is dispatched", () => {
  const target = new EventTarget();
  const calls = [];
  const removed = () => calls.push("removed");
  target.addEventListener(
    "x",
    () => {
      calls.push("first");
      target.removeEventListener("x", removed);
      target.addEventListener("x", () => calls.push("late"), { once: true });
    },
    { once: true },
  );
  target.addEventListener("x", removed);
  target.addEventListener("x", { handleEvent: (event) => calls.push(event.type) });
  target.addEventListener("x", () => calls.push("capture"), true);
  assert.equal(target.dispatchEvent(new Event("x")), true);
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(calls, ["capture", "first", "x", "capture", "x", "late"]);
});

test("only a cancelable event outside passive listeners can be prevented", () => {
  const target = new EventTarget();
  target.addEventListener("x", (event) => event.preventDefault());
  target.addEventListener("y", (event) => event.preventDefault(), { passive: true });
  assert.equal(target.dispatchEvent(new Event("x")), true);
  assert.equal(target.dispatchEvent(new Event("x", { cancelable: true })), false);
  assert.equal(target.dispatchEvent(new Event("y", { cancelable: true })), true);
});

test("a listener's exception is reported and stops nobody", () => {
  const reported = [];
  setReportException((error) => reported.push(error));
  const target = new EventTarget();
  let called = false;
  target.addEventListener("x", () => {
    throw "broken";
  });
  target.addEventListener("x", {});
  target.addEventListener("x", () => (called = true));
  target.dispatchEvent(new Event("x"));
  assert.equal(called, true);
  assert.equal(reported[0], "broken");
  assert.ok(reported[1] instanceof TypeError);
});

test("an event cannot be dispatched while it is being dispatched", () => {
  const target = new EventTarget();
  let error;
  target.addEventListener("x", (event) => {
    try {
      target.dispatchEvent(event);
    } catch (caught) {
      error = caught;
    }
  });
  target.dispatchEvent(new Event("x"));
  assert.equal(error.name, "InvalidStateError");
  assert.equal(error.code, 11);
});

test("event handler attributes hold one handler, in the place where it was first set", () => {
  class Socket extends EventTarget {}
  defineEventHandler(Socket.prototype, "open");
  const socket = new Socket();
  const calls = [];
  socket.onopen = () => calls.push("old");
  socket.addEventListener("open", () => calls.push("listener"));
  const handler = () => {
    calls.push("new");
    return false;
  };
  socket.onopen = handler;
  assert.equal(socket.onopen, handler);
  const event = new Event("open", { cancelable: true });
  assert.equal(fireEvent(socket, event), false);
  assert.equal(event.isTrusted, true);
  socket.onopen = 5;
  assert.equal(socket.onopen, null);
  fireEvent(socket, new Event("open"));
  assert.deepEqual(calls, ["new", "listener", "listener"]);
});

test("the global object can be an event target, with and without a receiver", () => {
  const fakeGlobal = {};
  adoptGlobalEventTarget(fakeGlobal);
  const { addEventListener, dispatchEvent } = EventTarget.prototype;
  let target;
  addEventListener.call(undefined, "x", (event) => (target = event.target));
  dispatchEvent.call(fakeGlobal, new Event("x"));
  assert.equal(target, fakeGlobal);
  assert.throws(() => addEventListener.call({}, "x", () => {}), TypeError);
});

test("events carry what they are made with", () => {
  assert.equal(new CustomEvent("x", { detail: 5 }).detail, 5);
  assert.equal(new MessageEvent("message", { data: "d" }).data, "d");
  assert.equal(Object.isFrozen(new MessageEvent("message").ports), true);
  const close = new CloseEvent("close", { code: 1001, reason: "bye", wasClean: true });
  assert.deepEqual([close.code, close.reason, close.wasClean], [1001, "bye", true]);
  assert.throws(() => new PromiseRejectionEvent("unhandledrejection", {}), /'promise' is required/);
  assert.throws(() => new Event(), /1 argument required, but only 0 present/);
});

test("an abort runs algorithms, then listeners, once", () => {
  const controller = new AbortController();
  const calls = [];
  const dropped = () => calls.push("dropped");
  addAbortAlgorithm(controller.signal, () => calls.push("algorithm"));
  addAbortAlgorithm(controller.signal, dropped);
  removeAbortAlgorithm(controller.signal, dropped);
  controller.signal.onabort = () => calls.push("listener");
  controller.abort("why");
  controller.abort("again");
  assert.deepEqual(calls, ["algorithm", "listener"]);
  assert.equal(controller.signal.reason, "why");
  assert.throws(
    () => controller.signal.throwIfAborted(),
    (error) => error === "why",
  );
});

test("an abort signal removes listeners that were added with it", () => {
  const controller = new AbortController();
  const target = new EventTarget();
  let called = false;
  target.addEventListener("x", () => (called = true), { signal: controller.signal });
  controller.abort();
  target.dispatchEvent(new Event("x"));
  assert.equal(called, false);
});

test("AbortSignal.any follows the first of its sources, also through another dependent signal", () => {
  const first = new AbortController();
  const second = new AbortController();
  const inner = AbortSignal.any([first.signal]);
  const outer = AbortSignal.any([inner, second.signal]);
  const order = [];
  first.signal.addEventListener("abort", () => order.push("source"));
  outer.addEventListener("abort", () => order.push("outer"));
  first.abort("reason");
  second.abort("later");
  assert.deepEqual([inner.reason, outer.reason, order], ["reason", "reason", ["source", "outer"]]);
  assert.equal(AbortSignal.any([first.signal]).aborted, true);
});

test("AbortSignal.timeout aborts with a TimeoutError when its timer fires", () => {
  let fire;
  setTimerHooks({ setTimeout: (callback) => (fire = callback), clearTimeout() {} });
  const signal = AbortSignal.timeout(5);
  assert.equal(signal.aborted, false);
  fire();
  assert.equal(signal.reason.name, "TimeoutError");
  assert.throws(() => AbortSignal.timeout(-1), /outside the accepted range/);
});

test("an abort without a reason is an AbortError", () => {
  const controller = new AbortController();
  signalAbort(controller.signal);
  assert.equal(controller.signal.reason.name, "AbortError");
  assert.throws(() => new AbortSignal(), /Illegal constructor/);
});

test("DOMException is an Error with name, message, code and stack", () => {
  const error = new DOMException("no", "DataCloneError");
  assert.ok(error instanceof Error);
  assert.deepEqual(
    [error.name, error.message, error.code, `${error}`],
    ["DataCloneError", "no", 25, "DataCloneError: no"],
  );
  assert.match(error.stack, /^DataCloneError: no\n\s+at .*events\.test/);
  assert.equal(DOMException.DATA_CLONE_ERR, 25);
  assert.equal(Object.prototype.toString.call(error), "[object DOMException]");
  assert.equal(new DOMException("m", { name: "N", cause: 1 }).cause, 1);
  assert.equal(isDOMException(Object.create(DOMException.prototype)), false);
  assert.equal(isDOMException(Object.setPrototypeOf(error, null)), true);
});
