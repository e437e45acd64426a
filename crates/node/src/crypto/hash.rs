//! Digests by the names that OpenSSL gives them, and HMAC over any of them.
//!
//! SHA-1, SHA-2 and most of SHA-3 are AWS-LC's; the others are RustCrypto's. HMAC (RFC 2104) is ten lines over
//! a digest chosen at run time, which neither library has.

use aws_lc_rs::digest;
use md5::digest::{Digest as _, ExtendableOutput as _, Update as _};
use zeroize::Zeroizing;

use crate::coded::{Coded, Result};

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Ripemd160,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512_224,
    Sha512_256,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Shake128,
    Shake256,
    Blake2b512,
    Blake2s256,
}

/// No output of an extendable digest is longer, in bytes: it is made in one piece.
const MOST_OUTPUT: usize = 16 << 20;

impl Algorithm {
    /// The algorithm of this name, however it is written.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        Some(match lower.strip_prefix("rsa-").unwrap_or(&lower) {
            "md5" | "ssl3-md5" | "md5withrsaencryption" => Self::Md5,
            "ripemd160" | "ripemd" | "rmd160" | "ripemd-160" | "ripemd160withrsa" => Self::Ripemd160,
            "sha1" | "sha-1" | "sha1-2" | "ssl3-sha1" | "sha1withrsaencryption" => Self::Sha1,
            "sha224" | "sha-224" | "sha2-224" | "sha224withrsaencryption" => Self::Sha224,
            "sha256" | "sha-256" | "sha2-256" | "sha256withrsaencryption" => Self::Sha256,
            "sha384" | "sha-384" | "sha2-384" | "sha384withrsaencryption" => Self::Sha384,
            "sha512" | "sha-512" | "sha2-512" | "sha512withrsaencryption" => Self::Sha512,
            "sha512-224" | "sha512/224" | "sha-512/224" | "sha2-512/224" | "sha512-224withrsaencryption" => {
                Self::Sha512_224
            }
            "sha512-256" | "sha512/256" | "sha-512/256" | "sha2-512/256" | "sha512-256withrsaencryption" => {
                Self::Sha512_256
            }
            "sha3-224" | "id-rsassa-pkcs1-v1_5-with-sha3-224" => Self::Sha3_224,
            "sha3-256" | "id-rsassa-pkcs1-v1_5-with-sha3-256" => Self::Sha3_256,
            "sha3-384" | "id-rsassa-pkcs1-v1_5-with-sha3-384" => Self::Sha3_384,
            "sha3-512" | "id-rsassa-pkcs1-v1_5-with-sha3-512" => Self::Sha3_512,
            "shake128" | "shake-128" => Self::Shake128,
            "shake256" | "shake-256" => Self::Shake256,
            "blake2b512" | "blake2b-512" => Self::Blake2b512,
            "blake2s256" | "blake2s-256" => Self::Blake2s256,
            _ => return None,
        })
    }

    /// As [`Self::from_name`], for functions whose errors name the digest.
    pub(crate) fn required(name: &str) -> Result<Self> {
        Self::from_name(name)
            .ok_or_else(|| Coded::type_error("ERR_CRYPTO_INVALID_DIGEST", format!("Invalid digest: {name}")))
    }

    fn aws(self) -> Option<&'static digest::Algorithm> {
        Some(match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &digest::SHA224,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
            Self::Sha512_256 => &digest::SHA512_256,
            Self::Sha3_256 => &digest::SHA3_256,
            Self::Sha3_384 => &digest::SHA3_384,
            Self::Sha3_512 => &digest::SHA3_512,
            _ => return None,
        })
    }

    /// The length of a digest, in bytes; of an extendable one, OpenSSL's customary length.
    pub(crate) const fn output_length(self) -> usize {
        match self {
            Self::Md5 | Self::Shake128 => 16,
            Self::Ripemd160 | Self::Sha1 => 20,
            Self::Sha224 | Self::Sha512_224 | Self::Sha3_224 => 28,
            Self::Sha256 | Self::Sha512_256 | Self::Sha3_256 | Self::Shake256 | Self::Blake2s256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 | Self::Blake2b512 => 64,
        }
    }

    /// The length of a block, in bytes.
    const fn block_length(self) -> usize {
        match self {
            Self::Md5 | Self::Ripemd160 | Self::Sha1 | Self::Sha224 | Self::Sha256 | Self::Blake2s256 => 64,
            Self::Sha384 | Self::Sha512 | Self::Sha512_224 | Self::Sha512_256 | Self::Blake2b512 => 128,
            Self::Sha3_224 => 144,
            Self::Sha3_256 | Self::Shake256 => 136,
            Self::Sha3_384 => 104,
            Self::Sha3_512 => 72,
            Self::Shake128 => 168,
        }
    }

    pub(crate) const fn is_extendable(self) -> bool {
        matches!(self, Self::Shake128 | Self::Shake256)
    }

    /// The output's length for one that was asked for; `None` is the customary one.
    pub(crate) fn checked_length(self, asked: Option<usize>) -> Result<usize> {
        match asked {
            None => Ok(self.output_length()),
            Some(length) if self.is_extendable() && length <= MOST_OUTPUT => Ok(length),
            Some(length) if length == self.output_length() => Ok(length),
            Some(_) => {
                Err(Coded::error("ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH", "Unsupported state or invalid length"))
            }
        }
    }

    /// The digest of `data`.
    pub(crate) fn digest(self, data: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(data);
        hasher.finish(self.output_length())
    }
}

