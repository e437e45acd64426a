//! RSA (RFC 8017): RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP.
//!
//! Two libraries. The `rsa` crate does everything: AWS-LC's Rust interface can neither sign with SHA-1 (which
//! CloudFront's signed URLs still ask for), nor take a PSS salt length at run time, nor a key below 2048 bits.
//! Its 0.10 is constant-time and blinded (RUSTSEC-2023-0071 concerned the releases before). AWS-LC does what
//! is both common and hot, RSASSA-PKCS1-v1_5 with SHA-2 (the `RS256` of JWT), three to five times faster.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaEncoding, RsaKeyPair, RsaParameters};
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey, RsaPrivateKeyRef, RsaPublicKeyRef, UintRef};
use rsa::pkcs8::EncodePrivateKey;
use rsa::pkcs8::der::Decode;
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, Oaep, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::der::{self, Parameters};
use super::error::{CryptoError, Result};
use super::hash::Hash;
use super::jwk::{self, Jwk};
use super::random::Random;

/// The sizes of modulus that keys may have, in bits. Work grows with the cube of it.
const SIZES: std::ops::RangeInclusive<usize> = 1024..=8192;

/// What a key was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaScheme {
    Pkcs1v15,
    Pss,
    Oaep,
}

/// Runs an expression with `$digest` as the digest's type.
macro_rules! with_digest {
    ($hash:expr, $digest:ident => $body:expr) => {
        match $hash {
            Hash::Md5 => Err(Hash::unknown()),
            Hash::Sha1 => {
                type $digest = Sha1;
                Ok($body)
            }
            Hash::Sha256 => {
                type $digest = Sha256;
                Ok($body)
            }
            Hash::Sha384 => {
                type $digest = Sha384;
                Ok($body)
            }
            Hash::Sha512 => {
                type $digest = Sha512;
                Ok($body)
            }
        }
    };
}

fn bad_data(error: impl std::fmt::Display) -> CryptoError {
    CryptoError::data(format!("Invalid RSA key: {error}."))
}

/// A number of a key. Its size is bounded before any arithmetic is done with it.
fn uint(bytes: &[u8]) -> Result<BoxedUint> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[first..];
    if bytes.len() * 8 > *SIZES.end() {
        return Err(bad_data("a number of it has more than 8192 bits"));
    }
    let bits = u32::try_from(bytes.len().max(1) * 8).map_err(bad_data)?;
    BoxedUint::from_be_slice(bytes, bits).map_err(bad_data)
}

/// A public key.
pub(crate) struct RsaPublic {
    scheme: RsaScheme,
    hash: Hash,
    key: PublicKey,
    fast: Option<ParsedPublicKey>,
}

impl RsaPublic {
    fn new(scheme: RsaScheme, hash: Hash, key: PublicKey) -> Result<Self> {
        let parameters: Option<&'static RsaParameters> = match (scheme, hash) {
            (RsaScheme::Pkcs1v15, Hash::Sha256) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            (RsaScheme::Pkcs1v15, Hash::Sha384) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            (RsaScheme::Pkcs1v15, Hash::Sha512) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
        let fast = match parameters {
            // AWS-LC would take a shorter key, and then find every signature wrong.
            Some(parameters) if key.n().bit_width_vartime() >= parameters.min_modulus_len() => {
                let der = key.to_pkcs1_der().map_err(bad_data)?;
                ParsedPublicKey::new(parameters, der.as_bytes()).ok()
            }
            _ => None,
        };
        Ok(Self { scheme, hash, key, fast })
    }

    fn from_numbers(scheme: RsaScheme, hash: Hash, n: &[u8], e: &[u8]) -> Result<Self> {
        Self::new(scheme, hash, PublicKey::new_with_size_limits(uint(n)?, uint(e)?, SIZES).map_err(bad_data)?)
    }

    pub(crate) fn from_spki(scheme: RsaScheme, hash: Hash, bytes: &[u8]) -> Result<Self> {
        let inner = der::read_spki(bytes, der::RSA, Parameters::Null)?;
        let key = RsaPublicKeyRef::from_der(&inner).map_err(bad_data)?;
        Self::from_numbers(scheme, hash, key.modulus.as_bytes(), key.public_exponent.as_bytes())
    }

    pub(crate) fn from_jwk(scheme: RsaScheme, hash: Hash, jwk: &Jwk) -> Result<Self> {
        Self::from_numbers(scheme, hash, &jwk::decode(jwk.n.as_ref(), "n")?, &jwk::decode(jwk.e.as_ref(), "e")?)
    }

