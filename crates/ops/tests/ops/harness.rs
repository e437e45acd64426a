//! An isolate whose global object has some ops.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use selvedge_ops::{AsyncHost, AsyncHostSlot, AsyncOp, OpDecl, OpError, set_dom_exception, v8};

/// A test's name and what it does.
pub(crate) type Test = (&'static str, fn());

/// Runs `source` where `ops` are global functions, and gives its completion value as a string: `Err` when it
/// throws. A promise stands for what it is settled with.
pub(crate) fn run(ops: &[OpDecl], source: &str) -> Result<String, String> {
    run_in(ops, source, |_| ())
}

/// The same, after `prepare` has seen the isolate.
pub(crate) fn run_in(ops: &[OpDecl], source: &str, prepare: fn(&mut v8::Isolate)) -> Result<String, String> {
    let mut isolate = v8::Isolate::new(v8::CreateParams::default());
    prepare(&mut isolate);
    v8::scope!(let scope, &mut isolate);
    let context = v8::Context::new(scope, v8::ContextOptions::default());
    let scope = &mut v8::ContextScope::new(scope, context);
    for op in ops {
        let name = v8::String::new(scope, op.name).unwrap();
        let function = op.function(scope).unwrap();
        context.global(scope).set(scope, name.into(), function.into());
    }
    v8::tc_scope!(let scope, scope);
    let source = v8::String::new(scope, source).unwrap();
    let result = v8::Script::compile(scope, source, None).and_then(|script| script.run(scope));
    let Some(value) = result else {
        let exception = scope.exception().unwrap();
        return Err(exception.to_rust_string_lossy(scope));
    };
    let Ok(promise) = value.try_cast::<v8::Promise>() else { return Ok(value.to_rust_string_lossy(scope)) };
    scope.perform_microtask_checkpoint();
    let outcome = promise.result(scope).to_rust_string_lossy(scope);
    match promise.state() {
        v8::PromiseState::Fulfilled => Ok(outcome),
        v8::PromiseState::Rejected => Err(outcome),
        v8::PromiseState::Pending => panic!("the promise is pending"),
    }
}

/// Asserts that JavaScript calls the ops and gets these results.
pub(crate) fn check(ops: &[OpDecl], cases: &[(&str, Result<&str, &str>)]) {
    for (source, expected) in cases {
        let result = run(ops, source);
        assert_eq!(result.as_ref().map(String::as_str).map_err(String::as_str), *expected, "{source}");
    }
}

/// Runs async ops that need no waiting.
struct Immediate;

impl AsyncHost for Immediate {
    fn spawn<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        _held: usize,
        mut op: AsyncOp,
    ) -> Result<v8::Local<'s, v8::Promise>, OpError> {
        let Poll::Ready(completion) = Pin::new(&mut op).poll(&mut Context::from_waker(Waker::noop())) else {
            return Err(OpError::error("the op is not done at once"));
        };
        let resolver = v8::PromiseResolver::new(scope).ok_or_else(OpError::pending)?;
        match completion.settle(scope) {
            Ok(value) => resolver.resolve(scope, value),
            Err(error) => {
                let exception = error.into_exception(scope).unwrap();
                resolver.reject(scope, exception)
            }
        };
        Ok(resolver.get_promise(scope))
    }
}

/// Lets an isolate run async ops.
pub(crate) fn with_async_host(isolate: &mut v8::Isolate) {
    isolate.set_slot(AsyncHostSlot(Arc::new(Immediate)));
}

/// Makes its argument this isolate's `DOMException`.
#[selvedge_ops::op]
pub(crate) fn op_set_dom_exception(scope: &mut v8::PinScope<'_, '_>, constructor: v8::Local<'_, v8::Function>) {
    set_dom_exception(scope, constructor);
}