/// A digest of data that comes in pieces.
#[derive(Clone)]
pub(crate) enum Hasher {
    Aws(digest::Context),
    Md5(md5::Md5),
    Ripemd160(ripemd::Ripemd160),
    Sha512_224(sha2::Sha512_224),
    Sha3_224(sha3::Sha3_224),
    Shake128(shake::Shake128),
    Shake256(shake::Shake256),
    Blake2b512(Box<blake2::Blake2b512>),
    Blake2s256(blake2::Blake2s256),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        if let Some(algorithm) = algorithm.aws() {
            return Self::Aws(digest::Context::new(algorithm));
        }
        match algorithm {
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
            Algorithm::Ripemd160 => Self::Ripemd160(ripemd::Ripemd160::new()),
            Algorithm::Sha512_224 => Self::Sha512_224(sha2::Sha512_224::new()),
            Algorithm::Sha3_224 => Self::Sha3_224(sha3::Sha3_224::new()),
            Algorithm::Shake128 => Self::Shake128(shake::Shake128::default()),
            Algorithm::Shake256 => Self::Shake256(shake::Shake256::default()),
            Algorithm::Blake2s256 => Self::Blake2s256(blake2::Blake2s256::new()),
            // The others are AWS-LC's.
            _ => Self::Blake2b512(Box::default()),
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Aws(context) => context.update(data),
            Self::Md5(context) => md5::digest::Update::update(context, data),
            Self::Ripemd160(context) => md5::digest::Update::update(context, data),
            Self::Sha512_224(context) => md5::digest::Update::update(context, data),
            Self::Sha3_224(context) => md5::digest::Update::update(context, data),
            Self::Shake128(context) => context.update(data),
            Self::Shake256(context) => context.update(data),
            Self::Blake2b512(context) => md5::digest::Update::update(context.as_mut(), data),
            Self::Blake2s256(context) => md5::digest::Update::update(context, data),
        }
    }

    /// The digest; `length` matters to extendable ones.
    pub(crate) fn finish(self, length: usize) -> Vec<u8> {
        match self {
            Self::Aws(context) => context.finish().as_ref().to_vec(),
            Self::Md5(context) => context.finalize().to_vec(),
            Self::Ripemd160(context) => context.finalize().to_vec(),
            Self::Sha512_224(context) => context.finalize().to_vec(),
            Self::Sha3_224(context) => context.finalize().to_vec(),
            Self::Shake128(context) => extended(context.finalize_xof(), length),
            Self::Shake256(context) => extended(context.finalize_xof(), length),
            Self::Blake2b512(context) => context.finalize().to_vec(),
            Self::Blake2s256(context) => context.finalize().to_vec(),
        }
    }
}

fn extended(mut reader: impl md5::digest::XofReader, length: usize) -> Vec<u8> {
    let mut output = vec![0; length];
    reader.read(&mut output);
    output
}

/// HMAC (RFC 2104).
#[derive(Clone)]
pub(crate) struct Hmac {
    algorithm: Algorithm,
    inner: Hasher,
    outer: Hasher,
}

impl Hmac {
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        let block = algorithm.block_length();
        let mut padded = Zeroizing::new(if key.len() > block { algorithm.digest(key) } else { key.to_vec() });
        padded.resize(block, 0);
        let keyed = |pad: u8| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(&Zeroizing::new(padded.iter().map(|byte| byte ^ pad).collect::<Vec<_>>()));
            hasher
        };
        Self { algorithm, inner: keyed(0x36), outer: keyed(0x5c) }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let length = self.algorithm.output_length();
        let mut outer = self.outer;
        outer.update(&self.inner.finish(length));
        outer.finish(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        for (name, digest) in [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("RSA-SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("ripemd160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            ("sha512-224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
            ("sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
            ("shake128", "5881092dd818bf5cf8a3ddb793fbcba7"),
            ("blake2s256", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
        ] {
            assert_eq!(hex(&Algorithm::from_name(name).unwrap().digest(b"abc")), digest, "{name}");
        }
        assert_eq!(Algorithm::from_name("sha257"), None);
    }

    #[test]
    fn only_extendable_digests_have_a_length() {
        assert!(Algorithm::Sha256.checked_length(Some(16)).is_err());
        assert_eq!(Algorithm::Shake256.checked_length(Some(99)).unwrap(), 99);
        assert!(Algorithm::Shake256.checked_length(Some(usize::MAX)).is_err());
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        // Test case 2, and case 6 with a key longer than a block.
        let mut hmac = Hmac::new(Algorithm::Sha256, b"Jefe");
        hmac.update(b"what do ya want ");
        hmac.update(b"for nothing?");
        assert_eq!(hex(&hmac.finish()), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let mut hmac = Hmac::new(Algorithm::Sha256, &[0xaa; 131]);
        hmac.update(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(&hmac.finish()), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
