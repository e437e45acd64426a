//! The digests (FIPS 180-4, and MD5 of RFC 1321, which the hosted platform offers for `digest` only).

use aws_lc_rs::{digest, hmac};
use md5::Digest as _;

use super::error::{CryptoError, Result};

/// A digest algorithm, by the name that Web Crypto gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The algorithm of this (canonical) name.
    pub(crate) fn from_name(name: &str) -> Result<Self> {
        Ok(match name {
            "MD5" => Self::Md5,
            "SHA-1" => Self::Sha1,
            "SHA-256" => Self::Sha256,
            "SHA-384" => Self::Sha384,
            "SHA-512" => Self::Sha512,
            _ => return Err(Self::unknown()),
        })
    }

    /// Hosted's error for a digest that it does not know.
    pub(crate) fn unknown() -> CryptoError {
        CryptoError::not_supported("Unrecognized or unimplemented digest algorithm requested.")
    }

    /// The implementation; MD5 has none here.
    pub(crate) fn algorithm(self) -> Result<&'static digest::Algorithm> {
        Ok(match self {
            Self::Md5 => return Err(Self::unknown()),
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        })
    }

    /// HMAC with this digest.
    pub(crate) fn hmac(self) -> Result<hmac::Algorithm> {
        Ok(match self {
            Self::Md5 => return Err(Self::unknown()),
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        })
    }

    /// The digest of `data`.
    pub(crate) fn digest(self, data: &[u8]) -> Vec<u8> {
        match self.algorithm() {
            Ok(algorithm) => digest::digest(algorithm, data).as_ref().to_vec(),
            Err(_) => md5::Md5::digest(data).to_vec(),
        }
    }
}

/// A digest of data that comes in pieces (`crypto.DigestStream`).
pub(crate) enum Hasher {
    Md5(md5::Md5),
    Sha(digest::Context),
}

impl Hasher {
    pub(crate) fn new(hash: Hash) -> Self {
        hash.algorithm()
            .map_or_else(|_| Self::Md5(md5::Md5::new()), |algorithm| Self::Sha(digest::Context::new(algorithm)))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Md5(context) => context.update(data),
            Self::Sha(context) => context.update(data),
        }
    }

    /// The digest of all that was given so far.
    pub(crate) fn finish(&self) -> Vec<u8> {
        match self {
            Self::Md5(context) => context.clone().finalize().to_vec(),
            Self::Sha(context) => context.clone().finish().as_ref().to_vec(),
        }
    }
}
