//! Asymmetric keys: `KeyObject`s hold their numbers. Secret keys are bytes, which JavaScript holds itself.

use rsa::pkcs8::der::{Decode as _, Encode as _};
use selvedge_web::crypto::{Curve, EcPrivate, EcPublic, Jwk, OkpKind, OkpPrivate, OkpPublic};
use serde::Serialize;

use super::hash::Algorithm;
use super::pss::PssLimits;
use super::rsa::{Padding, RsaPrivate, RsaPublic};
use crate::coded::{Coded, Result};

/// A parsed key.
pub(crate) enum Key {
    RsaPublic(RsaPublic),
    RsaPrivate(Box<RsaPrivate>),
    EcPublic(EcPublic),
    EcPrivate(EcPrivate),
    OkpPublic(OkpPublic),
    OkpPrivate(OkpPrivate),
}

/// What `KeyObject` tells of a key (`asymmetricKeyType`, `asymmetricKeyDetails`).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) private: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    modulus_length: Option<u32>,
    /// In hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_exponent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named_curve: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt_length: Option<u8>,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signing {
    /// `None`: the data is signed itself (Ed25519).
    pub(crate) hash: Option<Algorithm>,
    pub(crate) padding: Option<u32>,
    pub(crate) salt_length: Option<i32>,
    /// ECDSA's r and s side by side, and not in DER.
    pub(crate) fixed: bool,
}

/// OpenSSL's name of a curve.
pub(crate) fn curve_name(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "prime256v1",
        Curve::P384 => "secp384r1",
        Curve::P521 => "secp521r1",
    }
}

/// The curve of any of its names.
pub(crate) fn curve(name: &str) -> Result<Curve> {
    match name {
        "prime256v1" | "P-256" | "secp256r1" => Ok(Curve::P256),
        "secp384r1" | "P-384" => Ok(Curve::P384),
        "secp521r1" | "P-521" => Ok(Curve::P521),
        _ => Err(Coded::type_error("ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name")),
    }
}

fn unsupported(what: &'static str) -> Coded {
    Coded::error(
        "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE",
        format!("error:03000096:digital envelope routines::operation not supported for this keytype ({what})"),
    )
}

fn invalid_digest() -> Coded {
    Coded::error("ERR_OSSL_INVALID_DIGEST", "error:1C80007A:Provider routines::invalid digest")
}

fn hash_name(hash: Algorithm) -> &'static str {
    match hash {
        Algorithm::Sha224 => "sha224",
        Algorithm::Sha256 => "sha256",
        Algorithm::Sha384 => "sha384",
        Algorithm::Sha512 => "sha512",
        _ => "sha1",
    }
}

impl Key {
    pub(crate) fn details(&self) -> Details {
        let rsa = |(bits, exponent): (u32, Vec<u8>), pss: &Option<Option<PssLimits>>, private| {
            let limits = pss.as_ref().and_then(Option::as_ref);
            Details {
                kind: if pss.is_some() { "rsa-pss" } else { "rsa" },
                private,
                modulus_length: Some(bits),
                public_exponent: Some(exponent.iter().map(|byte| format!("{byte:02x}")).collect()),
                named_curve: None,
                hash_algorithm: limits.map(|limits| hash_name(limits.hash)),
                salt_length: limits.map(|limits| limits.salt_length),
            }
        };
        let ec = |curve, private| Details {
            kind: "ec",
            private,
            named_curve: Some(curve_name(curve)),
            ..Details::default()
        };
        let okp = |kind, private| Details {
            kind: match kind {
                OkpKind::Ed25519 => "ed25519",
                OkpKind::X25519 => "x25519",
            },
            private,
            ..Details::default()
        };
        match self {
            Self::RsaPublic(key) => rsa(key.details(), &key.pss, false),
            Self::RsaPrivate(key) => rsa(key.details(), &key.pss, true),
            Self::EcPublic(key) => ec(key.curve(), false),
            Self::EcPrivate(key) => ec(key.curve(), true),
            Self::OkpPublic(key) => okp(key.kind(), false),
            Self::OkpPrivate(key) => okp(key.kind(), true),
        }
    }

