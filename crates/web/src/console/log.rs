//! Where the console prints to: the instance's log.

use std::sync::Arc;

use selvedge_ops::{OpError, SharedContext as _, op, v8};
use selvedge_runtime::{InstanceState, Invocation, LogLevel, LogRecord};

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

/// Logs a text at a level (numbered as in `console.js`). What an event may log is bounded.
#[op]
pub(crate) fn op_console_log(
    scope: &mut v8::PinScope<'_, '_>,
    #[context] instance: Arc<InstanceState>,
    number: u32,
    text: String,
) -> Result<(), OpError> {
    let level = level(number).ok_or_else(|| OpError::type_error("no such log level"))?;
    let record = LogRecord::console(level, text);
    match Invocation::shared(scope) {
        Ok(invocation) => invocation.log(record),
        Err(_) => instance.log_outside(record),
    }
    Ok(())
}
