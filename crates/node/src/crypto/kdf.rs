//! Key derivation: PBKDF2, scrypt, HKDF.
//!
//! The synchronous forms hold the turn, and no watchdog reaches into them, so the work that one call may ask
//! for is bounded here, well above what passwords are hashed with.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

use super::hash::{Algorithm, Hmac};
use crate::coded::{Coded, Result};

/// Hosted's limit of PBKDF2's iterations.
const MOST_ITERATIONS: u32 = 100_000;

/// The most evaluations of HMAC that PBKDF2 may come to: seconds.
const MOST_PBKDF2_WORK: u64 = 4 << 20;

/// The most of N * r * p: seconds.
const MOST_SCRYPT_WORK: u64 = 4 << 20;

/// PBKDF2 (RFC 8018, section 5.2).
pub(crate) fn pbkdf2(hash: Algorithm, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Result<Vec<u8>> {
    let Some(count) = NonZeroU32::new(iterations).filter(|count| count.get() <= MOST_ITERATIONS) else {
        return Err(Coded::range_error(
            "ERR_OUT_OF_RANGE",
            format!(
                "Pbkdf2 failed: iteration counts above {MOST_ITERATIONS} are not supported (requested {iterations})."
            ),
        ));
    };
    let blocks = length.div_ceil(hash.output_length()) as u64;
    if blocks.saturating_mul(u64::from(iterations)) > MOST_PBKDF2_WORK {
        return Err(Coded::range_error("ERR_OUT_OF_RANGE", "Pbkdf2 failed: so long a key takes too many iterations."));
    }
    let mut output = vec![0; length];
    let algorithm = match hash {
        Algorithm::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Algorithm::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Algorithm::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Algorithm::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => {
            for (index, block) in output.chunks_mut(hash.output_length()).enumerate() {
                let mut mac = Hmac::new(hash, password);
                mac.update(salt);
                mac.update(&u32::try_from(index + 1).unwrap_or(u32::MAX).to_be_bytes());
                let mut last = mac.finish();
                let mut sum = last.clone();
                for _ in 1..iterations {
                    let mut mac = Hmac::new(hash, password);
                    mac.update(&last);
                    last = mac.finish();
                    sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
                }
                block.copy_from_slice(&sum[..block.len()]);
            }
            return Ok(output);
        }
    };
    if length != 0 {
        pbkdf2::derive(algorithm, count, salt, password, &mut output);
    }
    Ok(output)
}

/// The costs of scrypt (RFC 7914).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScryptCost {
    pub(crate) n: u64,
    pub(crate) r: u32,
    pub(crate) p: u32,
}

impl ScryptCost {
    /// The memory that it takes, in bytes, as OpenSSL counts it.
    pub(crate) fn memory(self) -> u64 {
        let (r, p) = (u64::from(self.r), u64::from(self.p));
        self.n.saturating_add(2).saturating_mul(128 * r).saturating_add((128 * r).saturating_mul(p))
    }

    /// Refuses what cannot be, what takes more than `most_memory` bytes, and what takes too long.
    pub(crate) fn check(self, most_memory: u64) -> Result<scrypt::Params> {
        let invalid =
            |why: &str| Coded::range_error("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", format!("Invalid scrypt params: {why}"));
        if self.n < 2 || !self.n.is_power_of_two() || self.r == 0 || self.p == 0 {
            return Err(Coded::range_error("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params"));
        }
        if self.memory() > most_memory {
            return Err(invalid("memory limit exceeded"));
        }
        if self.n.saturating_mul(u64::from(self.r)).saturating_mul(u64::from(self.p)) > MOST_SCRYPT_WORK {
            return Err(invalid("N * r * p is too large"));
        }
        scrypt::Params::new(self.n.trailing_zeros() as u8, self.r, self.p)
            .map_err(|_| Coded::range_error("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params"))
    }
}

/// scrypt (RFC 7914).
pub(crate) fn scrypt(password: &[u8], salt: &[u8], params: scrypt::Params, length: usize) -> Result<Vec<u8>> {
    let mut output = vec![0; length];
    if length != 0 {
        scrypt::scrypt(password, salt, &params, &mut output)
            .map_err(|_| Coded::error("ERR_CRYPTO_OPERATION_FAILED", "Scrypt failed"))?;
    }
    Ok(output)
}

/// HKDF (RFC 5869).
pub(crate) fn hkdf(hash: Algorithm, secret: &[u8], salt: &[u8], info: &[u8], length: usize) -> Result<Vec<u8>> {
    let mac = |key: &[u8], parts: &[&[u8]]| {
        let mut mac = Hmac::new(hash, key);
        parts.iter().for_each(|part| mac.update(part));
        mac.finish()
    };
    if length > 255 * hash.output_length() {
        return Err(Coded::range_error("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length"));
    }
    let extracted = mac(salt, &[secret]);
    let mut output = Vec::with_capacity(length + hash.output_length());
    let mut last = Vec::new();
    for counter in 1..=u8::MAX {
        if output.len() >= length {
            break;
        }
        last = mac(&extracted, &[&last, info, &[counter]]);
        output.extend_from_slice(&last);
    }
    output.truncate(length);
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_pbkdf2_agrees_with_the_known() {
        let expected = [
            0x04, 0x24, 0x07, 0xb5, 0x52, 0xbe, 0x34, 0x5a, 0xd6, 0xee, 0xe2, 0xcf, 0x2f, 0x7e, 0xd0, 0x1d, 0xd9, 0x66,
            0x2d, 0x8f,
        ];
        assert_eq!(pbkdf2(Algorithm::Md5, b"password", b"salt", 2, 20).unwrap(), expected);
        assert_eq!(pbkdf2(Algorithm::Sha1, b"password", b"salt", 1, 4).unwrap(), [0x0c, 0x60, 0xc8, 0x0f]);
    }

    #[test]
    fn work_is_bounded() {
        assert!(pbkdf2(Algorithm::Sha1, b"", b"", 100_001, 4).is_err());
        assert!(pbkdf2(Algorithm::Sha1, b"", b"", 100_000, 1 << 20).is_err());
        let cost = |n, r, p| ScryptCost { n, r, p };
        assert!(cost(16384, 8, 1).check(32 << 20).is_ok());
        assert!(cost(16384, 8, 1).check(16 << 20).is_err());
        assert!(cost(131_072, 1, 131_072).check(u64::MAX).is_err());
        assert!(cost(3, 1, 1).check(u64::MAX).is_err());
        assert!(cost(u64::MAX / 2 + 1, u32::MAX, u32::MAX).check(u64::MAX).is_err());
    }

    #[test]
    fn hkdf_is_that_of_rfc_5869() {
        let salt: Vec<u8> = (0..=12).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let key = hkdf(Algorithm::Sha256, &[0x0b; 22], &salt, &info, 42).unwrap();
        assert_eq!(key[..6], [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac]);
        assert_eq!(key.len(), 42);
    }
}