    /// The public half of a private key; `None` for others.
    pub(crate) fn public(&self) -> Result<Option<Self>> {
        Ok(Some(match self {
            Self::RsaPrivate(key) => Self::RsaPublic(key.public()),
            Self::EcPrivate(key) => Self::EcPublic(key.public()?),
            Self::OkpPrivate(key) => Self::OkpPublic(key.public()?),
            _ => return Ok(None),
        }))
    }

    pub(crate) fn generate_ec(name: &str) -> Result<Self> {
        Ok(Self::EcPrivate(EcPrivate::generate(curve(name)?)?))
    }

    pub(crate) fn generate_okp(kind: OkpKind) -> Result<Self> {
        Ok(Self::OkpPrivate(OkpPrivate::generate(kind)?))
    }

    /// Reads a JSON Web Key: its public key, unless a private one is asked for.
    pub(crate) fn from_jwk(kind: &str, curve_name: &str, jwk: &Jwk, private: bool) -> Result<Self> {
        let invalid = || Coded::error("ERR_CRYPTO_INVALID_JWK", "Invalid JWK data");
        let is_private = jwk.d.is_some();
        if private && !is_private {
            return Err(invalid());
        }
        let key = match (kind, curve_name) {
            ("RSA", _) if is_private => Self::RsaPrivate(Box::new(RsaPrivate::from_jwk(jwk)?)),
            ("RSA", _) => Self::RsaPublic(RsaPublic::from_jwk(jwk)?),
            ("EC", name) if is_private => {
                Self::EcPrivate(EcPrivate::from_jwk(curve(name)?, jwk).map_err(|_| invalid())?)
            }
            ("EC", name) => Self::EcPublic(EcPublic::from_jwk(curve(name)?, jwk).map_err(|_| invalid())?),
            ("OKP", name) => {
                let kind = match name {
                    "Ed25519" => OkpKind::Ed25519,
                    "X25519" => OkpKind::X25519,
                    _ => return Err(invalid()),
                };
                if is_private {
                    Self::OkpPrivate(OkpPrivate::from_jwk(kind, jwk).map_err(|_| invalid())?)
                } else {
                    Self::OkpPublic(OkpPublic::from_jwk(kind, jwk).map_err(|_| invalid())?)
                }
            }
            _ => return Err(invalid()),
        };
        if private {
            return Ok(key);
        }
        Ok(key.public()?.unwrap_or(key))
    }

    pub(crate) fn to_jwk(&self) -> Result<Jwk> {
        Ok(match self {
            Self::RsaPublic(key) => key.to_jwk(),
            Self::RsaPrivate(key) => key.to_jwk(),
            Self::EcPublic(key) => key.to_jwk(),
            Self::EcPrivate(key) => key.to_jwk()?,
            Self::OkpPublic(key) => key.to_jwk(),
            Self::OkpPrivate(key) => key.to_jwk(),
        })
    }

