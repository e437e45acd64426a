//! What a `CryptoKey` holds on this side, and its operations.

use std::borrow::Cow;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::aes::{AesKey, CipherParams, Mode};
use super::ec::{Curve, EcPrivate, EcPublic};
use super::error::{CryptoError, Result};
use super::hash::Hash;
use super::jwk::{self, Jwk};
use super::okp::{OkpKind, OkpPrivate, OkpPublic};
use super::random;
use super::rsa::{RsaPrivate, RsaPublic, RsaScheme};

/// The algorithm that a key is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Aes(Mode),
    Hmac(Hash),
    /// HKDF and PBKDF2: the secret is used as it is.
    Kdf,
    Rsa(RsaScheme, Hash),
    /// ECDSA and ECDH.
    Ec(Curve),
    Okp(OkpKind),
}

impl Algorithm {
    /// The algorithm of a canonical name; `parameter` is the name of the hash or of the curve, where there
    /// is one.
    pub(crate) fn from_name(name: &str, parameter: &str) -> Result<Self> {
        Ok(match name {
            "AES-CBC" => Self::Aes(Mode::Cbc),
            "AES-CTR" => Self::Aes(Mode::Ctr),
            "AES-GCM" => Self::Aes(Mode::Gcm),
            "AES-KW" => Self::Aes(Mode::Kw),
            "HMAC" => Self::Hmac(Hash::from_name(parameter)?),
            "HKDF" | "PBKDF2" => Self::Kdf,
            "RSASSA-PKCS1-v1_5" => Self::Rsa(RsaScheme::Pkcs1v15, Hash::from_name(parameter)?),
            "RSA-PSS" => Self::Rsa(RsaScheme::Pss, Hash::from_name(parameter)?),
            "RSA-OAEP" => Self::Rsa(RsaScheme::Oaep, Hash::from_name(parameter)?),
            "ECDSA" | "ECDH" => Self::Ec(Curve::from_name(parameter)?),
            "Ed25519" | "NODE-ED25519" => Self::Okp(OkpKind::Ed25519),
            "X25519" => Self::Okp(OkpKind::X25519),
            _ => {
                return Err(CryptoError::not_supported(format!("Unrecognized algorithm \"{name}\" requested.")));
            }
        })
    }
}

/// A parsed key.
pub(crate) enum KeyMaterial {
    Aes(AesKey),
    Hmac { key: Box<hmac::Key>, bytes: Zeroizing<Vec<u8>> },
    Kdf(Zeroizing<Vec<u8>>),
    RsaPublic(RsaPublic),
    RsaPrivate(Box<RsaPrivate>),
    EcPublic(EcPublic),
    EcPrivate(EcPrivate),
    OkpPublic(OkpPublic),
    OkpPrivate(OkpPrivate),
}

impl KeyMaterial {
    fn secret(algorithm: Algorithm, bytes: &[u8]) -> Result<Self> {
        Ok(match algorithm {
            Algorithm::Aes(mode) => Self::Aes(AesKey::new(mode, bytes)?),
            Algorithm::Hmac(hash) => {
                Self::Hmac { key: Box::new(hmac::Key::new(hash.hmac()?, bytes)), bytes: Zeroizing::new(bytes.to_vec()) }
            }
            Algorithm::Kdf => Self::Kdf(Zeroizing::new(bytes.to_vec())),
            Algorithm::Rsa(..) | Algorithm::Ec(_) | Algorithm::Okp(_) => {
                return Err(CryptoError::wrong_key());
            }
        })
    }

