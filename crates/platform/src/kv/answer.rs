//! What a read gives to JavaScript.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{Buffer, IntoV8, OpError, v8};

/// Bytes as a string: UTF-8, with U+FFFD for what is none.
pub(super) struct KvText(pub(super) Bytes);

impl<'s> IntoV8<'s> for KvText {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        let text = match self.0.is_ascii() {
            true => v8::String::new_from_one_byte(scope, &self.0, v8::NewStringType::Normal),
            false => v8::String::new_from_utf8(scope, &self.0, v8::NewStringType::Normal),
        };
        Ok(text.ok_or_else(|| OpError::range_error("Invalid string length"))?.into())
    }
}

/// A value in the form that is wanted.
pub(super) enum Content {
    /// A string.
    Text(KvText),
    /// A `Uint8Array` of its own buffer.
    Bytes(Bytes),
    /// The number of a native body.
    Body(u32),
}

impl<'s> IntoV8<'s> for Content {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        match self {
            Self::Text(text) => text.into_v8(scope),
            Self::Bytes(bytes) => Buffer(bytes.into()).into_v8(scope),
            Self::Body(id) => id.into_v8(scope),
        }
    }
}

/// The answer to a read.
pub(super) enum KvAnswer {
    /// `undefined`: memory does not know.
    Unknown,
    /// `null`: there is no such key.
    Absent,
    /// The content.
    Value(Content),
    /// `[content, metadata]`; the latter JSON, or `null`.
    WithMetadata(Content, Option<Arc<str>>),
}

impl<'s> IntoV8<'s> for KvAnswer {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        match self {
            Self::Unknown => Ok(v8::undefined(scope).into()),
            Self::Absent => Ok(v8::null(scope).into()),
            Self::Value(content) => content.into_v8(scope),
            Self::WithMetadata(content, metadata) => (content, metadata.as_deref()).into_v8(scope),
        }
    }
}
