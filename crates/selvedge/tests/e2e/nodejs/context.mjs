import { AsyncLocalStorage, AsyncResource, executionAsyncId } from "node:async_hooks";
import { EventEmitter } from "node:events";
import channels from "node:diagnostics_channel";
import { setTimeout as sleep, setImmediate as immediate, setInterval as every, scheduler } from "node:timers/promises";
import timers from "node:timers";
import { nextTick } from "node:process";
import { promisify } from "node:util";

export default async (show) => {
  const als = new AsyncLocalStorage();
  const other = new AsyncLocalStorage();
  const log = [];
  show(
    als.getStore(),
    als.run(1, () => als.getStore()),
    als.run(1, () => als.run(2, () => als.getStore()) + als.getStore()),
    als.run(1, (a, b) => [a, b], "x", "y"),
  );
  await als.run({ id: 7 }, async () => {
    await null;
    log.push(als.getStore().id);
    await sleep(1);
    log.push(als.getStore().id);
    await new Promise((r) =>
      setTimeout(() => {
        log.push(als.getStore().id);
        r();
      }, 1),
    );
    await new Promise((r) =>
      setImmediate(() => {
        log.push(als.getStore().id);
        r();
      }),
    );
    await new Promise((r) =>
      queueMicrotask(() => {
        log.push(als.getStore().id);
        r();
      }),
    );
    await new Promise((r) =>
      nextTick((v) => {
        log.push([v, als.getStore().id]);
        r();
      }, 3),
    );
    other.run("o", () => {
      log.push([als.getStore().id, other.getStore()]);
      als.exit(() => log.push([als.getStore(), other.getStore()]));
    });
    log.push(other.getStore());
    const bound = AsyncLocalStorage.bind(() => als.getStore().id);
    const snapshot = AsyncLocalStorage.snapshot();
    const resource = new AsyncResource("X");
    als.run({ id: 8 }, () =>
      log.push(
        bound(),
        snapshot(() => als.getStore().id),
        resource.runInAsyncScope(() => als.getStore().id),
        resource
          .bind(function () {
            return [als.getStore().id, typeof this];
          })
          .call({}),
        AsyncResource.bind(() => als.getStore().id)(),
      ),
    );
    const e = new EventEmitter();
    e.on("x", () => log.push(als.getStore().id));
    als.run({ id: 9 }, () => e.emit("x"));
  });
  show(log.splice(0), als.getStore());
  show(
    await Promise.all(
      [1, 2, 3].map((id) =>
        als.run(id, async () => {
          await sleep(4 - id);
          return als.getStore();
        }),
      ),
    ),
  );
  try {
    als.run(1, () => {
      throw new Error("out");
    });
  } catch (error) {
    show(error.message, als.getStore());
  }
  show.error(() => AsyncLocalStorage.bind(5));
  show.error(() => new AsyncResource(5));
  show(new AsyncResource("T").asyncId() > 0, executionAsyncId() >= 0);
  const channel = channels.channel("c");
  show(channel.hasSubscribers, channels.channel("c") === channel, channel.name);
  const sub = (message, name) => log.push([message, name]);
  channels.subscribe("c", sub);
  channel.publish({ a: 1 });
  show(channels.hasSubscribers("c"), channels.unsubscribe("c", sub), channels.unsubscribe("c", sub), log.splice(0));
  channel.bindStore(als, (data) => data.v);
  show(channel.runStores({ v: 42 }, () => als.getStore()));
  channel.unbindStore(als);
  const tracing = channels.tracingChannel("t");
  const on = (name) => (context) => log.push([name, context.result, context.error?.message]);
  tracing.subscribe({
    start: on("start"),
    end: on("end"),
    asyncStart: on("asyncStart"),
    asyncEnd: on("asyncEnd"),
    error: on("error"),
  });
  show(tracing.traceSync((x) => x + 1, {}, null, 1));
  try {
    tracing.traceSync(() => {
      throw new Error("t");
    });
  } catch {}
  show(
    await tracing.tracePromise(async () => 5),
    await new Promise((r) =>
      tracing.traceCallback(
        (cb) => setTimeout(cb, 1, null, 7),
        0,
        {},
        null,
        (error, value) => r(value),
      ),
    ),
  );
  show(log.splice(0));
  show.error(() => channels.channel(5));
  show(
    await sleep(1, "v"),
    await immediate("i"),
    await scheduler.wait(1),
    await scheduler.yield(),
    await promisify(setTimeout)(1, "p"),
    await promisify(timers.setImmediate)("q"),
  );
  const stop = new AbortController();
  const pending = sleep(1000, null, { signal: stop.signal });
  stop.abort();
  await show.reject(pending);
  await show.reject(sleep(1, 0, { signal: AbortSignal.abort() }));
  let ticks = 0;
  for await (const v of every(1, "tick")) {
    log.push(v);
    if (++ticks === 2) break;
  }
  show(log.splice(0));
  const timeout = timers.setTimeout(() => log.push("never"), 1);
  timers.clearTimeout(timeout);
  show(timeout.hasRef(), timeout.unref() === timeout, timeout.hasRef(), typeof timeout[Symbol.toPrimitive]());
  await sleep(3);
  show(log.splice(0));
  const byNumber = timers.setTimeout(() => log.push("never"), 1);
  timers.clearTimeout(+byNumber);
  await sleep(3);
  show(log.splice(0));
  await new Promise((r) =>
    timers.setTimeout(
      (a, b) => {
        log.push(a, b);
        r();
      },
      1,
      "x",
      "y",
    ),
  );
  show(log.splice(0));
  show.error(() => timers.setTimeout(5));
  await show.reject(sleep("x"));
};