    /// The padding and salt that a signature takes: what was asked for, within what the key allows.
    fn rsa_signing(
        pss: &Option<Option<PssLimits>>,
        signing: Signing,
        verify: bool,
    ) -> Result<(Padding, i32, Algorithm)> {
        let limits = pss.as_ref().and_then(Option::as_ref);
        let hash = match (signing.hash, limits) {
            (Some(hash), Some(limits)) if hash != limits.hash => {
                return Err(Coded::error(
                    "ERR_OSSL_DIGEST_NOT_ALLOWED",
                    "error:1C8000AE:Provider routines::digest not allowed",
                ));
            }
            (Some(hash), _) => hash,
            (None, Some(limits)) => limits.hash,
            (None, None) => Algorithm::Sha256,
        };
        let padding = match signing.padding {
            Some(number) => Padding::from_number(number)?,
            None if pss.is_some() => Padding::Pss,
            None => Padding::Pkcs1,
        };
        if pss.is_some() && padding != Padding::Pss {
            return Err(Coded::error(
                "ERR_OSSL_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE",
                "error:1C8000A5:Provider routines::illegal or unsupported padding mode",
            ));
        }
        // The customary salt is the longest when signing, and found out when verifying.
        let salt = match (signing.salt_length, limits) {
            (Some(salt), Some(limits)) if salt >= 0 && salt < i32::from(limits.salt_length) => {
                return Err(Coded::error(
                    "ERR_OSSL_PSS_SALTLEN_TOO_SMALL",
                    "error:1C8000AC:Provider routines::pss saltlen too small",
                ));
            }
            (Some(salt), _) => salt,
            (None, Some(limits)) if !verify => i32::from(limits.salt_length),
            (None, _) => -2,
        };
        Ok((padding, salt, hash))
    }

    /// The digest that is signed when the data is given whole and no digest is named.
    fn customary_digest(&self, hash: Option<Algorithm>, data: &[u8]) -> (Algorithm, Vec<u8>) {
        let limits = match self {
            Self::RsaPublic(key) => key.pss.as_ref(),
            Self::RsaPrivate(key) => key.pss.as_ref(),
            _ => None,
        };
        let hash = hash.or_else(|| limits?.as_ref().map(|limits| limits.hash)).unwrap_or(Algorithm::Sha256);
        (hash, hash.digest(data))
    }

    /// A signature: of `data`, or with `digested` of what has this digest.
    pub(crate) fn sign(&self, mut signing: Signing, data: &[u8], digested: bool) -> Result<Vec<u8>> {
        if let Self::OkpPrivate(key) = self {
            if digested || signing.hash.is_some() {
                return Err(invalid_digest());
            }
            return key.sign(data).map_err(|_| unsupported("sign"));
        }
        let whole;
        let digest = if digested {
            data
        } else {
            let (hash, digest) = self.customary_digest(signing.hash, data);
            signing.hash = Some(hash);
            whole = digest;
            &whole
        };
        match self {
            Self::RsaPrivate(key) => {
                let (padding, salt, hash) = Self::rsa_signing(&key.pss, signing, false)?;
                key.sign(padding, salt, hash, digest)
            }
            Self::EcPrivate(key) => {
                let signature = key.sign_digest(digest)?;
                if signing.fixed { Ok(signature) } else { to_der(&signature) }
            }
            _ => Err(unsupported("sign")),
        }
    }

    /// Whether `signature` is one; as [`Self::sign`].
    pub(crate) fn verify(&self, mut signing: Signing, data: &[u8], digested: bool, signature: &[u8]) -> Result<bool> {
        if let Self::OkpPublic(key) = self {
            if digested || signing.hash.is_some() {
                return Err(invalid_digest());
            }
            return key.verify(data, signature).map_err(|_| unsupported("verify"));
        }
        let whole;
        let digest = if digested {
            data
        } else {
            let (hash, digest) = self.customary_digest(signing.hash, data);
            signing.hash = Some(hash);
            whole = digest;
            &whole
        };
        match self {
            Self::RsaPublic(key) => {
                let (padding, salt, hash) = Self::rsa_signing(&key.pss, signing, true)?;
                key.verify(padding, salt, hash, digest, signature)
            }
            Self::EcPublic(key) if signing.fixed => Ok(key.verify_digest(digest, signature)?),
            Self::EcPublic(key) => match from_der(signature, key.curve().field_length()) {
                Some(signature) => Ok(key.verify_digest(digest, &signature)?),
                None => Ok(false),
            },
            _ => Err(unsupported("verify")),
        }
    }

