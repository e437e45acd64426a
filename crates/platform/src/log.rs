//! A Worker's log, with the positions in it mapped to the sources.

use std::sync::Arc;

use selvedge_runtime::{JsError, LogRecord, LogSink, Script};

use crate::{Bound, Metrics};

/// Maps stack traces in log records, as `wrangler dev` does, and passes the records on.
pub(crate) struct MappedLog {
    pub(crate) script: Arc<Script>,
    pub(crate) inner: Arc<dyn LogSink>,
    pub(crate) metrics: Arc<Metrics>,
}

impl LogSink for MappedLog {
    fn log(&self, mut record: LogRecord) {
        if record.message.contains("\n    at ") {
            record.message = self.script.map_stack(&record.message);
        }
        self.inner.log(record);
    }

    fn exceeded(&self) {
        self.metrics.meet(Bound::LogSize);
    }
}

/// The error with its positions mapped to the sources.
pub(crate) fn map_error(script: &Script, mut error: JsError) -> JsError {
    error.cause = error.cause.map(|cause| Box::new(map_error(script, *cause)));
    error.stack = error.stack.map(|stack| script.map_stack(&stack));
    error.location = error
        .location
        .map(|(module, line, column)| script.map_position(&module, line, column).unwrap_or((module, line, column)));
    error
}
