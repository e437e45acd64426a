//! The memories of WebAssembly, counted towards an instance's.

use std::sync::Arc;

use selvedge_ops::{OpDecl, OpError, op, v8};
use selvedge_runtime::InstanceState;

pub(crate) const OPS: &[OpDecl] = &[op_wasm_memory];

/// Counts the memory behind a buffer of WebAssembly's.
#[op]
fn op_wasm_memory<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[context] instance: Arc<InstanceState>,
    buffer: v8::Local<'s, v8::Value>,
) -> Result<(), OpError> {
    let store = if let Ok(buffer) = buffer.try_cast::<v8::ArrayBuffer>() {
        buffer.get_backing_store()
    } else if let Ok(buffer) = buffer.try_cast::<v8::SharedArrayBuffer>() {
        buffer.get_backing_store()
    } else {
        return Err(OpError::type_error("a buffer is wanted"));
    };
    instance.memory().add_wasm(store, || scope.low_memory_notification())
}