    /// The secret shared with another's public key.
    pub(crate) fn agree(&self, public: &Self) -> Result<Vec<u8>> {
        match (self, public) {
            (Self::EcPrivate(key), Self::EcPublic(public)) if key.curve() == public.curve() => Ok(key.agree(public)?),
            (Self::OkpPrivate(key), Self::OkpPublic(public)) => key.agree(public).map_err(Coded::from),
            _ => Err(Coded::error("ERR_CRYPTO_INCOMPATIBLE_KEY", "Incompatible key types for Diffie-Hellman")),
        }
    }
}

/// A signature of r and s side by side as DER has it (RFC 3279, section 2.2.3).
fn to_der(signature: &[u8]) -> Result<Vec<u8>> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let mut body = Vec::with_capacity(signature.len() + 8);
    for number in [r, s] {
        let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
        let number = rsa::pkcs8::der::asn1::UintRef::new(&number[first..])
            .and_then(|number| number.to_der())
            .map_err(|error| Coded::error("ERR_CRYPTO_OPERATION_FAILED", error.to_string()))?;
        body.extend(number);
    }
    let mut der = vec![0x30];
    super::format::push_length(&mut der, body.len());
    der.extend(body);
    Ok(der)
}

/// The reverse of [`to_der`]; `None` for what is no such signature.
fn from_der(signature: &[u8], length: usize) -> Option<Vec<u8>> {
    let numbers = Vec::<rsa::pkcs8::der::asn1::Uint>::from_der(signature).ok()?;
    let [r, s] = numbers.as_slice() else { return None };
    let mut fixed = vec![0; 2 * length];
    for (number, at) in [(r, length), (s, 2 * length)] {
        let bytes = number.as_bytes();
        let start = at.checked_sub(bytes.len()).filter(|start| *start >= at - length)?;
        fixed[start..at].copy_from_slice(bytes);
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_change_their_form() {
        let mut fixed = vec![0; 64];
        fixed[31] = 0x80;
        fixed[63] = 1;
        let der = to_der(&fixed).unwrap();
        assert_eq!(der, [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1]);
        assert_eq!(from_der(&der, 32).unwrap(), fixed);
        assert_eq!(from_der(&der[..8], 32), None);
        assert_eq!(from_der(&[0x30, 3, 2, 1, 1], 32), None);
        assert_eq!(from_der(&to_der(&[0xff; 66]).unwrap(), 32), None);
    }

    #[test]
    fn keys_sign_and_others_do_not_verify() {
        let signing = Signing { hash: Some(Algorithm::Sha256), padding: None, salt_length: None, fixed: false };
        let rsa = Key::RsaPrivate(Box::new(RsaPrivate::generate(2048, 65537, None).unwrap()));
        let ec = Key::generate_ec("secp521r1").unwrap();
        for key in [&rsa, &ec] {
            let public = key.public().unwrap().unwrap();
            let signature = key.sign(signing, b"data", false).unwrap();
            assert!(public.verify(signing, b"data", false, &signature).unwrap());
            assert!(public.verify(signing, &Algorithm::Sha256.digest(b"data"), true, &signature).unwrap());
            assert!(!public.verify(signing, b"date", false, &signature).unwrap());
        }
        let pss = Signing { padding: Some(6), ..signing };
        let signature = rsa.sign(pss, b"data", false).unwrap();
        let public = rsa.public().unwrap().unwrap();
        assert!(public.verify(pss, b"data", false, &signature).unwrap());
        let salted = Signing { salt_length: Some(1000), ..pss };
        assert!(rsa.sign(salted, b"data", false).is_err());
        let ed = Key::generate_okp(OkpKind::Ed25519).unwrap();
        assert!(ed.sign(signing, b"data", false).is_err());
        let plain = Signing { hash: None, ..signing };
        let signature = ed.sign(plain, b"data", false).unwrap();
        assert!(ed.public().unwrap().unwrap().verify(plain, b"data", false, &signature).unwrap());
        assert!(ec.agree(&ed).is_err());
    }
}
