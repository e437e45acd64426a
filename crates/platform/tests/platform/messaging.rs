//! Messages between ports, server-sent events, performance observers: what needs turns of its own.

use std::time::Duration;

use selvedge_platform::*;

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("messaging::messages_arrive_in_order_each_in_a_task", |h| Box::pin(messages_arrive_in_order_each_in_a_task(h))),
    ("messaging::an_idle_port_holds_nothing_and_a_message_does", |h| {
        Box::pin(an_idle_port_holds_nothing_and_a_message_does(h))
    }),
    ("messaging::ports_and_streams_are_transferred", |h| Box::pin(ports_and_streams_are_transferred(h))),
    ("messaging::what_cannot_be_cloned_is_refused", |h| Box::pin(what_cannot_be_cloned_is_refused(h))),
    ("messaging::errors_are_cloned_whole", |h| Box::pin(errors_are_cloned_whole(h))),
    ("messaging::ports_of_the_global_scope_work", |h| Box::pin(ports_of_the_global_scope_work(h))),
    ("messaging::an_event_source_reads_a_stream", |h| Box::pin(an_event_source_reads_a_stream(h))),
    ("messaging::an_event_source_reconnects_with_its_last_event_id", |h| {
        Box::pin(an_event_source_reconnects_with_its_last_event_id(h))
    }),
    ("messaging::an_event_source_says_why_it_failed", |h| Box::pin(an_event_source_says_why_it_failed(h))),
    ("messaging::observers_see_the_entries_of_their_event", |h| Box::pin(observers_see_the_entries_of_their_event(h))),
    ("messaging::errors_are_reported_with_their_place", |h| Box::pin(errors_are_reported_with_their_place(h))),
];

async fn messages_arrive_in_order_each_in_a_task(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const { port1, port2 } = new MessageChannel();
        const order = [];
        const done = new Promise((resolve) => {
            port2.onmessage = ({ data, isTrusted, ports, target }) => {
                order.push(`${data} ${isTrusted} ${Object.isFrozen(ports)} ${target === port2}`);
                queueMicrotask(() => order.push(`microtask of ${data}`));
                if (data === 2) setTimeout(resolve, 0);
            };
        });
        port1.postMessage(1); port1.postMessage(2);
        queueMicrotask(() => order.push("microtask"));
        order.push("synchronous");
        await done;
        return Response.json(order);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"["synchronous","microtask","1 true true true","microtask of 1","2 true true true","microtask of 2"]"#
    );
}

async fn an_idle_port_holds_nothing_and_a_message_does(harness: Harness) {
    let worker = harness.unhurried(
        r#"let open; export default { async fetch(request) {
        const { port1, port2 } = open = new MessageChannel();
        if (new URL(request.url).pathname === "/hang") {
            port2.onmessage = () => {};
            await new Promise(() => {});
        }
        port2.onmessage = ({ data }) => { console.log(data); if (data < 3) port1.postMessage(data + 1) };
        port1.postMessage(1);
        return new Response("answered");
    } }"#,
    );
    assert_eq!(worker.text("/").await, "answered");
    for _ in 0..500 {
        if worker.log.lines().len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(worker.log.lines(), ["log: 1", "log: 2", "log: 3"]);
    // That the port is open is nothing to wait for.
    assert!(matches!(worker.get("/hang").await, Err(WorkerError::Hung)));
}

async fn ports_and_streams_are_transferred(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const next = (port) => new Promise((resolve) => { port.onmessage = resolve });
        const a = new MessageChannel(), b = new MessageChannel();
        // Posted before the port moves, and waiting in it.
        b.port2.postMessage("early");
        const readable = new ReadableStream({ start(c) { c.enqueue({ chunk: 1 }); c.enqueue(new Uint8Array(2)); c.close() } });
        const written = [];
        const writable = new WritableStream({ write(chunk) { written.push(chunk) } });
        const transform = new TransformStream({ transform(chunk, c) { c.enqueue(chunk + "!") } });
        const buffer = new ArrayBuffer(8);
        const arrived = next(a.port2);
        a.port1.postMessage({ readable, writable, transform, buffer, port: b.port1 }, [buffer, readable, b.port1, writable, transform]);
        const { data, ports } = await arrived;
        const chunks = [];
        for await (const chunk of data.readable) chunks.push(chunk);
        const writer = data.writable.getWriter();
        await writer.write("through"); await writer.close();
        const inner = data.transform.writable.getWriter();
        inner.write("hi"); inner.close();
        const transformed = await Array.fromAsync(data.transform.readable);
        const closed = new Promise((resolve) => { b.port2.onclose = () => resolve("closed") });
        const early = (await next(ports[0])).data;
        ports[0].close();
        const failing = new ReadableStream({ start(c) { c.error(new RangeError("broke")) } });
        const failed = await structuredClone(failing, { transfer: [failing] }).getReader().read().catch((e) => `${e.name}: ${e.message}`);
        return Response.json([chunks.length, chunks[0].chunk, chunks[1].length, written, transformed, early, await closed, failed,
            buffer.byteLength, data.buffer.byteLength, ports.length === 1 && ports[0] === data.port, readable.locked]);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"[2,1,2,["through"],["hi!"],"early","closed","RangeError: broke",0,8,true,false]"#
    );
}

