//! What a process of `selvedge` prints: a line of JSON for each event on stdout, words for people on stderr.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::watch;

use super::within;

/// The binary under test, in a folder, with none of the caller's own settings.
pub(crate) fn selvedge(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selvedge"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A process that has ended.
pub(crate) struct Ended {
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// All that it printed on stdout.
    pub(crate) stdout: String,
    /// All that it printed on stderr.
    pub(crate) stderr: String,
}

impl Ended {
    /// Runs the binary until it ends.
    pub(crate) async fn of(folder: &Path, arguments: &[&str]) -> Self {
        let running = selvedge(folder, arguments).output();
        let output = within(&format!("the end of `selvedge {}`", arguments.join(" ")), running).await.unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts that it failed with words for people, and not by a panic.
    pub(crate) fn assert_refused(&self, words: &[&str]) {
        assert_eq!(self.code, Some(1), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked at"), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in:\n{}", self.stderr);
        }
    }

    /// Asserts that it did its work.
    pub(crate) fn assert_succeeded(&self) {
        assert_eq!(self.code, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
    }
}

/// What a running process has printed so far; it grows.
#[derive(Clone)]
pub(crate) struct Output {
    lines: Arc<Mutex<Vec<String>>>,
    grown: watch::Sender<()>,
}

impl Output {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { lines: Arc::default(), grown: watch::Sender::new(()) }
    }

    /// Takes over a pipe and collects its lines until it closes.
    pub(crate) fn collect(&self, pipe: impl AsyncRead + Send + Unpin + 'static) {
        let output = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                output.lines.lock().unwrap().push(line);
                output.grown.send_replace(());
            }
        });
    }

    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Waits for a line of which `find` makes something.
    pub(crate) async fn wait_for<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let mut grown = self.grown.subscribe();
        let search = async {
            loop {
                grown.borrow_and_update();
                if let Some(found) = self.lines.lock().unwrap().iter().find_map(|line| find(line)) {
                    return found;
                }
                grown.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(super::PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!("no {what} in:\n{}", self.text()),
        }
    }

    /// Waits for an event of a kind, such as `log`, whose line has all the words in it.
    pub(crate) async fn event(&self, kind: &str, words: &[&str]) -> Value {
        let what = format!("`{kind}` event with {words:?}");
        self.wait_for(&what, |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            let matches = event["event"] == kind && words.iter().all(|word| line.contains(word));
            matches.then_some(event)
        })
        .await
    }
}
