//! Promises that were rejected while nobody listened.

use selvedge_ops::v8;

use crate::{InstanceState, JsError, LogLevel, call_function};

/// Rejected promises without a handler, gathered during a turn. V8 reports one as soon as it is rejected; a
/// handler may still be added before the microtasks end, so they are judged then.
#[derive(Default)]
pub(crate) struct Rejections(Vec<(v8::Global<v8::Promise>, v8::Global<v8::Value>)>);

pub(crate) fn install(isolate: &mut v8::Isolate) {
    isolate.set_promise_reject_callback(on_promise_reject);
}

#[allow(unsafe_code)]
extern "C" fn on_promise_reject(message: v8::PromiseRejectMessage) {
    // SAFETY: `message` is the argument of the very callback that V8 is calling, so its isolate is entered.
    v8::callback_scope!(unsafe scope, &message);
    let Some(state) = InstanceState::of(scope) else { return };
    let promise = v8::Global::new(scope, message.get_promise());
    match message.get_event() {
        v8::PromiseRejectEvent::PromiseRejectWithNoHandler => {
            if let Some(value) = message.get_value() {
                let value = v8::Global::new(scope, value);
                state.rejections().0.push((promise, value));
                state.note_rejection();
            }
        }
        v8::PromiseRejectEvent::PromiseHandlerAddedAfterReject => {
            state.rejections().0.retain(|(rejected, _)| *rejected != promise);
        }
        _ => {}
    }
}

/// Reports what is still unhandled at the end of a turn: to the platform's `reportRejection(promise, reason)` if
/// its entry module exports one, else to the log. Hosted lets the invocation go on too.
pub(crate) fn report<'s>(scope: &mut v8::PinScope<'s, '_>, state: &InstanceState, exports: v8::Local<'s, v8::Object>) {
    if !state.take_rejected() {
        return;
    }
    let unhandled = std::mem::take(&mut state.rejections().0);
    // Each was handled before the turn ended.
    if unhandled.is_empty() {
        return;
    }
    let reporter = v8::String::new(scope, "reportRejection")
        .and_then(|key| exports.get(scope, key.into()))
        .and_then(|value| value.try_cast::<v8::Function>().ok());
    for (promise, value) in unhandled {
        let value = v8::Local::new(scope, value);
        let promise = v8::Local::new(scope, promise);
        let reported = reporter.map(|reporter| call_function(scope, reporter, &[promise.into(), value]));
        if !matches!(reported, Some(Ok(_))) {
            let error = JsError::from_value(scope, value);
            state.log_text(LogLevel::Error, format!("Uncaught (in promise) {}", error.report()));
        }
    }
    scope.perform_microtask_checkpoint();
}
