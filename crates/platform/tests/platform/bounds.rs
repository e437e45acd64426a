//! What a Worker can take without end, and where it ends.

use std::time::{Duration, UNIX_EPOCH};

use selvedge_platform::{Bound, EventOutcome, ScheduledEvent, WorkerError};
use selvedge_runtime::{Limit, Limits, Loss};

use crate::harness::{Harness, Test, TestWorker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("bounds::timers", |harness| Box::pin(timers(harness))),
    ("bounds::timers_set_and_cleared_leave_nothing", |harness| Box::pin(timers_cleared(harness))),
    ("bounds::native_things_are_counted", |harness| Box::pin(native_things(harness))),
    ("bounds::what_is_dropped_makes_room", |harness| Box::pin(dropped(harness))),
    ("bounds::copies_that_wait_are_counted", |harness| Box::pin(copies(harness))),
    ("bounds::wait_until_ends", |harness| Box::pin(wait_until(harness))),
    ("bounds::a_log_ends", |harness| Box::pin(log_ends(harness))),
    ("bounds::a_huge_value_is_logged_in_part", |harness| Box::pin(huge_value(harness))),
    ("bounds::events_are_counted", |harness| Box::pin(counted(harness))),
    ("bounds::who_takes_a_thread_is_refused", |harness| Box::pin(refused(harness))),
];

/// A Worker whose handler answers with what this code gives.
fn worker(harness: &Harness, code: &str) -> TestWorker {
    harness.unhurried(&format!(
        "const thrown = async (work) => {{
           try {{ await work(); return 'none'; }} catch (error) {{ return `${{error.name}}: ${{error.message}}`; }}
         }};
         export default {{ async fetch(request, env, ctx) {{ {code} }} }};"
    ))
}

async fn timers(harness: Harness) {
    let worker = worker(
        &harness,
        "const ids = [];
         const refused = await thrown(() => { for (let at = 0; at < 1e7; at++) ids.push(setTimeout(() => {}, 1e6)); });
         clearTimeout(ids.pop());
         const again = await thrown(() => { setInterval(() => {}, 1e6); });
         const both = await thrown(() => { setImmediate(() => {}); });
         for (const id of ids) clearTimeout(id);
         return Response.json([ids.length + 1, refused, again, both, await scheduler.wait(1)]);",
    );
    let text = worker.text("/").await;
    let words = "QuotaExceededError: You have exceeded the number of timeouts you may set.";
    assert_eq!(text, format!("[10000,\"{words}\",\"none\",\"{words}\",null]"));
    // The next event has timers of its own.
    assert_eq!(worker.text("/").await, text);
}

async fn timers_cleared(harness: Harness) {
    let worker = worker(
        &harness,
        "setTimeout(() => {}, 1e6);
         for (let at = 0; at < 2e5; at++) clearTimeout(setTimeout(() => {}, 2e6));
         return new Response(await thrown(() => scheduler.wait(1)));",
    );
    assert_eq!(worker.text("/").await, "none");
}

/// Things of which a guest keeps as many as it gets: each kind ends in an error of its own, and long before the process
/// has grown by what would matter.
async fn native_things(harness: Harness) {
    const KINDS: [(&str, &str); 6] = [
        ("waitUntil", "ctx.waitUntil(new Promise(() => {}))"),
        ("digests", "await Promise.race([crypto.subtle.digest('SHA-256', large), null])"),
        ("keys", "kept.push(crypto.subtle.importKey('raw', small, 'AES-GCM', true, ['encrypt'])); await kept.at(-1)"),
        ("codecs", "kept.push(new CompressionStream('gzip'))"),
        ("sockets", "kept.push(new WebSocketPair())"),
        (
            "writers",
            "const { readable, writable } = new IdentityTransformStream(); kept.push(new Response(readable)); \
                     kept.push(writable.getWriter().write(small))",
        ),
    ];
    for (kind, code) in KINDS {
        let greedy = worker(
            &harness,
            &format!(
                "const kept = [], small = new Uint8Array(32), large = new Uint8Array(64 * 1024);
                 return new Response(await thrown(async () => {{ for (let at = 0; at < 1e7; at++) {{ {code}; }} }}));"
            ),
        );
        let before = crate::harness::resident();
        let ended = greedy.get("/").await;
        let grown = crate::harness::resident().saturating_sub(before);
        let end = match ended {
            Ok(response) => crate::harness::text(response).await,
            Err(error) => error.to_string(),
        };
        assert_ne!(end, "none", "{kind}");
        // Tests run beside each other, so this can only be coarse.
        assert!(grown < 2 << 30, "{kind}: {grown} bytes more, and then {end}");
    }
    assert_eq!(worker(&harness, "return new Response('others go on')").text("/").await, "others go on");
}

