//! What a running server prints: lines for people, or one JSON object a line for programs.
//!
//! Everything goes through one thread. A Worker's `console` is called under its isolate's lock and must not wait for
//! a slow terminal, so lines queue; and as a Worker can print faster than anybody reads, the queue is bounded in
//! bytes, and what does not fit is counted and said.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use http::StatusCode;
use selvedge_edge::access_log::AccessRecord;
use selvedge_runtime::{LogLevel, LogRecord, LogSink};
use serde_json::{Value, json};

use crate::failure;

/// How many bytes may wait to be printed.
const QUEUE_BYTES: usize = 16 << 20;

/// How long the last lines of a process may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// People.
    Human,
    /// Programs: one JSON object a line.
    Json,
}

impl Format {
    /// `--json` or not.
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Human }
    }
}

/// How much is printed: wrangler's `--log-level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Verbosity {
    /// Nothing
    None,
    /// Errors
    Error,
    /// And warnings
    Warn,
    /// And requests
    Info,
    /// And everything that a Worker prints
    #[default]
    Log,
    /// Everything
    Debug,
}

impl Verbosity {
    /// Whether a Worker's record is printed. By default all are: only who asks for less gets less.
    fn shows(self, level: LogLevel) -> bool {
        self >= match level {
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Log | LogLevel::Debug => Self::Log,
        }
    }
}

enum Message {
    Out(String),
    Err(String),
    Flush(SyncSender<()>),
}

/// Prints. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Output(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    format: Format,
    verbosity: Verbosity,
    queue: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    dropped: AtomicU64,
}

impl Output {
    /// Starts the thread that prints.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn new(format: Format, verbosity: Verbosity) -> std::io::Result<Self> {
        let (queue, lines) = channel();
        let waiting = Arc::<AtomicUsize>::default();
        let printed = waiting.clone();
        std::thread::Builder::new().name("output".into()).spawn(move || print(&lines, &printed))?;
        let dropped = AtomicU64::new(0);
        Ok(Self(Arc::new(Inner { format, verbosity, queue, waiting, dropped })))
    }

    /// Who reads.
    pub(crate) fn format(&self) -> Format {
        self.0.format
    }

    /// Where the server answers.
    pub(crate) fn ready(&self, url: &str) {
        match self.0.format {
            Format::Human => self.line(Message::Out(format!("Ready on {url}"))),
            Format::Json => self.event(json!({ "event": "ready", "url": url })),
        }
    }

    /// Where the metrics are.
    pub(crate) fn metrics(&self, url: &str) {
        match self.0.format {
            Format::Human => self.note(&format!("Metrics: {url}")),
            Format::Json => self.event(json!({ "event": "metrics", "url": url })),
        }
    }

    /// A request that was answered, for a developer.
    pub(crate) fn request(&self, record: &AccessRecord<'_>) {
        if self.0.verbosity < Verbosity::Info {
            return;
        }
        match self.0.format {
            Format::Human => {
                let style = status_style(record.status);
                self.line(Message::Out(format!("{style}{record}{style:#}")));
            }
            Format::Json => self.event(json!({
                "event": "request",
                "method": record.method.as_str(),
                "path": record.target,
                "status": record.status.as_u16(),
                "durationMs": record.duration.as_secs_f64() * 1000.0,
            })),
        }
    }

    /// A request that was answered, for an operator: the whole record.
    pub(crate) fn access(&self, record: &AccessRecord<'_>) {
        match (self.0.format, serde_json::to_value(record)) {
            (Format::Json, Ok(Value::Object(mut fields))) => {
                fields.insert("event".into(), "request".into());
                fields.insert("path".into(), record.target.into());
                self.event(Value::Object(fields));
            }
            _ => self.line(Message::Out(format!("{} {} {record}", record.client, record.host))),
        }
    }

    /// Something the Worker printed. `worker` is given where there are several.
    fn log(&self, worker: Option<&str>, record: &LogRecord) {
        if !self.0.verbosity.shows(record.level) {
            return;
        }
        match self.0.format {
            Format::Human => {
                let style = level_style(record.level);
                let name = worker.map(|name| format!("[{name}] ")).unwrap_or_default();
                let text = format!("{name}{style}{}{style:#}", record.message);
                self.line(match record.level {
                    LogLevel::Warn | LogLevel::Error => Message::Err(text),
                    _ => Message::Out(text),
                });
            }
            Format::Json => {
                let level = record.level.name();
                let mut event = json!({ "event": "log", "level": level, "message": record.message });
                if let Some(name) = worker {
                    event["worker"] = name.into();
                }
                self.event(event);
            }
        }
    }

    /// The new version of the Worker serves.
    pub(crate) fn reloaded(&self, took: Duration) {
        let millis = took.as_millis();
        match self.0.format {
            Format::Human => self.note(&format!("Reloaded in {millis} ms")),
            Format::Json => self.event(json!({ "event": "reloaded", "durationMs": millis })),
        }
    }

    /// A block that tells what went wrong.
    pub(crate) fn error(&self, block: &str) {
        if self.0.verbosity >= Verbosity::Error {
            self.problem("error", block);
        }
    }

    /// A block that tells what looks wrong.
    pub(crate) fn warning(&self, block: &str) {
        if self.0.verbosity >= Verbosity::Warn {
            self.problem("warning", block);
        }
    }

    fn problem(&self, event: &str, block: &str) {
        match self.0.format {
            Format::Human => self.line(Message::Err(format!("{}\n", block.trim_end()))),
            Format::Json => {
                self.event(json!({ "event": event, "message": failure::plain(block.trim_end()) }));
            }
        }
    }

    /// Something for people only.
    pub(crate) fn note(&self, text: &str) {
        if self.0.format == Format::Human && self.0.verbosity >= Verbosity::Info {
            self.line(Message::Out(text.to_owned()));
        }
    }

    /// An object for programs.
    pub(crate) fn event(&self, event: Value) {
        self.line(Message::Out(event.to_string()));
    }

    /// An object for programs only.
    pub(crate) fn event_for_programs(&self, event: Value) {
        if self.0.format == Format::Json {
            self.event(event);
        }
    }

    fn line(&self, message: Message) {
        let Inner { queue, waiting, dropped, .. } = &*self.0;
        let length = match &message {
            Message::Out(text) | Message::Err(text) => text.len(),
            Message::Flush(_) => 0,
        };
        if waiting.load(Ordering::Relaxed).saturating_add(length) > QUEUE_BYTES {
            dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.fetch_add(length, Ordering::Relaxed);
        match dropped.swap(0, Ordering::Relaxed) {
            0 => {}
            count => {
                let text = format!("{count} lines were printed faster than they could be shown, and are left out");
                // The thread lives as long as this sender does.
                let _ = queue.send(Message::Err(text));
            }
        }
        let _ = queue.send(message);
    }

    /// Waits until everything so far is printed.
    pub(crate) fn flush(&self) {
        let (done, printed) = sync_channel(1);
        if self.0.queue.send(Message::Flush(done)).is_ok() {
            let _ = printed.recv_timeout(PATIENCE);
        }
    }
}