    pub(crate) fn to_spki(&self) -> Result<Vec<u8>> {
        let inner = self.key.to_pkcs1_der().map_err(bad_data)?;
        der::write_spki(der::RSA, Parameters::Null, inner.as_bytes())
    }

    pub(crate) fn to_jwk(&self) -> Jwk {
        public_jwk(&self.key)
    }

    /// The modulus' length in bits and the public exponent, big-endian.
    pub(crate) fn details(&self) -> (u32, Vec<u8>) {
        details(&self.key)
    }

    /// Whether `signature` is one of `data`. PSS takes the salt's length in bytes.
    pub(crate) fn verify(&self, salt_length: usize, data: &[u8], signature: &[u8]) -> Result<bool> {
        if let Some(fast) = &self.fast {
            return Ok(fast.verify_sig(data, signature).is_ok());
        }
        let digest = self.hash.digest(data);
        let outcome = match self.scheme {
            RsaScheme::Pkcs1v15 => {
                with_digest!(self.hash, D => self.key.verify(Pkcs1v15Sign::new::<D>(), &digest, signature))
            }
            RsaScheme::Pss => {
                with_digest!(self.hash, D => self.key.verify(Pss::<D>::new_with_salt(salt_length), &digest, signature))
            }
            RsaScheme::Oaep => return Err(CryptoError::wrong_key()),
        };
        Ok(outcome?.is_ok())
    }

    pub(crate) fn encrypt(&self, label: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        if self.scheme != RsaScheme::Oaep {
            return Err(CryptoError::wrong_key());
        }
        with_digest!(self.hash, D => self.key.encrypt(&mut Random, Oaep::<D>::new_with_label(label), data))?
            .map_err(|error| CryptoError::operation(format!("RSA-OAEP failed to encrypt: {error}.")))
    }
}

/// A private key.
pub(crate) struct RsaPrivate {
    scheme: RsaScheme,
    hash: Hash,
    key: PrivateKey,
    fast: Option<(RsaKeyPair, &'static dyn RsaEncoding)>,
}

impl RsaPrivate {
    fn new(scheme: RsaScheme, hash: Hash, key: PrivateKey) -> Result<Self> {
        if !SIZES.contains(&(key.n().bit_width_vartime() as usize)) {
            return Err(CryptoError::data("Invalid RSA key: the modulus must have from 1024 to 8192 bits."));
        }
        let encoding: Option<&'static dyn RsaEncoding> = match (scheme, hash) {
            (RsaScheme::Pkcs1v15, Hash::Sha256) => Some(&signature::RSA_PKCS1_SHA256),
            (RsaScheme::Pkcs1v15, Hash::Sha384) => Some(&signature::RSA_PKCS1_SHA384),
            (RsaScheme::Pkcs1v15, Hash::Sha512) => Some(&signature::RSA_PKCS1_SHA512),
            _ => None,
        };
        let fast = match encoding {
            Some(encoding) => {
                let der = key.to_pkcs8_der().map_err(bad_data)?;
                RsaKeyPair::from_pkcs8(der.as_bytes()).ok().map(|pair| (pair, encoding))
            }
            None => None,
        };
        Ok(Self { scheme, hash, key, fast })
    }

    /// A new key: slow, from milliseconds to seconds.
    pub(crate) fn generate(scheme: RsaScheme, hash: Hash, bits: u32, exponent: u32) -> Result<Self> {
        if !SIZES.contains(&(bits as usize)) || !bits.is_multiple_of(8) {
            return Err(CryptoError::operation(format!(
                "The modulus length must be a multiple of 8 and between 1024 and 8192, but {bits} was requested."
            )));
        }
        if exponent != 3 && exponent != 65537 {
            return Err(CryptoError::operation(format!(
                "The \"publicExponent\" must be either 3 or 65537, but got {exponent}."
            )));
        }
        let key = PrivateKey::new_with_exp(&mut Random, bits as usize, BoxedUint::from(exponent))
            .map_err(|error| CryptoError::operation(format!("RSA key generation failed: {error}.")))?;
        Self::new(scheme, hash, key)
    }

