//! The context that follows asynchronous work.
//!
//! V8 carries it through promises by itself. What is called back by other means, a timer for one, is run in
//! the context in which it was set, and these ops are how JavaScript does that.

use std::sync::Arc;

use selvedge_ops::{op, v8};
use selvedge_runtime::{InstanceState, Invocation};

/// The number of the current invocation.
#[op]
pub(crate) fn op_invocation_id(#[context] invocation: Arc<Invocation>) -> u32 {
    invocation.id()
}

/// Whether the invocation of this number goes on.
#[op]
pub(crate) fn op_invocation_lives(#[context] instance: Arc<InstanceState>, id: u32) -> bool {
    instance.has_invocation(id)
}

/// The current context, an opaque value.
#[op]
pub(crate) fn op_async_context_get<'s>(scope: &mut v8::PinScope<'s, '_>) -> v8::Local<'s, v8::Value> {
    scope.get_continuation_preserved_embedder_data()
}

/// Makes `context`, got from [`op_async_context_get`], the current one.
#[op]
pub(crate) fn op_async_context_set(scope: &mut v8::PinScope<'_, '_>, context: v8::Local<'_, v8::Value>) {
    scope.set_continuation_preserved_embedder_data(context);
}
