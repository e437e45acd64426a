//! Where async ops go: to the driver of the invocation that called.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use selvedge_ops::{AsyncHost, AsyncHostSlot, AsyncOp, Completion, OpError, v8};

use crate::invocation::{self, GLOBAL_SCOPE, PendingOp};

/// What work under way weighs besides its future and its arguments, in bytes: its place among the others, the promise.
const PENDING: usize = 320;

struct Host;

impl AsyncHost for Host {
    fn spawn<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        held: usize,
        mut op: AsyncOp,
    ) -> Result<v8::Local<'s, v8::Promise>, OpError> {
        let invocation = invocation::current(scope).ok_or_else(|| OpError::error(GLOBAL_SCOPE))?;
        let resolver = v8::PromiseResolver::new(scope).ok_or_else(OpError::pending)?;
        let promise = resolver.get_promise(scope);
        // Work that is done at once, such as reading a body that has arrived, costs no second turn.
        match Pin::new(&mut op).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(completion) => settle(scope, resolver, completion),
            Poll::Pending => {
                // A guest can start as much as it likes and await none of it.
                let weight = PENDING + size_of_val(&*op) + held;
                let charge = invocation.instance().memory().charge(weight)?;
                let resolver = v8::Global::new(scope, resolver);
                invocation.start(PendingOp { resolver, op, charge });
            }
        }
        Ok(promise)
    }
}

pub(crate) fn install(isolate: &mut v8::Isolate) {
    isolate.set_slot(AsyncHostSlot(Arc::new(Host)));
}

/// Settles the promise of an async op with its outcome.
pub(crate) fn settle(
    scope: &mut v8::PinScope<'_, '_>,
    resolver: v8::Local<'_, v8::PromiseResolver>,
    completion: Completion,
) {
    v8::tc_scope!(let scope, scope);
    // `resolve` and `reject` answer `None` only while execution is terminating; then nobody listens.
    match completion.settle(scope) {
        Ok(value) => {
            let _ = resolver.resolve(scope, value);
        }
        Err(error) => {
            let exception = match error.into_exception(scope) {
                Some(exception) => exception,
                None => scope.exception().unwrap_or_else(|| v8::undefined(scope).into()),
            };
            let _ = resolver.reject(scope, exception);
        }
    }
}
