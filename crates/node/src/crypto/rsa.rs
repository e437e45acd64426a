//! RSA as Node has it: any digest and padding at each use, where a `CryptoKey` is made for one.
//!
//! As in Web Crypto (`selvedge-web`, `crypto/rsa.rs`) the `rsa` crate does everything, and AWS-LC what is common
//! and hot: RSASSA-PKCS1-v1_5 with SHA-2, the `RS256` of JSON Web Tokens, and making keys of 2048 to 4096 bits.

use std::sync::OnceLock;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair as AwsPair, KeySize};
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaEncoding, RsaParameters};
use rsa::pkcs1::{EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _, RsaPrivateKeyRef, RsaPublicKeyRef, UintRef};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::pkcs8::der::Decode as _;
use rsa::sha2::{Sha224, Sha256, Sha384, Sha512};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts};
use rsa::{BoxedUint, Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use selvedge_web::crypto::{Jwk, Random};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::hash::Algorithm;
use super::jwk;
use super::pss::PssLimits;
use crate::coded::{Coded, Result};

/// The sizes of modulus that keys may have, in bits. Work grows with the cube of it.
const SIZES: std::ops::RangeInclusive<usize> = 512..=8192;

/// The largest key that is made while the turn waits, in bits.
pub(crate) const LARGEST_SYNC: u32 = 4096;

/// `RSA_PSS_SALTLEN_DIGEST`: as long as the digest.
const SALT_DIGEST: i32 = -1;
/// `RSA_PSS_SALTLEN_AUTO`: found out when verifying; the longest when signing. Longest as well: -3.
const SALT_AUTO: i32 = -2;

/// The padding of a signature or a ciphertext, by OpenSSL's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Padding {
    Pkcs1,
    Oaep,
    Pss,
}

impl Padding {
    pub(crate) fn from_number(number: u32) -> Result<Self> {
        match number {
            1 => Ok(Self::Pkcs1),
            4 => Ok(Self::Oaep),
            6 => Ok(Self::Pss),
            _ => Err(Coded::error(
                "ERR_OSSL_RSA_UNKNOWN_PADDING_TYPE",
                "error:02000076:rsa routines::unknown padding type",
            )),
        }
    }
}

macro_rules! with_digest {
    ($hash:expr, $digest:ident => $body:expr) => {
        match $hash {
            Algorithm::Md5 => Ok(with_digest!(@ $digest, md5::Md5, $body)),
            Algorithm::Ripemd160 => Ok(with_digest!(@ $digest, ripemd::Ripemd160, $body)),
            Algorithm::Sha1 => Ok(with_digest!(@ $digest, Sha1, $body)),
            Algorithm::Sha224 => Ok(with_digest!(@ $digest, Sha224, $body)),
            Algorithm::Sha256 => Ok(with_digest!(@ $digest, Sha256, $body)),
            Algorithm::Sha384 => Ok(with_digest!(@ $digest, Sha384, $body)),
            Algorithm::Sha512 => Ok(with_digest!(@ $digest, Sha512, $body)),
            Algorithm::Sha512_224 => Ok(with_digest!(@ $digest, sha2::Sha512_224, $body)),
            Algorithm::Sha512_256 => Ok(with_digest!(@ $digest, sha2::Sha512_256, $body)),
            Algorithm::Sha3_224 => Ok(with_digest!(@ $digest, sha3::Sha3_224, $body)),
            Algorithm::Sha3_256 => Ok(with_digest!(@ $digest, sha3::Sha3_256, $body)),
            Algorithm::Sha3_384 => Ok(with_digest!(@ $digest, sha3::Sha3_384, $body)),
            Algorithm::Sha3_512 => Ok(with_digest!(@ $digest, sha3::Sha3_512, $body)),
            _ => Err(unfit_digest()),
        }
    };
    (@ $digest:ident, $type:ty, $body:expr) => {{
        type $digest = $type;
        $body
    }};
}

pub(super) fn unfit_digest() -> Coded {
    Coded::error("ERR_OSSL_EVP_INVALID_DIGEST", "error:03000098:digital envelope routines::invalid digest")
}

