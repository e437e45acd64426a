//! Ed25519 (RFC 8032) and X25519 (RFC 7748).

use aws_lc_rs::agreement::{self, UnparsedPublicKey};
use aws_lc_rs::signature::{self, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use rsa::pkcs8::ObjectIdentifier;
use rsa::pkcs8::der::asn1::OctetStringRef;
use rsa::pkcs8::der::{Decode, Encode};
use zeroize::Zeroizing;

use super::der::{self, Parameters};
use super::error::{CryptoError, Result};
use super::jwk::{self, Jwk};
use super::random;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OkpKind {
    /// Signatures.
    Ed25519,
    /// Key agreement.
    X25519,
}

impl OkpKind {
    const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Ed25519 => der::ED25519,
            Self::X25519 => der::X25519,
        }
    }
}

/// A public key: 32 bytes.
pub struct OkpPublic {
    kind: OkpKind,
    bytes: [u8; 32],
    /// Of Ed25519.
    verifier: Option<ParsedPublicKey>,
}

impl OkpPublic {
    /// The key of these bytes.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_raw(kind: OkpKind, bytes: &[u8]) -> Result<Self> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| {
            CryptoError::data(format!(
                "Invalid {kind:?} public key: it must be 32 bytes long (provided {} bytes).",
                bytes.len()
            ))
        })?;
        let verifier = match kind {
            // Bytes that are no point of the curve are a key that verifies nothing.
            OkpKind::Ed25519 => ParsedPublicKey::new(&signature::ED25519, bytes).ok(),
            OkpKind::X25519 => None,
        };
        Ok(Self { kind, bytes, verifier })
    }

    /// A key in a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_spki(kind: OkpKind, bytes: &[u8]) -> Result<Self> {
        Self::from_raw(kind, &der::read_spki(bytes, kind.oid(), Parameters::None)?)
    }

    /// A key in a JSON Web Key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_jwk(kind: OkpKind, jwk: &Jwk) -> Result<Self> {
        Self::from_raw(kind, &jwk::decode(jwk.x.as_ref(), "x")?)
    }

    /// The 32 bytes.
    pub fn to_raw(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// The key in a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        der::write_spki(self.kind.oid(), Parameters::None, &self.bytes)
    }

    /// The key as the members of a JSON Web Key.
    pub fn to_jwk(&self) -> Jwk {
        Jwk { x: jwk::encode(&self.bytes), ..Jwk::default() }
    }

    /// Which of the two.
    pub const fn kind(&self) -> OkpKind {
        self.kind
    }

    /// Whether `signature` is one of `data`.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn verify(&self, data: &[u8], signature: &[u8]) -> Result<bool> {
        if self.kind != OkpKind::Ed25519 {
            return Err(CryptoError::wrong_key());
        }
        Ok(self.verifier.as_ref().is_some_and(|verifier| verifier.verify_sig(data, signature).is_ok()))
    }
}

/// A private key: Ed25519's seed or X25519's scalar.
pub struct OkpPrivate {
    seed: Zeroizing<[u8; 32]>,
    public: [u8; 32],
    secret: Secret,
}

enum Secret {
    Ed25519(Ed25519KeyPair),
    X25519(agreement::PrivateKey),
}

impl OkpPrivate {
    fn new(kind: OkpKind, seed: &[u8]) -> Result<Self> {
        let invalid = || CryptoError::data(format!("Invalid {kind:?} private key."));
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| invalid())?);
        let (secret, public) = match kind {
            OkpKind::Ed25519 => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| invalid())?;
                let public = pair.public_key().as_ref().to_vec();
                (Secret::Ed25519(pair), public)
            }
            OkpKind::X25519 => {
                let key = agreement::PrivateKey::from_private_key(&agreement::X25519, &*seed).map_err(|_| invalid())?;
                let public = key.compute_public_key().map_err(|_| invalid())?.as_ref().to_vec();
                (Secret::X25519(key), public)
            }
        };
        let public = public.as_slice().try_into().map_err(|_| invalid())?;
        Ok(Self { seed, public, secret })
    }

    /// Which of the two.
    pub const fn kind(&self) -> OkpKind {
        match self.secret {
            Secret::Ed25519(_) => OkpKind::Ed25519,
            Secret::X25519(_) => OkpKind::X25519,
        }
    }

    /// A new key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn generate(kind: OkpKind) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        random::fill(&mut *seed)?;
        Self::new(kind, &*seed)
    }

    /// The seed is an OCTET STRING inside of PKCS #8's own (RFC 8410, section 7).
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_pkcs8(kind: OkpKind, bytes: &[u8]) -> Result<Self> {
        let inner = der::read_pkcs8(bytes, kind.oid(), Parameters::None)?;
        let seed = <&OctetStringRef>::from_der(&inner)
            .map_err(|error| CryptoError::data(format!("Invalid PKCS8 input: {error}.")))?;
        Self::new(kind, seed.as_bytes())
    }

    /// A key in a JSON Web Key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_jwk(kind: OkpKind, jwk: &Jwk) -> Result<Self> {
        let key = Self::new(kind, &Zeroizing::new(jwk::decode(jwk.d.as_ref(), "d")?))?;
        if jwk::decode(jwk.x.as_ref(), "x")? == key.public {
            return Ok(key);
        }
        Err(CryptoError::data(format!("Invalid {kind:?} key in JSON Web Key: \"x\" is not the public key of \"d\".")))
    }

    /// Its public key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn public(&self) -> Result<OkpPublic> {
        OkpPublic::from_raw(self.kind(), &self.public)
    }

    /// The key in a PKCS #8.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        let unwritable = |error| CryptoError::operation(format!("The key could not be encoded: {error}."));
        let inner = OctetStringRef::new(&*self.seed).and_then(|seed| seed.to_der()).map_err(unwritable)?;
        der::write_pkcs8(self.kind().oid(), Parameters::None, &Zeroizing::new(inner))
    }

    /// The key as the members of a JSON Web Key.
    pub fn to_jwk(&self) -> Jwk {
        Jwk { x: jwk::encode(&self.public), d: jwk::encode(&*self.seed), ..Jwk::default() }
    }

    /// A signature of `data`.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn sign(&self, data: &[u8]) -> Result<Vec<u8>> {
        match &self.secret {
            Secret::Ed25519(pair) => Ok(pair.sign(data).as_ref().to_vec()),
            Secret::X25519(_) => Err(CryptoError::wrong_key()),
        }
    }

    /// X25519's shared secret. One of zeros only (a peer's point of small order) is an error, as the
    /// standard asks.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn agree(&self, public: &OkpPublic) -> Result<Vec<u8>> {
        let Secret::X25519(key) = &self.secret else {
            return Err(CryptoError::wrong_key());
        };
        let peer = UnparsedPublicKey::new(&agreement::X25519, &public.bytes);
        agreement::agree(
            key,
            peer,
            CryptoError::operation("X25519 key agreement failed."),
            |secret| Ok(secret.to_vec()),
        )
    }
}
