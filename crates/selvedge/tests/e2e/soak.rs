//! Hours of everything at once: the server's memory, descriptors and threads stay what they are, and nothing fails.
//!
//! Clients ask Workers of all kinds, at random, as fast as they are answered: bindings that keep data, subrequests,
//! streams, WebSockets, Workers that are started because they were let go for want of memory, and such as throw, spin or
//! eat memory and are replaced. Half a minute runs with the other tests; `SELVEDGE_SOAK_SECONDS` makes it an hour, and
//! `SELVEDGE_SOAK_SEED` chooses what is asked.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Answer, Origin, Project, Server, client, reply, setting};

const MIXED: &str = include_str!("soak/mixed.js");
const THROWING: &str = "export default { fetch() { throw new Error('as it is meant to'); } };";
const SPINNING: &str = "export default { fetch() { for (;;); } };";
const EATING: &str =
    "export default { fetch() { for (const kept = []; ; ) kept.push(new Array(1 << 17).fill(kept)); } };";
const COLD: &str = "import text from './text.txt'; let asked = 0; \
     export default { fetch: () => new Response(`${asked++}${text}`) };";

/// Workers that are asked rarely enough to have been let go of.
const COLD_WORKERS: u64 = 40;

/// What instances may take, in MB: not enough for all Workers.
const MEMORY: &str = "64";

/// How many clients ask at once.
const CLIENTS: u64 = 12;

/// How often the server is looked at.
const PERIOD: Duration = Duration::from_millis(250);

/// By how much of their bytes two windows may differ, in hundredths, and by how many bytes: caches fill, heaps breathe.
const SLACK: (u64, u64) = (10, 48 << 20);

/// The same where a window is seconds long: what a Worker took that ate memory is given back ten seconds later. An instance
/// that stays for each start that there is would be gigabytes.
const SHORT_SLACK: (u64, u64) = (60, 256 << 20);

/// From how many seconds on a window is long enough for the first.
const LONG: u64 = 300;

/// By how many descriptors or threads.
const FEW: u64 = 24;

/// What is asked and what has to come.
struct Case {
    host: String,
    path: String,
    status: u16,
    text: &'static str,
}

fn case(random: u64, id: u64, server: &str, origin: &str) -> Case {
    let of = |host: &str, path: String, status, text| Case { host: host.into(), path, status, text };
    let mixed = |path: String, text| of("mixed.test", path, 200, text);
    match random % 1000 {
        0..150 => mixed(format!("/kv/{}", id % 500), "kv whole"),
        150..300 => mixed(format!("/d1/{}", id % 500), "d1 whole"),
        300..400 => mixed(format!("/r2/{}", id % 50), "r2 whole"),
        400..520 => mixed(format!("/fetch?{origin}"), "from the origin"),
        520..640 => mixed("/stream".into(), "streamed whole"),
        640..720 => mixed(format!("/socket?{server}/accept"), "talked"),
        720..780 => mixed("/later".into(), "later"),
        780..960 => of(&format!("cold{}.test", random / 1000 % COLD_WORKERS), "/".into(), 200, "cold"),
        960..985 => of("throwing.test", "/".into(), 500, "1101"),
        985..998 => of("spinning.test", "/".into(), 503, "1102"),
        _ => of("eating.test", "/".into(), 503, "1102"),
    }
}

/// The next of a sequence that a seed determines (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn project() -> Project {
    let bindings = json!({
        // It asks itself by the server's address, too.
        "routes": ["mixed.test/*", "127.0.0.1/*"],
        "kv_namespaces": [{ "binding": "KV", "id": "soak" }],
        "d1_databases": [{ "binding": "DB", "database_name": "soak", "database_id": "soak" }],
        "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "soak" }],
    });
    let project = Project::empty()
        .with_worker("mixed", MIXED, bindings)
        .with_worker("throwing", THROWING, json!({}))
        .with_worker("spinning", SPINNING, json!({ "limits": { "cpu_ms": 50 } }))
        .with_worker("eating", EATING, json!({}));
    (0..COLD_WORKERS).map(|index| format!("cold{index}")).fold(project, |project, name| {
        project.with_worker(&name, COLD, json!({})).file(&format!("{name}/text.txt"), " cold")
    })
}

