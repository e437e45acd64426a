//! Async ops: a future on the Rust side, a promise on the other.

use std::pin::Pin;
use std::sync::Arc;

use crate::{IntoV8, OpError};

/// What settles the promise: run under the isolate's lock, it makes the value or the error.
pub trait Settle: Send {
    /// Makes the value that the promise is resolved with.
    ///
    /// # Errors
    /// The exception that the promise is rejected with.
    fn settle<'s>(self: Box<Self>, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError>;
}

impl<T> Settle for T
where
    T: for<'x> IntoV8<'x> + Send,
{
    fn settle<'s>(self: Box<Self>, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        (*self).into_v8(scope)
    }
}

/// The outcome of an async op, not yet a JavaScript value.
pub type Completion = Box<dyn Settle>;

/// The work of an async op, run outside of the isolate.
pub type AsyncOp = Pin<Box<dyn Future<Output = Completion> + Send>>;

/// Who runs async ops: the engine, on behalf of the invocation that called.
pub trait AsyncHost: Send + Sync {
    /// Takes the work and gives the promise that it will settle. `held` is how many bytes of the heap its arguments
    /// take, which are copies of the guest's.
    ///
    /// # Errors
    /// What the op throws when no work may be started here, at global scope for example.
    fn spawn<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        held: usize,
        op: AsyncOp,
    ) -> Result<v8::Local<'s, v8::Promise>, OpError>;
}

/// The isolate slot in which the engine leaves its [`AsyncHost`].
pub struct AsyncHostSlot(pub Arc<dyn AsyncHost>);

/// Starts an async op: called by the code that [`macro@crate::op`] generates.
///
/// # Errors
/// As [`AsyncHost::spawn`].
pub fn spawn<'s, T>(
    scope: &mut v8::PinScope<'s, '_>,
    held: usize,
    future: impl Future<Output = T> + Send + 'static,
) -> Result<v8::Local<'s, v8::Value>, OpError>
where
    T: for<'x> IntoV8<'x> + Send + 'static,
{
    let host = scope
        .get_slot::<AsyncHostSlot>()
        .map(|slot| slot.0.clone())
        .ok_or_else(|| OpError::error("this isolate runs no asynchronous work"))?;
    let promise = host.spawn(scope, held, Box::pin(async move { Box::new(future.await) as Completion }))?;
    Ok(promise.into())
}