pub(super) fn bad_key(error: impl std::fmt::Display) -> Coded {
    Coded::error("ERR_CRYPTO_INVALID_KEYTYPE", format!("Invalid RSA key: {error}."))
}

fn failed(error: impl std::fmt::Display) -> Coded {
    Coded::error("ERR_CRYPTO_OPERATION_FAILED", format!("RSA failed: {error}."))
}

/// A number of a key. Its size is bounded before any arithmetic is done with it.
fn uint(bytes: &[u8]) -> Result<BoxedUint> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[first..];
    if bytes.len() * 8 > *SIZES.end() {
        return Err(bad_key("a number of it has more than 8192 bits"));
    }
    let bits = u32::try_from(bytes.len().max(1) * 8).map_err(bad_key)?;
    BoxedUint::from_be_slice(bytes, bits).map_err(bad_key)
}

/// The DER of a `DigestInfo` up to the digest (RFC 8017, section 9.2).
fn pkcs1_scheme(hash: Algorithm) -> Result<Pkcs1v15Sign> {
    let nist = |last: u8| vec![0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last];
    let oid = match hash {
        Algorithm::Md5 => vec![0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05],
        Algorithm::Ripemd160 => vec![0x2b, 0x24, 0x03, 0x02, 0x01],
        Algorithm::Sha1 => vec![0x2b, 0x0e, 0x03, 0x02, 0x1a],
        Algorithm::Sha256 => nist(1),
        Algorithm::Sha384 => nist(2),
        Algorithm::Sha512 => nist(3),
        Algorithm::Sha224 => nist(4),
        Algorithm::Sha512_224 => nist(5),
        Algorithm::Sha512_256 => nist(6),
        Algorithm::Sha3_224 => nist(7),
        Algorithm::Sha3_256 => nist(8),
        Algorithm::Sha3_384 => nist(9),
        Algorithm::Sha3_512 => nist(10),
        Algorithm::Shake128 | Algorithm::Shake256 | Algorithm::Blake2b512 | Algorithm::Blake2s256 => {
            return Err(unfit_digest());
        }
    };
    let length = hash.output_length();
    // All lengths are below 128: one byte each.
    let identifier = oid.len() + 4;
    let mut prefix = vec![0x30, (identifier + length + 4) as u8, 0x30, identifier as u8, 6, oid.len() as u8];
    prefix.extend(oid);
    prefix.extend([5, 0, 4, length as u8]);
    Ok(Pkcs1v15Sign { hash_len: Some(length), prefix: prefix.into() })
}

