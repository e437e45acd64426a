//! A body as our JavaScript passes it to an op.

use bytes::Bytes;
use selvedge_ops::{FromV8, FrozenBytes, OpError, v8};
use selvedge_runtime::Resources;

use super::body::Body;
use super::coding::ContentCoding;
use super::error::BodyError;
use super::resource::BodyResource;

/// `null`, a string (sent as UTF-8), bytes (copied), or the number of a [`BodyResource`].
#[derive(Clone, Debug)]
pub enum BodyArgument {
    /// No body.
    None,
    /// Bytes in memory.
    Bytes(Bytes),
    /// A native body.
    Resource(u32),
}

impl BodyArgument {
    /// The body itself, decoded.
    ///
    /// # Errors
    /// When the number is not that of an unused body of this table.
    pub fn into_body(self, resources: Resources<'_>) -> Result<Body, OpError> {
        let (body, coding) = self.into_encoded(resources)?;
        Ok(coding.decode(body))
    }

    /// The body as it came, with the coding that it is in.
    ///
    /// # Errors
    /// As [`BodyArgument::into_body`].
    pub fn into_encoded(self, resources: Resources<'_>) -> Result<(Body, ContentCoding), OpError> {
        match self {
            Self::None => Ok((Body::Empty, ContentCoding::Identity)),
            // Not `Body::Empty` for no bytes: a body of length 0 is announced as such.
            Self::Bytes(bytes) => Ok((Body::Full(bytes), ContentCoding::Identity)),
            Self::Resource(id) => Ok(resources.take::<BodyResource>(id)?.take_encoded().ok_or(BodyError::Used)?),
        }
    }
}

impl<'s> FromV8<'s> for BodyArgument {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_null_or_undefined() {
            Ok(Self::None)
        } else if value.is_string() {
            String::from_v8(scope, value).map(|text| Self::Bytes(text.into()))
        } else if value.is_number() {
            u32::from_v8(scope, value).map(Self::Resource)
        } else {
            Bytes::from_v8(scope, value).map(Self::Bytes)
        }
    }

    fn heap_size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::None | Self::Resource(_) => 0,
        }
    }
}

/// The same of a body that was taken from a Request or a Response: bytes of those are nobody's to write to, and so they need
/// not be copied.
#[derive(Clone, Debug)]
pub struct TakenBody(pub BodyArgument);

impl<'s> FromV8<'s> for TakenBody {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_array_buffer_view() {
            let FrozenBytes(bytes) = FrozenBytes::from_v8(scope, value)?;
            return Ok(Self(BodyArgument::Bytes(bytes)));
        }
        BodyArgument::from_v8(scope, value).map(Self)
    }

    fn heap_size(&self) -> usize {
        self.0.heap_size()
    }
}