    pub(crate) fn from_pkcs8(scheme: RsaScheme, hash: Hash, bytes: &[u8]) -> Result<Self> {
        let inner = der::read_pkcs8(bytes, der::RSA, Parameters::Null)?;
        let key = RsaPrivateKeyRef::from_der(&inner).map_err(bad_data)?;
        if key.other_prime_infos.is_some() {
            return Err(bad_data("it has more than two primes"));
        }
        let number = |number: UintRef<'_>| uint(number.as_bytes());
        let primes = vec![number(key.prime1)?, number(key.prime2)?];
        let key = PrivateKey::from_components(
            number(key.modulus)?,
            number(key.public_exponent)?,
            number(key.private_exponent)?,
            primes,
        );
        Self::new(scheme, hash, key.map_err(bad_data)?)
    }

    pub(crate) fn from_jwk(scheme: RsaScheme, hash: Hash, jwk: &Jwk) -> Result<Self> {
        let number = |member: &Option<String>, name| uint(&Zeroizing::new(jwk::decode(member.as_ref(), name)?));
        let others = [&jwk.p, &jwk.q, &jwk.dp, &jwk.dq, &jwk.qi];
        // Without its primes a key is whole (RFC 7518, section 6.3.2): they are computed. With some of its
        // numbers it is not.
        let primes = if others.iter().all(|member| member.is_none()) {
            Vec::new()
        } else {
            for (member, name) in [(&jwk.dp, "dp"), (&jwk.dq, "dq"), (&jwk.qi, "qi")] {
                Zeroizing::new(jwk::decode(member.as_ref(), name)?);
            }
            vec![number(&jwk.p, "p")?, number(&jwk.q, "q")?]
        };
        let key = PrivateKey::from_components(number(&jwk.n, "n")?, number(&jwk.e, "e")?, number(&jwk.d, "d")?, primes)
            .map_err(bad_data)?;
        Self::new(scheme, hash, key)
    }

    pub(crate) fn public(&self) -> Result<RsaPublic> {
        RsaPublic::new(self.scheme, self.hash, self.key.to_public_key())
    }

    pub(crate) fn to_pkcs8(&self) -> Result<Vec<u8>> {
        let inner = self.key.to_pkcs1_der().map_err(bad_data)?;
        der::write_pkcs8(der::RSA, Parameters::Null, inner.as_bytes())
    }

    pub(crate) fn to_jwk(&self) -> Jwk {
        let encode = |number: &BoxedUint| jwk::encode(&Zeroizing::new(number.to_be_bytes_trimmed_vartime()));
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

    /// A signature of `data`. PSS takes the salt's length in bytes.
    pub(crate) fn sign(&self, salt_length: usize, data: &[u8]) -> Result<Vec<u8>> {
        if let Some((pair, encoding)) = &self.fast {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(*encoding, &SystemRandom::new(), data, &mut signature)
                .map_err(|_| CryptoError::operation("RSA signing failed."))?;
            return Ok(signature);
        }
        let digest = self.hash.digest(data);
        match self.scheme {
            RsaScheme::Pkcs1v15 => with_digest!(self.hash, D => self.key.sign_with_rng(&mut Random, Pkcs1v15Sign::new::<D>(), &digest)),
            RsaScheme::Pss => {
                // A salt that does not fit is refused before it is made: its length is the guest's.
                if salt_length > self.key.size() {
                    return Err(CryptoError::operation("RSA signing failed: the salt is too long for the key."));
                }
                with_digest!(self.hash, D => self.key.sign_with_rng(&mut Random, Pss::<D>::new_with_salt(salt_length), &digest))
            }
            RsaScheme::Oaep => return Err(CryptoError::wrong_key()),
        }?
        .map_err(|error| CryptoError::operation(format!("RSA signing failed: {error}.")))
    }

    pub(crate) fn decrypt(&self, label: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        if self.scheme != RsaScheme::Oaep {
            return Err(CryptoError::wrong_key());
        }
        with_digest!(self.hash, D => self.key.decrypt_blinded(&mut Random, Oaep::<D>::new_with_label(label), data))?
            .map_err(|_| CryptoError::operation("RSA-OAEP failed to decrypt."))
    }
}

fn details(key: &impl PublicKeyParts) -> (u32, Vec<u8>) {
    (key.n().bit_width_vartime(), key.e_bytes().into_vec())
}

fn public_jwk(key: &PublicKey) -> Jwk {
    Jwk { n: jwk::encode(&key.n_bytes()), e: jwk::encode(&key.e_bytes()), ..Jwk::default() }
}