async fn what_cannot_be_cloned_is_refused(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const { port1, port2 } = new MessageChannel();
        const locked = new ReadableStream(); locked.getReader();
        const stream = new ReadableStream();
        class Mine extends EventTarget {}
        const cases = [
            () => port1.postMessage(() => {}), () => port1.postMessage(port2), () => port1.postMessage(0, [port1]),
            () => port1.postMessage(0, [port2, port2]), () => port1.postMessage(0, [{}]),
            () => structuredClone(locked, { transfer: [locked] }), () => structuredClone(stream),
            () => structuredClone(new URL("https://a.test")), () => structuredClone([new Mine()]),
            () => structuredClone(performance), () => { port2.close(); port1.postMessage(0, [port2]) },
        ];
        // A failure moves nothing.
        const buffer = new ArrayBuffer(1);
        try { structuredClone(() => {}, { transfer: [buffer] }) } catch {}
        return Response.json(cases.map((run) => { try { run(); return "ran" } catch (e) { return e.name } }).concat(buffer.byteLength));
    } }"#,
    );
    let refused = r#""DataCloneError","#.repeat(11);
    assert_eq!(worker.text("/").await, format!("[{refused}1]"));
}

async fn errors_are_cloned_whole(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const gone = new DOMException("is gone", "NotFoundError");
        const plain = new RangeError("far", { cause: gone });
        const value = { gone, again: [gone], map: new Map([[gone, gone]]), set: new Set([gone, 1]), plain, deep: { a: [{ b: plain }] } };
        const copy = structuredClone(value);
        const is = (e) => e instanceof DOMException && e.name === "NotFoundError" && e.message === "is gone" && e.code === 8
            && e !== gone && e.stack === gone.stack;
        const { port1, port2 } = new MessageChannel();
        const received = new Promise((resolve) => { port2.onmessage = resolve });
        port1.postMessage([gone, new ArrayBuffer(1)]);
        return Response.json([is(copy.gone), copy.gone === copy.again[0], [...copy.map].flat().every((e) => e === copy.gone),
            [...copy.set][0] === copy.gone && copy.set.size, copy.plain instanceof RangeError && copy.plain.message, is(copy.plain.cause),
            copy.plain.stack === plain.stack, copy.deep.a[0].b === copy.plain, is(structuredClone(gone)), is((await received).data[0]),
            structuredClone(new Error("x", { cause: 1n })).cause === 1n]);
    } }"#,
    );
    assert_eq!(worker.text("/").await, r#"[true,true,true,2,"far",true,true,true,true,true,true]"#);
}

async fn ports_of_the_global_scope_work(harness: Harness) {
    // As a scheduler in a library has it: made once, used by every event.
    let worker = harness.unhurried(
        r#"const { port1, port2 } = new MessageChannel();
        const waiting = []; let early = [];
        port1.onmessage = ({ data }) => { const next = waiting.shift(); next ? next(data) : early.push(data) };
        port2.postMessage("at global scope");
        export default { async fetch() {
            const data = await new Promise((resolve) => { waiting.push(resolve); port2.postMessage("in an event") });
            return Response.json([early, data]);
        } }"#,
    );
    for _ in 0..2 {
        assert_eq!(worker.text("/").await, r#"[["at global scope"],"in an event"]"#);
    }
}

async fn an_event_source_reads_a_stream(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const text = "\uFEFF: comment\nretry: 9\ndata: one\r\ndata:two\r\rid: 7\nevent: named\ndata: n\n\nevent: named\ndata\n\nid: a\0b\ndata: last \u00e4\n\ndata: cut off";
        const bytes = new TextEncoder().encode(text);
        const stream = new ReadableStream({ start(c) { for (const byte of bytes) c.enqueue(Uint8Array.of(byte)); c.close() } });
        const source = EventSource.from(stream);
        const events = [source.readyState, source.url, source.withCredentials, stream.locked];
        const note = (e) => events.push([e.type, e.data, e.lastEventId]);
        source.addEventListener("named", note); source.onmessage = note;
        source.onopen = (e) => events.push(e.type);
        await new Promise((resolve) => { source.onerror = (e) => { events.push(e.message); resolve() } });
        let locked; try { EventSource.from(stream) } catch (e) { locked = e.message }
        return Response.json([...events, source.readyState, locked]);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"[1,"",false,true,"open",["message","one\ntwo",""],["named","n","7"],["named","","7"],["message","last ä","7"],"The server disconnected.",2,"This ReadableStream is locked."]"#
    );
}

