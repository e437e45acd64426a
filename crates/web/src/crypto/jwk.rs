//! The key members of a JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037).
//!
//! What says how a key may be used (`use`, `key_ops`, `ext`, `alg`) is checked and written by our JavaScript;
//! only the numbers cross to Rust.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::error::{CryptoError, Result};

/// The key members, each in base64url.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Jwk {
    /// A point's x coordinate, or the public key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// A point's y coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The modulus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The public exponent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// The private exponent, scalar or seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub d: Option<String>,
    /// The first prime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<String>,
    /// The second prime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The first prime's exponent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dp: Option<String>,
    /// The second prime's exponent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dq: Option<String>,
    /// The first coefficient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qi: Option<String>,
    /// A symmetric key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<String>,
}

/// The bytes of the member `name`, which must be there.
pub(crate) fn decode(member: Option<&String>, name: &str) -> Result<Vec<u8>> {
    let text = member.ok_or_else(|| CryptoError::data(format!("Missing \"{name}\" member in JSON Web Key.")))?;
    Base64UrlUnpadded::decode_vec(text).map_err(|_| {
        CryptoError::data(format!("Invalid \"{name}\" member in JSON Web Key: it is not base64url without padding."))
    })
}

/// The bytes of the member `name`, of exactly `length` bytes.
pub(crate) fn decode_exactly(member: Option<&String>, name: &str, length: usize) -> Result<Vec<u8>> {
    let bytes = decode(member, name)?;
    if bytes.len() == length {
        return Ok(bytes);
    }
    Err(CryptoError::data(format!(
        "Invalid \"{name}\" member in JSON Web Key: it holds {} bytes instead of {length}.",
        bytes.len()
    )))
}

/// Bytes as a member.
#[allow(clippy::unnecessary_wraps, reason = "it makes a member, and members are optional")]
pub(crate) fn encode(bytes: &[u8]) -> Option<String> {
    Some(Base64UrlUnpadded::encode_string(bytes))
}
