//! The members of JSON Web Keys, which are base64url.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::coded::{Coded, Result};

/// The bytes of the member `name`, which must be there.
pub(super) fn decode(member: Option<&String>, name: &str) -> Result<Vec<u8>> {
    let invalid = || {
        Coded::error("ERR_CRYPTO_INVALID_JWK", format!("Invalid JWK: its member \"{name}\" is missing or no base64url"))
    };
    Base64UrlUnpadded::decode_vec(member.ok_or_else(invalid)?.trim_end_matches('=')).map_err(|_| invalid())
}

/// Bytes as a member.
pub(super) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
