//! `structuredClone` on V8's own serializer.

use selvedge_ops::{OpError, op, v8};
use v8::{ValueDeserializerHelper, ValueSerializerHelper};

use super::delegate::{Reader, Session, Writer, throw_data_clone_error};

/// Clones `value`; the buffers in `transfer` move to the clone and are detached.
///
/// `is_platform` and `clone_platform` answer for platform objects; `transfer_platform` moves those that are to be
/// transferred, once it is known that all else can be cloned. The list of buffers was checked by
/// `structured-clone.js`: each is an ArrayBuffer, none twice.
#[op]
pub(crate) fn op_structured_clone<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    transfer: Vec<v8::Local<'s, v8::Value>>,
    is_platform: v8::Local<'s, v8::Function>,
    clone_platform: v8::Local<'s, v8::Function>,
    transfer_platform: Option<v8::Local<'s, v8::Function>>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let context = scope.get_current_context();
    let buffers = transfer
        .into_iter()
        .map(|buffer| buffer.try_cast::<v8::ArrayBuffer>().map_err(|_| OpError::type_error("expected an ArrayBuffer")))
        .collect::<Result<Vec<_>, _>>()?;

    let session = Session::new(scope, is_platform, clone_platform)?;
    let bytes = {
        let serializer = v8::ValueSerializer::new(scope, Box::new(Writer(session.clone())));
        serializer.write_header();
        for (id, buffer) in (0u32..).zip(&buffers) {
            serializer.transfer_array_buffer(id, *buffer);
        }
        match serializer.write_value(context, value) {
            Some(true) => serializer.release(),
            // Each way to fail throws; the exception is scheduled.
            _ => return Err(OpError::pending()),
        }
    };

    if let Some(transfer) = transfer_platform {
        let receiver = v8::undefined(scope).into();
        transfer.call(scope, receiver, &[]).ok_or_else(OpError::pending)?;
    }
    let mut moved = Vec::with_capacity(buffers.len());
    for buffer in buffers {
        if buffer.was_detached() || !buffer.is_detachable() {
            throw_data_clone_error(scope, "An ArrayBuffer is detached and could not be cloned.".to_owned());
            return Err(OpError::pending());
        }
        let store = buffer.get_backing_store();
        buffer.detach(None);
        moved.push(v8::ArrayBuffer::with_backing_store(scope, &store));
    }

    let deserializer = v8::ValueDeserializer::new(scope, Box::new(Reader(session)), &bytes);
    deserializer.read_header(context).ok_or_else(OpError::pending)?;
    for (id, buffer) in (0u32..).zip(moved) {
        deserializer.transfer_array_buffer(id, buffer);
    }
    deserializer.read_value(context).ok_or_else(|| OpError::dom("DataCloneError", "The value could not be cloned."))
}