async fn dropped(harness: Harness) {
    // Far more in all than may be at once: about 16 KB each.
    let worker = worker(
        &harness,
        "const raw = new Uint8Array(4000), algorithm = { name: 'HMAC', hash: 'SHA-256' };
         for (let at = 0; at < 1000; at++) await crypto.subtle.importKey('raw', raw, algorithm, true, ['sign']);
         return new Response('fine');",
    );
    for _ in 0..40 {
        assert_eq!(worker.text("/").await, "fine");
    }
}

async fn copies(harness: Harness) {
    let worker = worker(
        &harness,
        "const kept = [], chunk = new Uint8Array(16 << 20);
         return new Response(await thrown(async () => {
           for (let at = 0; at < 1000; at++) {
             const { readable, writable } = new IdentityTransformStream();
             kept.push(new Response(readable), writable);
             const written = writable.getWriter().write(chunk);
             await Promise.race([written, scheduler.wait(1)]);
             kept.push(written);
             written.catch(() => {});
             if (at > 20) await written;
           }
         }));",
    );
    let end = worker.get("/").await;
    match end {
        Ok(response) => {
            let text = crate::harness::text(response).await;
            assert!(text.contains("memory limit"), "{text}");
        }
        Err(error) => assert!(matches!(error, WorkerError::Limit(Limit::Memory)), "{error}"),
    }
}

async fn wait_until(harness: Harness) {
    let source = "export default { fetch(request, env, ctx) {
        ctx.waitUntil(scheduler.wait(1e6).then(() => console.log('never')));
        return new Response('now');
    } }";
    let worker = harness.worker_with(source, |options| {
        options.limits = Limits { wait_until: Duration::from_millis(50), ..Limits::default() };
    });
    assert_eq!(worker.text("/").await, "now");
    worker.worker.drain().await;
    let line = "warn: waitUntil() tasks did not complete within the allowed time after invocation end and have been \
        cancelled. See: https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil";
    assert_eq!(worker.log.lines(), [line]);
    assert_eq!(worker.worker.metrics().met(Bound::WaitUntil), 1);
}

async fn log_ends(harness: Harness) {
    let worker = worker(
        &harness,
        "if (request.url.endsWith('/flood')) for (let at = 0; at < 1e5; at++) console.log('x'.repeat(1000));
         if (request.url.endsWith('/one')) console.log('y'.repeat(5e7));
         if (request.url.endsWith('/deep')) {
           for (let at = 0; at < 1e6; at++) console.group();
           console.log('a\\nb'); console.groupEnd(); console.log('c');
           for (let at = 0; at < 1e6; at++) console.groupEnd();
         }
         console.log('last');
         return new Response('fine');",
    );
    assert_eq!(worker.text("/flood").await, "fine");
    let lines = worker.log.lines();
    let bytes: usize = lines.iter().map(String::len).sum();
    assert!((200_000..300_000).contains(&bytes), "{bytes}");
    let notice = "warn: Log size limit exceeded: More than 256KB of data";
    assert!(lines.last().unwrap().starts_with(notice), "{:?}", lines.last());
    // The next event has its own.
    assert_eq!(worker.text("/").await, "fine");
    assert_eq!(worker.log.lines().last().unwrap(), "log: last");
    let before = worker.log.lines().len();
    assert_eq!(worker.text("/one").await, "fine");
    let lines = worker.log.lines();
    assert_eq!(lines.len(), before + 1);
    assert!(lines.last().unwrap().starts_with(notice));
    assert_eq!(worker.text("/deep").await, "fine");
    let lines = worker.log.lines();
    assert!(lines[before + 1].len() < 1000 && lines[before + 2].trim_start_matches("log:").trim() == "c");
    assert_eq!(lines.last().unwrap(), "log: last");
    assert_eq!(worker.worker.metrics().met(Bound::LogSize), 2);
}