async fn an_event_source_reconnects_with_its_last_event_id(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const seen = [];
        const fetcher = { async fetch(request) {
            seen.push([request.headers.get("accept"), request.headers.get("cache-control"), request.headers.get("last-event-id")]);
            return new Response(`retry: 1\nid: ${seen.length}\ndata: ${seen.length}\n\n`, { headers: { "content-type": "text/event-stream;charset=utf-8" } });
        } };
        const source = new EventSource("https://events.test/path", { fetcher });
        const states = [source.readyState, source.url];
        source.onerror = (e) => states.push(source.readyState, e.message);
        const done = new Promise((resolve) => { source.onmessage = (e) => { seen.push([e.data, e.lastEventId, e.origin]); if (seen.length === 4) resolve() } });
        await done;
        source.close();
        return Response.json([seen, states, source.readyState]);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"[[["text/event-stream","no-cache",null],["1","1","https://events.test"],["text/event-stream","no-cache","1"],["3","3","https://events.test"]],[0,"https://events.test/path",0,"The server disconnected."],2]"#
    );
}

async fn an_event_source_says_why_it_failed(harness: Harness) {
    let worker = harness.unhurried(
        r#"let global; try { new EventSource("https://a.test") } catch (e) { global = `${e.name}: ${e.message}` }
        export default { async fetch() {
        const attempt = (make) => new Promise((resolve) => {
            const source = new EventSource("https://events.test", { fetcher: { fetch: async () => make() } });
            source.onerror = (e) => resolve(`${e.message} ${source.readyState}`);
        });
        const thrown = [];
        for (const [url, init] of [["no url"], ["https://a.test", { withCredentials: true }]]) {
            try { new EventSource(url, init) } catch (e) { thrown.push(`${e.name}: ${e.message}`) }
        }
        return Response.json([global, ...thrown,
            await attempt(() => new Response("", { status: 500 })),
            await attempt(() => new Response("", { headers: { "content-type": "text/plain" } })),
            await attempt(() => new Response(new Uint8Array(1))),
            await attempt(() => { throw new Error("unreachable") })]);
    } }"#,
    );
    let found: Vec<String> = serde_json::from_str(&worker.text("/").await).unwrap();
    assert_eq!(
        found,
        [
            "NotSupportedError: An EventSource can only be created within the context of a worker request.",
            "SyntaxError: Cannot open an EventSource to 'no url'. The URL is invalid.",
            "NotSupportedError: The init.withCredentials option is not supported. It must be false or undefined.",
            "The response status code was 500. 2",
            "The content type 'text/plain' is invalid. 2",
            "No content type header was present in the response. 2",
            "unreachable 2",
        ]
    );
}

async fn observers_see_the_entries_of_their_event(harness: Harness) {
    let worker = harness.unhurried(
        r#"const all = [];
        new PerformanceObserver((list) => all.push(...list.getEntriesByType("mark").map((e) => e.name))).observe({ type: "mark" });
        export default { async fetch(request) {
        const { pathname } = new URL(request.url);
        const mine = [];
        const entries = new Promise((resolve) => {
            new PerformanceObserver(function (list, observer, options) {
                mine.push(...list.getEntries().map((e) => `${e.entryType} ${e.name}`));
                resolve([this === observer, options.droppedEntriesCount]);
            }).observe({ entryTypes: ["mark", "measure", "unknown"] });
        });
        performance.mark(pathname); performance.measure("m", pathname);
        const call = await entries;
        await scheduler.wait(1);
        return Response.json([mine, call, all, PerformanceObserver.supportedEntryTypes, performance.eventCounts.size]);
    } }"#,
    );
    let expected =
        |mine: &str, all: &str| format!(r#"[["mark {mine}","measure m"],[true,0],[{all}],["mark","measure"],0]"#);
    assert_eq!(worker.text("/a").await, expected("/a", r#""/a""#));
    assert_eq!(worker.text("/b").await, expected("/b", r#""/a","/b""#));
}

async fn errors_are_reported_with_their_place(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch() {
        const seen = [];
        const listener = (e) => { e.preventDefault(); seen.push([e.message, e.filename.endsWith("index.js"), e.lineno > 0 && e.colno > 0]) };
        addEventListener("error", listener);
        reportError(new TypeError("bad")); reportError(1); reportError(Symbol("s"));
        reportError({ get message() { seen.push("looked") }, toString() { seen.push("converted") } });
        class Mine { message = "said" }
        reportError(new Mine());
        const thrower = new EventTarget();
        thrower.addEventListener("x", () => { throw new RangeError("thrown") });
        thrower.dispatchEvent(new Event("x"));
        removeEventListener("error", listener);
        return Response.json(seen);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"[["Uncaught TypeError: bad",true,true],["Uncaught 1",true,true],["Uncaught Symbol(s)",true,true],["Uncaught #<Object>",true,true],["Uncaught #<Mine>: said",true,true],["Uncaught RangeError: thrown",true,true]]"#
    );
    assert!(worker.log.lines().is_empty());
}
