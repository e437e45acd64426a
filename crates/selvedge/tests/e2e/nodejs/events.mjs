import EventEmitter, {
  EventEmitter as Named,
  once,
  on,
  getEventListeners,
  errorMonitor,
  captureRejectionSymbol,
  EventEmitterAsyncResource,
  addAbortListener,
  getMaxListeners,
  setMaxListeners,
  listenerCount,
} from "node:events";
import { inherits } from "node:util";

export default async (show) => {
  show(
    EventEmitter === Named,
    EventEmitter.EventEmitter === EventEmitter,
    EventEmitter.defaultMaxListeners,
    Object.keys(new EventEmitter()),
  );
  const e = new EventEmitter();
  const log = [];
  e.on("newListener", (name, fn) => log.push(["new", name, typeof fn]));
  e.on("removeListener", (name) => log.push(["removed", name]));
  const a = (...args) => log.push(["a", ...args]);
  e.on("x", a)
    .once("x", (...args) => log.push(["once", ...args]))
    .prependListener("x", () => log.push(["first"]))
    .prependOnceListener("x", () => log.push(["first once"]));
  show(e.emit("x", 1, 2), e.emit("x", 3), e.emit("none"), log.splice(0));
  show(
    e.listenerCount("x"),
    e.eventNames(),
    e.listeners("x").length,
    e.rawListeners("x").length,
    e.listenerCount("x", a),
    listenerCount(e, "x"),
    EventEmitter.listenerCount(e, "x"),
  );
  e.off("x", a);
  e.off("x", a);
  e.removeAllListeners("x");
  show(log.splice(0), e.eventNames());
  e.removeAllListeners();
  show(e.eventNames());
  show.error(() => e.emit("error", new Error("boom")));
  show.error(() => e.emit("error", { plain: 1 }));
  show.error(() => e.emit("error"));
  show.error(() => e.on("x", 5));
  show.error(() => e.setMaxListeners(-1));
  e.on(errorMonitor, (error) => log.push(["monitor", error.message]));
  show.error(() => e.emit("error", new Error("seen")));
  show(log.splice(0));
  e.on("error", (error) => log.push(error.message));
  e.emit("error", new Error("handled"));
  show(log.splice(0));
  function Old() {
    EventEmitter.call(this);
  }
  inherits(Old, EventEmitter);
  const old = new Old();
  old.on("y", function (v) {
    log.push(this === old, v);
  });
  old.emit("y", 4);
  show(log.splice(0), old instanceof EventEmitter, Old.super_ === EventEmitter);
  const order = new EventEmitter();
  order.on("z", () => {
    log.push(1);
    order.on("z", () => log.push("late"));
  });
  order.on("z", () => log.push(2));
  order.emit("z");
  show(log.splice(0));
  setTimeout(() => e.emit("later", 1, 2), 1);
  show(await once(e, "later"));
  setTimeout(() => e.emit("error", new Error("failed")), 1);
  await show.reject(once(e, "later"));
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 1);
  await show.reject(once(e, "later", { signal: abort.signal }));
  await show.reject(once(e, "x", { signal: AbortSignal.abort() }));
  const target = new EventTarget();
  setTimeout(() => target.dispatchEvent(new Event("t")), 1);
  show((await once(target, "t"))[0].type);
  const many = new EventEmitter();
  setTimeout(() => {
    many.emit("v", 1);
    many.emit("v", 2);
    many.emit("end");
  }, 1);
  for await (const [v] of on(many, "v", { close: ["end"] })) log.push(v);
  show(log.splice(0), many.listenerCount("v"));
  const failing = new EventEmitter();
  setTimeout(() => {
    failing.emit("v", 1);
    failing.emit("error", new Error("stop"));
  }, 1);
  try {
    for await (const [v] of on(failing, "v")) log.push(v);
  } catch (error) {
    log.push(error.message);
  }
  show(log.splice(0));
  const capture = new EventEmitter({ captureRejections: true });
  capture.on("c", async () => {
    throw new Error("async");
  });
  capture.on("error", (error) => log.push(error.message));
  capture.emit("c");
  await new Promise((r) => setTimeout(r, 1));
  show(log.splice(0));
  const own = new EventEmitter({ captureRejections: true });
  own[captureRejectionSymbol] = (error, name, ...args) => log.push([error.message, name, args]);
  own.on("c", async () => {
    throw new Error("own");
  });
  own.emit("c", 5);
  await new Promise((r) => setTimeout(r, 1));
  show(log.splice(0));
  const fn = () => {};
  target.addEventListener("q", fn);
  show(
    getEventListeners(target, "q")[0] === fn,
    getEventListeners(many, "v"),
    getMaxListeners(many),
    getMaxListeners(target),
  );
  setMaxListeners(3, many, target);
  show(many.getMaxListeners(), getMaxListeners(target));
  const resource = new EventEmitterAsyncResource({ name: "R" });
  resource.on("r", (v) => log.push(v));
  resource.emit("r", 8);
  show(log.splice(0));
  const signal = new AbortController();
  addAbortListener(signal.signal, () => log.push("aborted"));
  signal.abort();
  show(log.splice(0));
};