async fn huge_value(harness: Harness) {
    let worker = worker(
        &harness,
        "const wide = {};
         for (let at = 0; at < 2e5; at++) wide['key' + at] = at;
         console.log(wide);
         return new Response(String(Object.keys(wide).length));",
    );
    assert_eq!(worker.text("/").await, "200000");
    let lines = worker.log.lines();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("warn: Log size limit exceeded"), "{}", &lines[0][..100]);
}

async fn refused(harness: Harness) {
    let source = "export default {
        fetch(request) {
          if (request.url.endsWith('/stuck')) Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
          return new Response('fine');
        },
        scheduled() {},
      };";
    let deploy = || {
        harness.worker_with(source, |options| {
            options.limits = Limits { cpu: Duration::from_millis(50), ..Limits::default() };
        })
    };
    let worker = deploy();
    assert_eq!(worker.text("/").await, "fine");
    let stuck = worker.clone();
    let turn = tokio::spawn(async move { stuck.get("/stuck").await.map(drop) });
    while !worker.worker.is_in_quarantine() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let error = worker.get("/").await.unwrap_err();
    assert!(matches!(error, WorkerError::Refused) && error.code() == 1102);
    assert_eq!(error.to_string(), "Worker exceeded resource limits.");
    let event = ScheduledEvent { cron: "* * * * *".into(), scheduled_time: UNIX_EPOCH };
    assert!(matches!(worker.worker.scheduled(event).await, Err(WorkerError::Refused)));
    let metrics = worker.worker.metrics();
    assert_eq!(Loss::ALL.map(|loss| metrics.losses(loss)), [1, 0]);
    assert_eq!(metrics.outcomes(EventOutcome::Refused), 2);
    let lines = worker.log.lines();
    assert!(lines.len() == 1 && lines[0].starts_with("error: The Worker test is refused until "), "{lines:?}");
    // Nobody waits for what does not end.
    worker.worker.drain().await;
    assert!(!turn.is_finished());
    // A new deployment is another Worker.
    assert_eq!(deploy().text("/").await, "fine");
}

async fn counted(harness: Harness) {
    let worker = harness.worker(
        "export default { async fetch(request) {
           switch (new URL(request.url).pathname) {
             case '/throws': throw new Error('mine');
             case '/hangs': return new Promise(() => {});
             case '/waits': await scheduler.wait(1e6);
             case '/spins': for (;;);
           }
           return new Response('fine');
         } };",
    );
    assert_eq!(worker.text("/").await, "fine");
    assert_eq!(worker.text("/").await, "fine");
    assert!(worker.get("/throws").await.is_err());
    assert!(worker.get("/hangs").await.is_err());
    assert!(tokio::time::timeout(Duration::from_millis(100), worker.get("/waits")).await.is_err());
    let metrics = worker.worker.metrics();
    assert_eq!((metrics.starts(), metrics.evictions(), worker.worker.instance_count()), (1, 0, 1));
    assert!(worker.get("/spins").await.is_err());
    assert_eq!(worker.text("/").await, "fine");
    let outcomes = EventOutcome::ALL.map(|outcome| (outcome.name(), metrics.outcomes(outcome)));
    let expected = [
        ("ok", 3),
        ("exception", 1),
        ("exceededCpu", 1),
        ("exceededMemory", 0),
        ("hung", 1),
        ("canceled", 1),
        ("startFailure", 0),
        ("refused", 0),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!((metrics.starts(), metrics.evictions(), worker.worker.instance_count()), (2, 1, 1));
    assert_eq!(metrics.met(Bound::CpuTime), 1);
    let durations = metrics.durations();
    assert_eq!(durations.classes.iter().map(|(_, count)| count).sum::<u64>(), 7);
    assert!(durations.sum > 0.1, "{durations:?}");

    let broken = harness.worker("throw new Error('at the start')");
    assert!(broken.get("/").await.is_err());
    assert_eq!(broken.worker.metrics().outcomes(EventOutcome::StartFailure), 1);
}
