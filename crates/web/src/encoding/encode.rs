//! `TextEncoder`.

use selvedge_ops::{Buffer, BufferMut, op, v8};

/// The UTF-8 of a string; lone surrogates become U+FFFD.
#[op]
pub(crate) fn op_encoding_encode(text: String) -> Buffer {
    Buffer(text.into_bytes())
}

/// Writes as much of a string as fits, in whole characters: gives the code units read and the bytes written
/// (<https://encoding.spec.whatwg.org/#dom-textencoder-encodeinto>).
#[op]
pub(crate) fn op_encoding_encode_into<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    text: v8::Local<'s, v8::String>,
    mut target: BufferMut<'s>,
) -> (u64, u64) {
    let mut read = 0;
    let written =
        text.write_utf8_v2(scope, target.as_mut_slice(), v8::WriteFlags::kReplaceInvalidUtf8, Some(&mut read));
    (read as u64, written as u64)
}
