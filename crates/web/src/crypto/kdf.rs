//! Key derivation: HKDF (RFC 5869) and PBKDF2 (RFC 8018).

use std::num::NonZeroU32;

use aws_lc_rs::{hkdf, pbkdf2};

use super::error::{CryptoError, Result};
use super::hash::Hash;

/// How many bytes to expand to, as `hkdf` asks for it.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF: extract, then expand to `length` bytes.
pub(crate) fn hkdf(hash: Hash, secret: &[u8], salt: &[u8], info: &[u8], length: usize) -> Result<Vec<u8>> {
    let algorithm = match hash {
        Hash::Md5 => return Err(Hash::unknown()),
        Hash::Sha1 => hkdf::HKDF_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => hkdf::HKDF_SHA256,
        Hash::Sha384 => hkdf::HKDF_SHA384,
        Hash::Sha512 => hkdf::HKDF_SHA512,
    };
    let mut output = vec![0; length];
    if length == 0 {
        return Ok(output);
    }
    hkdf::Salt::new(algorithm, salt)
        .extract(secret)
        .expand(&[info], Length(length))
        .and_then(|okm| okm.fill(&mut output))
        .map_err(|_| CryptoError::operation("HKDF cannot derive more than 255 times the digest's length."))?;
    Ok(output)
}

/// PBKDF2 with HMAC.
pub(crate) fn pbkdf2(hash: Hash, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Result<Vec<u8>> {
    let algorithm = match hash {
        Hash::Md5 => return Err(Hash::unknown()),
        Hash::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Hash::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    let iterations = NonZeroU32::new(iterations)
        .ok_or_else(|| CryptoError::operation("PBKDF2 requires a positive iteration count (requested 0)."))?;
    let mut output = vec![0; length];
    if length != 0 {
        pbkdf2::derive(algorithm, iterations, salt, password, &mut output);
    }
    Ok(output)
}