    /// Reads `raw`, `spki` or `pkcs8`.
    pub(crate) fn import(algorithm: Algorithm, format: &str, bytes: &[u8]) -> Result<Self> {
        Ok(match (algorithm, format) {
            (Algorithm::Aes(_) | Algorithm::Hmac(_) | Algorithm::Kdf, "raw") => Self::secret(algorithm, bytes)?,
            (Algorithm::Rsa(scheme, hash), "spki") => Self::RsaPublic(RsaPublic::from_spki(scheme, hash, bytes)?),
            (Algorithm::Rsa(scheme, hash), "pkcs8") => {
                Self::RsaPrivate(Box::new(RsaPrivate::from_pkcs8(scheme, hash, bytes)?))
            }
            (Algorithm::Ec(curve), "raw") => Self::EcPublic(EcPublic::from_point(curve, bytes)?),
            (Algorithm::Ec(curve), "spki") => Self::EcPublic(EcPublic::from_spki(curve, bytes)?),
            (Algorithm::Ec(curve), "pkcs8") => Self::EcPrivate(EcPrivate::from_pkcs8(curve, bytes)?),
            (Algorithm::Okp(kind), "raw") => Self::OkpPublic(OkpPublic::from_raw(kind, bytes)?),
            (Algorithm::Okp(kind), "spki") => Self::OkpPublic(OkpPublic::from_spki(kind, bytes)?),
            (Algorithm::Okp(kind), "pkcs8") => Self::OkpPrivate(OkpPrivate::from_pkcs8(kind, bytes)?),
            _ => return Err(unsupported_format(format)),
        })
    }

    /// Reads the members of a JSON Web Key. Its type and curve have been compared with the algorithm's.
    pub(crate) fn import_jwk(algorithm: Algorithm, jwk: &Jwk) -> Result<Self> {
        let private = jwk.d.is_some();
        Ok(match algorithm {
            Algorithm::Aes(_) | Algorithm::Hmac(_) | Algorithm::Kdf => {
                Self::secret(algorithm, &Zeroizing::new(jwk::decode(jwk.k.as_ref(), "k")?))?
            }
            Algorithm::Rsa(scheme, hash) if private => {
                Self::RsaPrivate(Box::new(RsaPrivate::from_jwk(scheme, hash, jwk)?))
            }
            Algorithm::Rsa(scheme, hash) => Self::RsaPublic(RsaPublic::from_jwk(scheme, hash, jwk)?),
            Algorithm::Ec(curve) if private => Self::EcPrivate(EcPrivate::from_jwk(curve, jwk)?),
            Algorithm::Ec(curve) => Self::EcPublic(EcPublic::from_jwk(curve, jwk)?),
            Algorithm::Okp(kind) if private => Self::OkpPrivate(OkpPrivate::from_jwk(kind, jwk)?),
            Algorithm::Okp(kind) => Self::OkpPublic(OkpPublic::from_jwk(kind, jwk)?),
        })
    }

    /// Writes `raw`, `spki` or `pkcs8`.
    pub(crate) fn export(&self, format: &str) -> Result<Vec<u8>> {
        match (self, format) {
            (Self::Aes(key), "raw") => Ok(key.bytes.to_vec()),
            (Self::Hmac { bytes, .. }, "raw") => Ok(bytes.to_vec()),
            (Self::RsaPublic(key), "spki") => key.to_spki(),
            (Self::RsaPrivate(key), "pkcs8") => key.to_pkcs8(),
            (Self::EcPublic(key), "raw") => Ok(key.to_raw()),
            (Self::EcPublic(key), "spki") => key.to_spki(),
            (Self::EcPrivate(key), "pkcs8") => key.to_pkcs8(),
            (Self::OkpPublic(key), "raw") => Ok(key.to_raw()),
            (Self::OkpPublic(key), "spki") => key.to_spki(),
            (Self::OkpPrivate(key), "pkcs8") => key.to_pkcs8(),
            _ => Err(unsupported_format(format)),
        }
    }

    /// Writes the members of a JSON Web Key.
    pub(crate) fn export_jwk(&self) -> Result<Jwk> {
        Ok(match self {
            Self::Aes(key) => Jwk { k: jwk::encode(&key.bytes), ..Jwk::default() },
            Self::Hmac { bytes, .. } => Jwk { k: jwk::encode(bytes), ..Jwk::default() },
            Self::Kdf(_) => return Err(unsupported_format("jwk")),
            Self::RsaPublic(key) => key.to_jwk(),
            Self::RsaPrivate(key) => key.to_jwk(),
            Self::EcPublic(key) => key.to_jwk(),
            Self::EcPrivate(key) => key.to_jwk()?,
            Self::OkpPublic(key) => key.to_jwk(),
            Self::OkpPrivate(key) => key.to_jwk(),
        })
    }