/// What a process holds.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    resident: u64,
    descriptors: u64,
    threads: u64,
}

impl Held {
    fn of(process: &Path) -> Self {
        let status = fs::read_to_string(process.join("status")).unwrap();
        let number = |key: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim_end_matches("kB").trim().parse().unwrap()
        };
        Self {
            resident: number("VmRSS:") << 10,
            descriptors: fs::read_dir(process.join("fd")).unwrap().count() as u64,
            threads: number("Threads:"),
        }
    }

    /// The mean of the bytes, and the most of the others.
    fn window(samples: &[Self]) -> Self {
        let most = |of: fn(&Self) -> u64| samples.iter().map(of).max().unwrap();
        Self {
            resident: samples.iter().map(|held| held.resident).sum::<u64>() / samples.len() as u64,
            descriptors: most(|held| held.descriptors),
            threads: most(|held| held.threads),
        }
    }

    fn assert_flat(earlier: Self, later: Self, slack: (u64, u64)) {
        let what = format!("earlier {earlier:?}, later {later:?}");
        assert!(
            later.resident <= earlier.resident + earlier.resident * slack.0 / 100 + slack.1,
            "memory grows: {what}"
        );
        assert!(later.descriptors <= earlier.descriptors + FEW, "descriptors grow: {what}");
        assert!(later.threads <= earlier.threads + FEW, "threads grow: {what}");
    }
}

async fn ask(client: &reqwest::Client, server: &str, case: &Case) {
    let url = format!("{server}{}", case.path);
    let answer = Answer::of(client.get(url).header("Host", &case.host)).await;
    let text = String::from_utf8_lossy(&answer.body);
    let place = format!("{}{}", case.host, case.path);
    assert!(answer.status == case.status && text.contains(case.text), "{place}: {} {text}", answer.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_grows_and_nothing_fails_under_load() {
    let seconds = setting("SELVEDGE_SOAK_SECONDS", 25);
    let seed = setting("SELVEDGE_SOAK_SEED", 1);
    let origin = Origin::start(|_| async { reply("from the origin") }).await;
    let project = project();
    let server = project.serve_with(&["--memory", MEMORY, "--allow-private-network"]).await;
    server.get_from("mixed.test", "/setup").await.assert_status(200);

    let over = Arc::new(AtomicBool::new(false));
    let ids = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|index| {
            let (over, ids, server, origin) = (over.clone(), ids.clone(), server.url(""), origin.url());
            tokio::spawn(async move {
                let mut state = seed.wrapping_add(index << 32);
                let mut asker = client().build().unwrap();
                while !over.load(Ordering::Relaxed) {
                    let random = next(&mut state);
                    let id = ids.fetch_add(1, Ordering::Relaxed);
                    // A new connection now and then.
                    if random.is_multiple_of(50) {
                        asker = client().build().unwrap();
                    }
                    ask(&asker, &server, &case(next(&mut state), id, &server, &origin)).await;
                }
            })
        })
        .collect();
    let samples =
        watch(&server, Duration::from_secs(seconds), || clients.iter().any(|client| client.is_finished())).await;
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", last_words(&server)));
    }
    // Two fifths to warm up.
    let fifth = samples.len() / 5;
    let slack = if seconds < LONG { SHORT_SLACK } else { SLACK };
    Held::assert_flat(Held::window(&samples[2 * fifth..3 * fifth]), Held::window(&samples[4 * fifth..]), slack);
    let output = server.output_text();
    assert!(!output.contains("panicked"), "{}", last_words(&server));
    assert!(ids.load(Ordering::Relaxed) > seconds, "the load was none");
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
}

/// Looks at the server again and again, until the time is over or a client has ended.
async fn watch(server: &Server<'_>, time: Duration, ended: impl Fn() -> bool) -> Vec<Held> {
    let process = PathBuf::from(format!("/proc/{}", server.pid()));
    let begun = Instant::now();
    let mut samples = Vec::new();
    while begun.elapsed() < time && !ended() {
        samples.push(Held::of(&process));
        tokio::time::sleep(PERIOD).await;
    }
    samples
}

fn last_words(server: &Server<'_>) -> String {
    let text = server.output_text();
    text.lines().rev().take(20).collect::<Vec<_>>().join("\n")
}
