//! Structured serialization to bytes that are kept
//! (<https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeforstorage>).

use selvedge_ops::{Buffer, BufferRef, OpError, op, v8};
use v8::{ValueDeserializerHelper, ValueSerializerHelper};

use super::delegate::{Reader, Session, Writer};

/// Serializes `value`. `is_platform` and `refuse_platform` answer for platform objects; the latter throws, as such an
/// object has no bytes.
#[op]
pub(crate) fn op_structured_serialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    value: v8::Local<'s, v8::Value>,
    is_platform: v8::Local<'s, v8::Function>,
    refuse_platform: v8::Local<'s, v8::Function>,
) -> Result<Buffer, OpError> {
    let context = scope.get_current_context();
    let session = Session::new(scope, is_platform, refuse_platform)?;
    let serializer = v8::ValueSerializer::new(scope, Box::new(Writer(session.clone())));
    serializer.write_header();
    match serializer.write_value(context, value) {
        Some(true) if session.keeps_nothing() => Ok(Buffer(serializer.release())),
        Some(true) => Err(OpError::dom("DataCloneError", "A WebAssembly.Module could not be serialized.")),
        // Each way to fail throws; the exception is scheduled.
        _ => Err(OpError::pending()),
    }
}

/// Makes the value of bytes that `op_structured_serialize` gave. `never` is a function, never called.
#[op]
pub(crate) fn op_structured_deserialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: BufferRef<'s>,
    never: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let context = scope.get_current_context();
    let session = Session::new(scope, never, never)?;
    let deserializer = v8::ValueDeserializer::new(scope, Box::new(Reader(session)), &bytes);
    deserializer.read_header(context).ok_or_else(OpError::pending)?;
    deserializer.read_value(context).ok_or_else(|| OpError::dom("DataCloneError", "The value could not be read."))
}
