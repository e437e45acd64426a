//! One call of an op, from V8's side.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::OpError;

/// Runs the body of an op and gives V8 its result or exception.
///
/// A panic ends here: it would otherwise unwind into C++ and abort the process.
#[inline]
pub fn call<'s, 'i>(
    scope: &mut v8::PinScope<'s, 'i>,
    mut rv: v8::ReturnValue<'s>,
    body: impl FnOnce(&mut v8::PinScope<'s, 'i>) -> Result<v8::Local<'s, v8::Value>, OpError>,
) {
    let result = catch_unwind(AssertUnwindSafe(|| body(&mut *scope))).unwrap_or_else(|_| {
        tracing::error!("an op panicked; the guest sees an Error");
        Err(OpError::error("internal error"))
    });
    match result {
        Ok(value) => {
            if !value.is_undefined() {
                rv.set(value);
            }
        }
        Err(error) => {
            if let Some(exception) = error.into_exception(scope) {
                scope.throw_exception(exception);
            }
        }
    }
}
