//! What a side channel is measured with: clocks, and memory that another thread counts in. A Worker has neither.
//!
//! Reading what another Worker left in the processor's caches takes a clock of some microseconds at most. In a Worker
//! all clocks stand still while it computes, and what moves them between turns moves them by whole milliseconds.

use serde_json::{Value, json};

use selvedge_platform::{NodeCompat, NodeLevel};

use crate::harness::{Harness, Test, TestWorker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("side_channels::no_clock_moves_within_a_turn", |h| Box::pin(no_clock_moves_within_a_turn(h))),
    ("side_channels::temporal_is_all_there", |h| Box::pin(temporal_is_all_there(h))),
    ("side_channels::clocks_show_whole_milliseconds", |h| Box::pin(clocks_show_whole_milliseconds(h))),
    ("side_channels::nothing_is_finalized_within_a_turn", |h| Box::pin(nothing_is_finalized_within_a_turn(h))),
    ("side_channels::nothing_waits_within_a_turn", |h| Box::pin(nothing_waits_within_a_turn(h))),
    ("side_channels::no_memory_is_shared", |h| Box::pin(no_memory_is_shared(h))),
    ("side_channels::the_machine_is_not_described", |h| Box::pin(the_machine_is_not_described(h))),
];

/// All that tells the time, read at once, and something that takes long.
const CLOCKS: &str = r#"
    import { hrtime, uptime } from "node:process";
    import { performance as perfHooks } from "node:perf_hooks";
    const parts = new Intl.DateTimeFormat("en", { second: "numeric", fractionalSecondDigits: 3 });
    const read = () => ({
        now: Date.now(),
        date: new Date().getTime(),
        called: Date(),
        performance: performance.now(),
        hooks: perfHooks.now(),
        origin: performance.timeOrigin,
        intl: parts.format(),
        intlParts: parts.formatToParts().map((part) => part.value).join(),
        instant: String(Temporal.Now.instant().epochNanoseconds),
        zoned: Temporal.Now.zonedDateTimeISO("UTC").toString(),
        plain: Temporal.Now.plainTimeISO("UTC").toString(),
        event: new Event("x").timeStamp,
        custom: new CustomEvent("x").timeStamp,
        message: new MessageEvent("x").timeStamp,
        abort: (() => { const c = new AbortController(); let at; c.signal.onabort = (e) => { at = e.timeStamp }; c.abort(); return at })(),
        file: new File([], "x").lastModified,
        hrtime: hrtime().join(),
        bigint: String(hrtime.bigint()),
        uptime: uptime(),
    });
    let waste = 0;
    const spin = () => { for (let i = 0; i < 3e7; i++) waste = (waste * 31 + i) | 0; return waste };
"#;

fn with_node(harness: &Harness, source: &str) -> TestWorker {
    harness.worker_with(&format!("{CLOCKS}\n{source}"), |options| {
        options.node = Some(NodeCompat { level: NodeLevel::V2, process_env: false });
        options.compatibility_flags = vec!["nodejs_compat".into()];
        options.limits = selvedge_runtime::Limits::default();
    })
}

async fn ask(worker: &TestWorker) -> Value {
    serde_json::from_str(&worker.text("/").await).unwrap()
}

async fn no_clock_moves_within_a_turn(harness: Harness) {
    let worker = with_node(
        &harness,
        r#"export default { async fetch() {
            const before = read();
            spin();
            const after = read();
            // Microtasks belong to the turn.
            await null; spin(); await new Promise((resolve) => queueMicrotask(resolve));
            return Response.json([before, after, read()]);
        } }"#,
    );
    let [before, after, later] = serde_json::from_value::<[Value; 3]>(ask(&worker).await).unwrap();
    assert!(before["now"].as_f64().unwrap() > 1.7e12, "{before}");
    assert_eq!(before, after);
    assert_eq!(before, later);
}

async fn temporal_is_all_there(harness: Harness) {
    let worker = harness.worker(
        r#"Object.prototype.get = () => 1;
        const iterate = Array.prototype[Symbol.iterator];
        Array.prototype[Symbol.iterator] = () => { throw new Error("patched") };
        const first = globalThis.Temporal;
        Array.prototype[Symbol.iterator] = iterate;
        delete Object.prototype.get;
        export default { fetch() {
            const now = Temporal.Now;
            const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, "Temporal");
            const results = [
                first === Temporal && writable && !enumerable && configurable,
                String(Temporal), String(now),
                Object.getOwnPropertyNames(Temporal).sort().join(),
                Object.getOwnPropertyNames(now).sort().join(),
                Object.keys(now).length, now.instant.name, now.instant.length, "prototype" in now.instant,
                Temporal.PlainDate.from("2024-02-28").add({ days: 2 }).toString(),
                new Temporal.Duration(0, 0, 0, 1).total("hours"),
                new Temporal.PlainMonthDay(2, 29).toString() + new Temporal.PlainYearMonth(2024, 2).toString(),
                Temporal.ZonedDateTime.from("2024-07-01T12:00[Europe/Vienna]").offset,
                now.zonedDateTimeISO("Asia/Tokyo").timeZoneId, now.timeZoneId(),
                now.plainDateTimeISO("UTC").toPlainTime().equals(now.plainTimeISO("UTC")),
                now.plainDateISO() instanceof Temporal.PlainDate, new Date(5).toTemporalInstant().epochMilliseconds,
                now.instant().epochMilliseconds === Date.now(),
            ];
            globalThis.Temporal = "a polyfill";
            results[19] = Temporal;
            return Response.json(results);
        } }"#,
    );
    assert_eq!(
        ask(&worker).await,
        json!([
            true,
            "[object Temporal]",
            "[object Temporal.Now]",
            "Duration,Instant,Now,PlainDate,PlainDateTime,PlainMonthDay,PlainTime,PlainYearMonth,ZonedDateTime",
            "instant,plainDateISO,plainDateTimeISO,plainTimeISO,timeZoneId,zonedDateTimeISO",
            0,
            "instant",
            0,
            false,
            "2024-03-01",
            24,
            "02-292024-02",
            "+02:00",
            "Asia/Tokyo",
            "UTC",
            true,
            true,
            5,
            true,
            "a polyfill",
        ])
    );
}

