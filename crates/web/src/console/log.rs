//! Where the console prints to: the instance's log.

use std::sync::Arc;

use selvedge_ops::{OpError, op};
use selvedge_runtime::{InstanceState, LogLevel, LogRecord};

fn level(number: u32) -> Option<LogLevel> {
    Some(match number {
        0 => LogLevel::Debug,
        1 => LogLevel::Log,
        2 => LogLevel::Info,
        3 => LogLevel::Warn,
        4 => LogLevel::Error,
        _ => return None,
    })
}

/// Logs a text at a level (numbered as in `console.js`).
#[op]
pub(crate) fn op_console_log(
    #[context] instance: Arc<InstanceState>,
    number: u32,
    text: String,
) -> Result<(), OpError> {
    let level = level(number).ok_or_else(|| OpError::type_error("no such log level"))?;
    instance.log(LogRecord::console(level, text));
    Ok(())
}
