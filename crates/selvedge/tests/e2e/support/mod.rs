//! What the tests are written with: a project in a folder, a running `selvedge`, an origin behind it, and bare sockets.

mod origin;
mod output;
mod project;
mod raw;
mod server;
mod tcp;
mod tls;

pub(crate) use origin::{Origin, OriginBody, reply};
pub(crate) use output::Ended;
pub(crate) use project::{Project, with_keys};
pub(crate) use raw::RawConnection;
pub(crate) use server::{Answer, Server, client};
pub(crate) use tcp::TcpPeer;
pub(crate) use tls::Certificate;

use std::future::Future;
use std::time::Duration;

/// How long a test waits for anything before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long it waits for what takes a thread CPU time that all others come before: late, on a machine with much to do.
pub(crate) const LATE: Duration = Duration::from_secs(180);

/// Awaits what must happen, and fails the test with its name when it does not.
pub(crate) async fn within<T>(what: &str, happening: impl Future<Output = T>) -> T {
    within_time(PATIENCE, what, happening).await
}

/// Like [`within`], for as long as is said.
pub(crate) async fn within_time<T>(patience: Duration, what: &str, happening: impl Future<Output = T>) -> T {
    match tokio::time::timeout(patience, happening).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {patience:?}"),
    }
}

/// Asks again and again until there is an answer.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    within(what, answer_of(ask)).await
}

/// Like [`eventually`], for what may be late.
pub(crate) async fn late<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    within_time(LATE, what, answer_of(ask)).await
}

async fn answer_of<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    loop {
        if let Some(value) = ask().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// The threads of a process, each with its name and what its `stat` says after that: field 3 comes first.
pub(crate) fn threads(pid: u32) -> Vec<(String, Vec<String>)> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let stats = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    let read = stats.filter_map(|stat| {
        let (name, fields) = stat.rsplit_once(") ")?;
        let (_, name) = name.split_once('(')?;
        Some((name.to_owned(), fields.split(' ').map(str::to_owned).collect()))
    });
    read.collect()
}

/// A number that the environment may set.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}