async fn clocks_show_whole_milliseconds(harness: Harness) {
    let worker = with_node(
        &harness,
        r#"export default { async fetch() {
            const seen = [];
            for (let i = 0; i < 5; i++) {
                await new Promise((resolve) => setTimeout(resolve, 1));
                seen.push([Date.now(), performance.now(), perfHooks.now(), new Event("x").timeStamp]);
                seen.push([Number(Temporal.Now.instant().epochNanoseconds % 1000000n), Number(hrtime.bigint() % 1000000n), 0, 0]);
            }
            return Response.json(seen);
        } }"#,
    );
    let seen = serde_json::from_value::<Vec<[f64; 4]>>(ask(&worker).await).unwrap();
    assert!(seen[8][0] > seen[0][0], "time passes between turns: {seen:?}");
    for pair in seen.chunks(2) {
        assert!(pair[0].iter().all(|value| value.fract() == 0.0), "{pair:?}");
        assert_eq!(pair[1], [0.0; 4]);
    }
}

async fn nothing_is_finalized_within_a_turn(harness: Harness) {
    let worker = harness.unhurried(
        r#"let called = 0;
        const registry = new FinalizationRegistry(() => { called++ });
        export default { async fetch() {
            let alive = 0;
            const refs = [];
            (() => { for (let i = 0; i < 100; i++) { const o = { i }; registry.register(o, i); refs.push(new WeakRef(o)) } })();
            // Garbage enough for many collections.
            for (let i = 0; i < 300; i++) { const garbage = []; for (let j = 0; j < 5000; j++) garbage.push({ i, j }); await null }
            for (const ref of refs) if (ref.deref() !== undefined) alive++;
            return Response.json([called, alive]);
        } }"#,
    );
    assert_eq!(ask(&worker).await, json!([0, 100]));
}

async fn nothing_waits_within_a_turn(harness: Harness) {
    let worker = harness.worker(
        r#"const attempt = (f) => { try { return String(f()) } catch (error) { return error.constructor.name } };
        export default { fetch() {
            const own = new Int32Array(new ArrayBuffer(8));
            let shared;
            try { shared = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer) } catch {}
            return Response.json([
                attempt(() => Atomics.wait(own, 0, 0, 1)),
                shared === undefined ? "TypeError" : attempt(() => Atomics.wait(shared, 0, 0, 1)),
                attempt(() => Atomics.waitAsync(own, 0, 0, 1)),
                typeof importScripts, typeof XMLHttpRequest, typeof Worker, typeof SharedWorker,
            ]);
        } }"#,
    );
    let none = "undefined";
    assert_eq!(ask(&worker).await, json!(["TypeError", "TypeError", "TypeError", none, none, none, none]));
}

async fn no_memory_is_shared(harness: Harness) {
    let worker = harness.worker(
        r#"const attempt = (f) => { try { return f() } catch (error) { return error.name } };
        export default { fetch() {
            const memory = attempt(() => new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }));
            const shared = memory?.buffer;
            const channel = new MessageChannel();
            return Response.json({
                global: typeof SharedArrayBuffer,
                constructor: shared === undefined ? "none" : typeof shared.constructor?.prototype?.grow,
                made: attempt(() => typeof new shared.constructor(8).grow),
                cloned: shared === undefined ? "DataCloneError" : attempt(() => typeof structuredClone(shared)),
                posted: shared === undefined ? "DataCloneError" : attempt(() => typeof channel.port1.postMessage(shared)),
                memory: memory === undefined ? "DataCloneError" : attempt(() => typeof structuredClone(memory)),
            });
        } }"#,
    );
    let found = ask(&worker).await;
    assert_eq!(found["global"], "undefined");
    assert!(found["constructor"] != "function" && found["made"] != "function", "{found}");
    for what in ["cloned", "posted", "memory"] {
        assert_eq!(found[what], "DataCloneError", "{found}");
    }
}

async fn the_machine_is_not_described(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
            return Response.json([navigator.hardwareConcurrency, typeof performance.memory,
                typeof performance.measureUserAgentSpecificMemory, typeof crossOriginIsolated, typeof gc,
                typeof globalThis.d8, typeof globalThis.quit, typeof globalThis.getCPUTraceMark]);
        } }"#,
    );
    let found = ask(&worker).await;
    // Hosted says 1 whatever there is.
    assert!(found[0].is_null() || found[0] == 1, "{found}");
    for other in &found.as_array().unwrap()[1..] {
        assert_eq!(other, "undefined", "{found}");
    }
}