/// The thread that prints. What cannot be written to a closed pipe is dropped.
fn print(lines: &Receiver<Message>, waiting: &AtomicUsize) {
    let mut out = BufWriter::new(anstream::stdout());
    let mut err = anstream::stderr();
    let mut flushed = true;
    loop {
        let message = match lines.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                if !flushed {
                    let _ = out.flush();
                    flushed = true;
                }
                match lines.recv() {
                    Ok(message) => message,
                    Err(_) => break,
                }
            }
        };
        match message {
            Message::Out(text) => {
                let _ = writeln!(out, "{text}");
                flushed = false;
                waiting.fetch_sub(text.len(), Ordering::Relaxed);
            }
            Message::Err(text) => {
                let _ = out.flush();
                let _ = writeln!(err, "{text}");
                // A note about what was left out was never counted in.
                let _ = waiting
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bytes| Some(bytes.saturating_sub(text.len())));
            }
            Message::Flush(done) => {
                let _ = out.flush();
                let _ = done.send(());
            }
        }
    }
    let _ = out.flush();
}

/// So many of something that has a regular plural.
pub(crate) fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn status_style(status: StatusCode) -> Style {
    match status.as_u16() {
        500.. => AnsiColor::Red.on_default(),
        400..500 => AnsiColor::Yellow.on_default(),
        300..400 => AnsiColor::Cyan.on_default(),
        _ => AnsiColor::Green.on_default(),
    }
}

fn level_style(level: LogLevel) -> Style {
    match level {
        LogLevel::Error => AnsiColor::Red.on_default(),
        LogLevel::Warn => AnsiColor::Yellow.on_default(),
        LogLevel::Debug => Style::new().dimmed(),
        LogLevel::Info | LogLevel::Log => Style::new(),
    }
}

/// Where one Worker's `console` goes.
pub(crate) struct WorkerLog {
    output: Output,
    worker: Option<String>,
}

impl WorkerLog {
    /// The log of a Worker, which is named in it where there are several.
    pub(crate) fn new(output: Output, worker: Option<String>) -> Self {
        Self { output, worker }
    }
}

impl LogSink for WorkerLog {
    fn log(&self, record: LogRecord) {
        self.output.log(self.worker.as_deref(), &record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_verbose_shows_less_of_what_a_worker_prints() {
        let shown = |verbosity: Verbosity| {
            use LogLevel::{Debug, Error, Info, Log, Warn};
            [Debug, Log, Info, Warn, Error].map(|level| verbosity.shows(level))
        };
        assert_eq!(shown(Verbosity::default()), [true; 5]);
        assert_eq!(shown(Verbosity::Warn), [false, false, false, true, true]);
        assert_eq!(shown(Verbosity::None), [false; 5]);
    }
}
