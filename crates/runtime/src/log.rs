//! Structured log records: what a Worker prints, and what the engine has to say about it.

use std::time::SystemTime;

/// How much a record matters; the names are `console`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// `console.debug`, `console.trace`
    Debug,
    /// `console.log`
    Log,
    /// `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`
    Error,
}

impl LogLevel {
    /// The level's name as `console` and `wrangler tail` spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Log => "log",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One line, or block of lines, of a Worker's log.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// When it was logged.
    pub time: SystemTime,
    /// How much it matters.
    pub level: LogLevel,
    /// The text, with no newline at its end.
    pub message: String,
}

impl LogRecord {
    /// A record of something the Worker printed by `console`.
    pub fn console(level: LogLevel, message: String) -> Self {
        Self { time: SystemTime::now(), level, message }
    }
}

/// Where log records go.
pub trait LogSink: Send + Sync {
    /// Takes one record. Called under the isolate's lock, so it must not block.
    fn log(&self, record: LogRecord);

    /// Hears that an event logged more than it may.
    fn exceeded(&self) {}
}
