//! The Content-Type of a body, as our JavaScript passes it to an op.

use http::HeaderValue;
use selvedge_ops::{FromV8, OpError, v8};

/// The types that have a number, which is their place here: those that bodies of text and `Response.json` bring along.
/// In JavaScript: `contentTypeArgument` of `js/fetch/content-type.js`.
static COMMON: [HeaderValue; 2] =
    [HeaderValue::from_static("text/plain;charset=UTF-8"), HeaderValue::from_static("application/json")];

/// A Content-Type: its text, or the number of a common one, for which no text crosses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType(pub HeaderValue);

impl<'s> FromV8<'s> for ContentType {
    fn from_v8(scope: &mut v8::PinScope<'s, '_>, value: v8::Local<'s, v8::Value>) -> Result<Self, OpError> {
        if value.is_number() {
            let common = COMMON.get(usize::from_v8(scope, value)?);
            return common.cloned().map(Self).ok_or_else(|| OpError::type_error("no such Content-Type"));
        }
        let text = String::from_v8(scope, value)?;
        let value = HeaderValue::try_from(text).map_err(|_| OpError::type_error("Invalid Content-Type"))?;
        Ok(Self(value))
    }
}