/// What AWS-LC takes for a digest, if it does.
fn fast(hash: Algorithm) -> Option<(&'static digest::Algorithm, &'static dyn RsaEncoding, &'static RsaParameters)> {
    Some(match hash {
        Algorithm::Sha256 => (&digest::SHA256, &signature::RSA_PKCS1_SHA256, &signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Sha384 => (&digest::SHA384, &signature::RSA_PKCS1_SHA384, &signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Sha512 => (&digest::SHA512, &signature::RSA_PKCS1_SHA512, &signature::RSA_PKCS1_2048_8192_SHA512),
        _ => return None,
    })
}

/// A key as the fast verifier has it, for each digest that it knows.
type Parsed = Box<[(Algorithm, ParsedPublicKey)]>;

/// A public key.
pub(crate) struct RsaPublic {
    key: PublicKey,
    /// There for keys of the kind `rsa-pss`; within, their limits.
    pub(crate) pss: Option<Option<PssLimits>>,
    fast: OnceLock<Option<Parsed>>,
}

impl RsaPublic {
    fn new(key: PublicKey, pss: Option<Option<PssLimits>>) -> Self {
        Self { key, pss, fast: OnceLock::new() }
    }

    pub(crate) fn from_numbers(n: &[u8], e: &[u8], pss: Option<Option<PssLimits>>) -> Result<Self> {
        let key = PublicKey::new_with_size_limits(uint(n)?, uint(e)?, SIZES).map_err(bad_key)?;
        Ok(Self::new(key, pss))
    }

    pub(crate) fn from_pkcs1(bytes: &[u8], pss: Option<Option<PssLimits>>) -> Result<Self> {
        let key = RsaPublicKeyRef::from_der(bytes).map_err(bad_key)?;
        Self::from_numbers(key.modulus.as_bytes(), key.public_exponent.as_bytes(), pss)
    }

    pub(crate) fn from_jwk(jwk: &Jwk) -> Result<Self> {
        Self::from_numbers(&jwk::decode(jwk.n.as_ref(), "n")?, &jwk::decode(jwk.e.as_ref(), "e")?, None)
    }

    pub(crate) fn to_pkcs1(&self) -> Result<Vec<u8>> {
        Ok(self.key.to_pkcs1_der().map_err(bad_key)?.into_vec())
    }

    pub(crate) fn to_jwk(&self) -> Jwk {
        public_jwk(&self.key)
    }

    /// The modulus' length in bits and the public exponent, big-endian.
    pub(crate) fn details(&self) -> (u32, Vec<u8>) {
        details(&self.key)
    }

    /// The verifiers of AWS-LC, made when first asked for.
    fn fast(&self, hash: Algorithm) -> Option<&ParsedPublicKey> {
        let made = self.fast.get_or_init(|| {
            if self.key.n().bit_width_vartime() < 2048 {
                return None;
            }
            let der = self.key.to_pkcs1_der().ok()?;
            let keys = [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512].into_iter().filter_map(|hash| {
                let (_, _, parameters) = fast(hash)?;
                Some((hash, ParsedPublicKey::new(parameters, der.as_bytes()).ok()?))
            });
            Some(keys.collect())
        });
        made.as_ref()?.iter().find(|(of, _)| *of == hash).map(|(_, key)| key)
    }

    /// Whether `signature` is one of what has this digest.
    pub(crate) fn verify(
        &self,
        padding: Padding,
        salt_length: i32,
        hash: Algorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        match padding {
            Padding::Pkcs1 => {
                if let (Some(key), Some((algorithm, ..))) = (self.fast(hash), fast(hash)) {
                    let digest = Digest::import_less_safe(digest, algorithm).map_err(|_| unfit_digest())?;
                    return Ok(key.verify_digest_sig(&digest, signature).is_ok());
                }
                Ok(self.key.verify(pkcs1_scheme(hash)?, digest, signature).is_ok())
            }
            Padding::Pss => {
                let salt = match salt_length {
                    SALT_DIGEST => Some(hash.output_length()),
                    0.. => usize::try_from(salt_length).ok(),
                    _ => None,
                };
                with_digest!(hash, D => {
                    let scheme = Pss::<D> { blinded: false, digest: D::default(), salt_len: salt };
                    self.key.verify(scheme, digest, signature).is_ok()
                })
            }
            Padding::Oaep => Err(illegal_padding()),
        }
    }

    pub(crate) fn encrypt(&self, padding: Padding, hash: Algorithm, label: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        match padding {
            Padding::Pkcs1 => self.key.encrypt(&mut Random, Pkcs1v15Encrypt, data),
            Padding::Oaep => {
                with_digest!(hash, D => self.key.encrypt(&mut Random, Oaep::<D>::new_with_label(label), data))?
            }
            Padding::Pss => return Err(illegal_padding()),
        }
        .map_err(|error| match error {
            rsa::Error::MessageTooLong => Coded::error(
                "ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE",
                "error:0200006E:rsa routines::data too large for key size",
            ),
            error => failed(error),
        })
    }

    /// Undoes [`RsaPrivate::encrypt`]: the data beneath the padding of a signature.
    pub(crate) fn decrypt(&self, data: &[u8]) -> Result<Vec<u8>> {
        let bad = || Coded::error("ERR_OSSL_RSA_INVALID_PADDING", "error:0200008A:rsa routines::invalid padding");
        if data.len() != self.key.size() {
            return Err(bad());
        }
        let number = super::modular::power(data, &self.key.e_bytes(), &self.key.n_bytes())?;
        let rest = number.strip_prefix(&[0, 1]).ok_or_else(bad)?;
        let end = rest.iter().position(|byte| *byte != 0xff).ok_or_else(bad)?;
        if end < 8 || rest[end] != 0 {
            return Err(bad());
        }
        Ok(rest[end + 1..].to_vec())
    }
}

fn illegal_padding() -> Coded {
    Coded::error(
        "ERR_OSSL_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE",
        "error:1C8000A5:Provider routines::illegal or unsupported padding mode",
    )
}

/// A private key.
pub(crate) struct RsaPrivate {
    key: PrivateKey,
    pub(crate) pss: Option<Option<PssLimits>>,
    fast: OnceLock<Option<signature::RsaKeyPair>>,
}

impl RsaPrivate {
    fn new(key: PrivateKey, pss: Option<Option<PssLimits>>) -> Result<Self> {
        if !SIZES.contains(&(key.n().bit_width_vartime() as usize)) {
            return Err(bad_key("the modulus must have from 512 to 8192 bits"));
        }
        Ok(Self { key, pss, fast: OnceLock::new() })
    }

    /// A new key: slow, from milliseconds to seconds.
    pub(crate) fn generate(bits: u32, exponent: u32, pss: Option<Option<PssLimits>>) -> Result<Self> {
        if !SIZES.contains(&(bits as usize)) {
            return Err(Coded::range_error(
                "ERR_OUT_OF_RANGE",
                format!(
                    "The value of \"options.modulusLength\" is out of range. It must be >= 512 && <= 8192. Received {bits}"
                ),
            ));
        }
        if exponent < 3 || exponent.is_multiple_of(2) {
            return Err(Coded::error(
                "ERR_OSSL_RSA_PUB_EXPONENT_OUT_OF_RANGE",
                "error:020000B2:rsa routines::pub exponent out of range",
            ));
        }
        let size = match (bits, exponent) {
            (2048, 65537) => Some(KeySize::Rsa2048),
            (3072, 65537) => Some(KeySize::Rsa3072),
            (4096, 65537) => Some(KeySize::Rsa4096),
            (8192, 65537) => Some(KeySize::Rsa8192),
            _ => None,
        };
        if let Some(size) = size {
            let pair = AwsPair::generate(size).map_err(failed)?;
            let der = pair.as_der().map_err(failed)?;
            let info = rsa::pkcs8::PrivateKeyInfoRef::from_der(der.as_ref()).map_err(bad_key)?;
            return Self::from_pkcs1(info.private_key.as_bytes(), pss);
        }
        let key = PrivateKey::new_with_exp(&mut Random, bits as usize, BoxedUint::from(exponent)).map_err(failed)?;
        Self::new(key, pss)
    }

    pub(crate) fn from_pkcs1(bytes: &[u8], pss: Option<Option<PssLimits>>) -> Result<Self> {
        let key = RsaPrivateKeyRef::from_der(bytes).map_err(bad_key)?;
        if key.other_prime_infos.is_some() {
            return Err(bad_key("it has more than two primes"));
        }
        let number = |number: UintRef<'_>| uint(number.as_bytes());
        let primes = vec![number(key.prime1)?, number(key.prime2)?];
        let key = PrivateKey::from_components(
            number(key.modulus)?,
            number(key.public_exponent)?,
            number(key.private_exponent)?,
            primes,
        );
        Self::new(key.map_err(bad_key)?, pss)
    }

    pub(crate) fn from_jwk(jwk: &Jwk) -> Result<Self> {
        let number = |member: &Option<String>, name| uint(&Zeroizing::new(jwk::decode(member.as_ref(), name)?));
        let primes = if jwk.p.is_none() && jwk.q.is_none() {
            Vec::new()
        } else {
            vec![number(&jwk.p, "p")?, number(&jwk.q, "q")?]
        };
        let key = PrivateKey::from_components(number(&jwk.n, "n")?, number(&jwk.e, "e")?, number(&jwk.d, "d")?, primes);
        Self::new(key.map_err(bad_key)?, None)
    }

    pub(crate) fn public(&self) -> RsaPublic {
        RsaPublic::new(self.key.to_public_key(), self.pss.clone())
    }

    pub(crate) fn to_pkcs1(&self) -> Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(self.key.to_pkcs1_der().map_err(bad_key)?.as_bytes().to_vec()))
    }

    pub(crate) fn to_jwk(&self) -> Jwk {
        let encode = |number: &BoxedUint| Some(jwk::encode(&Zeroizing::new(number.to_be_bytes_trimmed_vartime())));
        let prime = |index: usize| self.key.primes().get(index).and_then(|prime| encode(prime.as_ref()));
        Jwk {
            d: encode(self.key.d()),
            p: prime(0),
            q: prime(1),
            dp: self.key.dp().and_then(encode),
            dq: self.key.dq().and_then(encode),
            qi: self.key.crt_coefficient().as_ref().and_then(encode),
            ..public_jwk(self.key.as_public_key())
        }
    }

    /// As [`RsaPublic::details`].
    pub(crate) fn details(&self) -> (u32, Vec<u8>) {
        details(&self.key)
    }

    /// A signature of what has this digest.
    pub(crate) fn sign(&self, padding: Padding, salt_length: i32, hash: Algorithm, digest: &[u8]) -> Result<Vec<u8>> {
        match padding {
            Padding::Pkcs1 => {
                let pair = self.fast.get_or_init(|| {
                    let der = self.key.to_pkcs8_der().ok()?;
                    signature::RsaKeyPair::from_pkcs8(der.as_bytes()).ok()
                });
                if let (Some(pair), Some((algorithm, encoding, _))) = (pair, fast(hash)) {
                    let digest = Digest::import_less_safe(digest, algorithm).map_err(|_| unfit_digest())?;
                    let mut signature = vec![0; pair.public_modulus_len()];
                    pair.sign_digest(encoding, &digest, &mut signature).map_err(failed)?;
                    return Ok(signature);
                }
                self.key.sign_with_rng(&mut Random, pkcs1_scheme(hash)?, digest).map_err(too_small)
            }
            Padding::Pss => {
                let too_long = || {
                    Coded::error(
                        "ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE",
                        "error:0200006E:rsa routines::data too large for key size",
                    )
                };
                let room = (self.key.n().bit_width_vartime() as usize - 1)
                    .div_ceil(8)
                    .checked_sub(hash.output_length() + 2)
                    .ok_or_else(too_long)?;
                let salt = match salt_length {
                    SALT_DIGEST => hash.output_length(),
                    0.. => salt_length as usize,
                    SALT_AUTO | -3 => room,
                    _ => return Err(too_small("the salt's length is invalid")),
                };
                if salt > room {
                    return Err(too_long());
                }
                with_digest!(hash, D => self.key.sign_with_rng(&mut Random, Pss::<D>::new_blinded_with_salt(salt), digest))?
                    .map_err(too_small)
            }
            Padding::Oaep => Err(illegal_padding()),
        }
    }

    /// Pads as a signature and signs, without a digest (`crypto.privateEncrypt`).
    pub(crate) fn encrypt(&self, data: &[u8]) -> Result<Vec<u8>> {
        self.key.sign_with_rng(&mut Random, Pkcs1v15Sign::new_unprefixed(), data).map_err(too_small)
    }

    pub(crate) fn decrypt(&self, padding: Padding, hash: Algorithm, label: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        match padding {
            Padding::Pkcs1 => self.key.decrypt_blinded(&mut Random, Pkcs1v15Encrypt, data).map_err(|_| {
                Coded::error("ERR_OSSL_RSA_PKCS_DECODING_ERROR", "error:02000079:rsa routines::pkcs decoding error")
            }),
            Padding::Oaep => {
                with_digest!(hash, D => self.key.decrypt_blinded(&mut Random, Oaep::<D>::new_with_label(label), data))?
                    .map_err(|_| {
                        Coded::error(
                            "ERR_OSSL_RSA_OAEP_DECODING_ERROR",
                            "error:02000079:rsa routines::oaep decoding error",
                        )
                    })
            }
            Padding::Pss => Err(illegal_padding()),
        }
    }
}

fn too_small(error: impl std::fmt::Display) -> Coded {
    Coded::error("ERR_OSSL_RSA_DIGEST_TOO_BIG_FOR_RSA_KEY", format!("RSA signing failed: {error}."))
}

fn details(key: &impl PublicKeyParts) -> (u32, Vec<u8>) {
    (key.n().bit_width_vartime(), key.e_bytes().into_vec())
}

fn public_jwk(key: &PublicKey) -> Jwk {
    Jwk { n: Some(jwk::encode(&key.n_bytes())), e: Some(jwk::encode(&key.e_bytes())), ..Jwk::default() }
}