    /// A new secret of `bits` bits, or a new private key; RSA keys are made by [`RsaPrivate::generate`].
    pub(crate) fn generate(algorithm: Algorithm, bits: u32) -> Result<Self> {
        match algorithm {
            Algorithm::Ec(curve) => EcPrivate::generate(curve).map(Self::EcPrivate),
            Algorithm::Okp(kind) => OkpPrivate::generate(kind).map(Self::OkpPrivate),
            Algorithm::Aes(_) | Algorithm::Hmac(_) | Algorithm::Kdf => {
                let mut bytes = Zeroizing::new(vec![0; bits.div_ceil(8) as usize]);
                random::fill(&mut bytes)?;
                Self::secret(algorithm, &bytes)
            }
            Algorithm::Rsa(..) => Err(CryptoError::wrong_key()),
        }
    }

    /// The public half of a private key; `None` for others.
    pub(crate) fn public(&self) -> Result<Option<Self>> {
        Ok(Some(match self {
            Self::RsaPrivate(key) => Self::RsaPublic(key.public()?),
            Self::EcPrivate(key) => Self::EcPublic(key.public()?),
            Self::OkpPrivate(key) => Self::OkpPublic(key.public()?),
            _ => return Ok(None),
        }))
    }

    /// A signature of `data`. The hash matters to ECDSA, the salt's length (in bytes) to RSA-PSS.
    pub(crate) fn sign(&self, hash: Option<Hash>, salt_length: u32, data: &[u8]) -> Result<Vec<u8>> {
        match (self, hash) {
            (Self::Hmac { key, .. }, _) => Ok(hmac::sign(key, data).as_ref().to_vec()),
            (Self::RsaPrivate(key), _) => key.sign(salt_length as usize, data),
            (Self::EcPrivate(key), Some(hash)) => key.sign(hash, data),
            (Self::OkpPrivate(key), _) => key.sign(data),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// Whether `signature` is one of `data`; as [`Self::sign`].
    pub(crate) fn verify(&self, hash: Option<Hash>, salt_length: u32, signature: &[u8], data: &[u8]) -> Result<bool> {
        match (self, hash) {
            (Self::Hmac { key, .. }, _) => Ok(hmac::verify(key, data, signature).is_ok()),
            (Self::RsaPublic(key), _) => key.verify(salt_length as usize, data, signature),
            (Self::EcPublic(key), Some(hash)) => key.verify(hash, data, signature),
            (Self::OkpPublic(key), _) => key.verify(data, signature),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// Encrypts, or wraps.
    pub(crate) fn encrypt<'a>(&self, params: CipherParams<'_>, data: impl Into<Cow<'a, [u8]>>) -> Result<Vec<u8>> {
        match self {
            Self::Aes(key) => key.encrypt(params, data),
            Self::RsaPublic(key) => key.encrypt(params.iv, &data.into()),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// Decrypts, or unwraps.
    pub(crate) fn decrypt<'a>(&self, params: CipherParams<'_>, data: impl Into<Cow<'a, [u8]>>) -> Result<Vec<u8>> {
        match self {
            Self::Aes(key) => key.decrypt(params, data),
            Self::RsaPrivate(key) => key.decrypt(params.iv, &data.into()),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// The shared secret with another's public key.
    pub(crate) fn agree(&self, public: &Self) -> Result<Vec<u8>> {
        match (self, public) {
            (Self::EcPrivate(key), Self::EcPublic(public)) => key.agree(public),
            (Self::OkpPrivate(key), Self::OkpPublic(public)) => key.agree(public),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// The secret that HKDF and PBKDF2 start from.
    pub(crate) fn kdf_secret(&self) -> Result<&[u8]> {
        match self {
            Self::Kdf(bytes) => Ok(bytes),
            _ => Err(CryptoError::wrong_key()),
        }
    }

    /// An RSA key's modulus length in bits, and its public exponent.
    pub(crate) fn rsa_details(&self) -> Result<(u32, Vec<u8>)> {
        match self {
            Self::RsaPublic(key) => Ok(key.details()),
            Self::RsaPrivate(key) => Ok(key.details()),
            _ => Err(CryptoError::wrong_key()),
        }
    }
}

fn unsupported_format(format: &str) -> CryptoError {
    CryptoError::not_supported(format!("Keys of this algorithm and type have no \"{format}\" format."))
}
