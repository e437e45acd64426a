//! ECDSA and ECDH on the NIST curves (FIPS 186-5, SEC 1).
//!
//! Web Crypto lets any digest sign with any curve, AWS-LC's Rust interface only the customary pairs. But it
//! signs digests made elsewhere, and ECDSA uses a digest only as a number: its leftmost bits, as many as the
//! curve's order has (FIPS 186-5, section 6.4.1). So a longer digest is truncated and a shorter one is padded
//! with leading zeros to the customary length, which gives that very number ([`Curve::fit`]).

use aws_lc_rs::agreement::{self, UnparsedPublicKey};
use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, EcPrivateKeyRfc5915Der, PublicKeyX509Der};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair, ParsedPublicKey,
};
use rsa::pkcs8::ObjectIdentifier;
use zeroize::Zeroizing;

use super::der::{self, Parameters};
use super::error::{CryptoError, Result};
use super::hash::Hash;
use super::jwk::{self, Jwk};

/// A named curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// secp256r1
    P256,
    /// secp384r1
    P384,
    /// secp521r1
    P521,
}

impl Curve {
    /// The curve of this name, as Web Crypto has it.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_name(name: &str) -> Result<Self> {
        Ok(match name {
            "P-256" => Self::P256,
            "P-384" => Self::P384,
            "P-521" => Self::P521,
            _ => {
                return Err(CryptoError::not_supported(format!(
                    "Unrecognized or unimplemented EC curve \"{name}\" requested."
                )));
            }
        })
    }

    /// The length of a coordinate, in bytes.
    pub const fn field_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn parameters(self) -> Parameters {
        Parameters::Oid(match self {
            Self::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
            Self::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
            Self::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        })
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }

    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            Self::P384 => &signature::ECDSA_P384_SHA384_FIXED,
            Self::P521 => &signature::ECDSA_P521_SHA512_FIXED,
        }
    }

    fn agreement(self) -> &'static agreement::Algorithm {
        match self {
            Self::P256 => &agreement::ECDH_P256,
            Self::P384 => &agreement::ECDH_P384,
            Self::P521 => &agreement::ECDH_P521,
        }
    }

    /// A digest, in the shape that the curve's customary digest has.
    fn fit(self, digest: &[u8]) -> Result<Digest> {
        let (customary, length) = match self {
            Self::P256 => (&digest::SHA256, 32),
            Self::P384 => (&digest::SHA384, 48),
            Self::P521 => (&digest::SHA512, 64),
        };
        let mut fitted = [0; 64];
        let used = digest.len().min(length);
        fitted[length - used..length].copy_from_slice(&digest[..used]);
        Digest::import_less_safe(&fitted[..length], customary)
            .map_err(|_| CryptoError::operation("The digest could not be signed."))
    }
}

/// A public key.
pub struct EcPublic {
    curve: Curve,
    /// `04 || x || y`
    point: Vec<u8>,
    verifier: ParsedPublicKey,
}

impl EcPublic {
    /// A point of the curve, compressed or not (SEC 1, section 2.3.4).
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_point(curve: Curve, point: &[u8]) -> Result<Self> {
        let invalid = || CryptoError::data("Invalid EC public key: it is not a point of the curve.");
        let length = curve.field_length();
        match point.first() {
            Some(2 | 3) if point.len() == 1 + length => {}
            Some(4) if point.len() == 1 + 2 * length => {}
            _ => return Err(invalid()),
        }
        let verifier = ParsedPublicKey::new(curve.verification(), point).map_err(|_| invalid())?;
        let point = if point.len() == 1 + 2 * length {
            point.to_vec()
        } else {
            // AWS-LC writes points uncompressed.
            let spki: PublicKeyX509Der<'_> = verifier.as_der().map_err(|_| invalid())?;
            der::read_spki(spki.as_ref(), der::EC, curve.parameters())?
        };
        Ok(Self { curve, point, verifier })
    }

    /// A point in a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_spki(curve: Curve, bytes: &[u8]) -> Result<Self> {
        Self::from_point(curve, &der::read_spki(bytes, der::EC, curve.parameters())?)
    }

    /// A point in a JSON Web Key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_jwk(curve: Curve, jwk: &Jwk) -> Result<Self> {
        Self::from_point(curve, &jwk_point(curve, jwk)?)
    }

    /// The uncompressed point.
    pub fn to_raw(&self) -> Vec<u8> {
        self.point.clone()
    }

    /// The point in a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        der::write_spki(der::EC, self.curve.parameters(), &self.point)
    }

    /// The point as the members of a JSON Web Key.
    pub fn to_jwk(&self) -> Jwk {
        point_jwk(&self.point)
    }

    /// Its curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// Whether `signature` (r and s, each as long as a coordinate) is one of what has this digest.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn verify_digest(&self, digest: &[u8], signature: &[u8]) -> Result<bool> {
        Ok(self.verifier.verify_digest_sig(&self.curve.fit(digest)?, signature).is_ok())
    }

    /// Whether `signature` (r and s, each as long as a coordinate) is one of `data`.
    pub(crate) fn verify(&self, hash: Hash, data: &[u8], signature: &[u8]) -> Result<bool> {
        self.verify_digest(&hash.digest(data), signature)
    }
}

/// A private key.
pub struct EcPrivate {
    curve: Curve,
    pair: EcdsaKeyPair,
    agreement: agreement::PrivateKey,
}

impl EcPrivate {
    fn new(curve: Curve, pair: EcdsaKeyPair) -> Result<Self> {
        let invalid = || CryptoError::data("Invalid EC private key.");
        let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(|_| invalid())?;
        let agreement =
            agreement::PrivateKey::from_private_key(curve.agreement(), scalar.as_ref()).map_err(|_| invalid())?;
        Ok(Self { curve, pair, agreement })
    }

    /// A new key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn generate(curve: Curve) -> Result<Self> {
        let pair =
            EcdsaKeyPair::generate(curve.signing()).map_err(|_| CryptoError::operation("EC key generation failed."))?;
        Self::new(curve, pair)
    }

    /// A key in a PKCS #8.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_pkcs8(curve: Curve, bytes: &[u8]) -> Result<Self> {
        // The container is read for its algorithm and curve, and refused when anything follows it.
        der::read_pkcs8(bytes, der::EC, curve.parameters())?;
        let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), bytes)
            .map_err(|error| CryptoError::data(format!("Invalid PKCS8 input: {error}.")))?;
        Self::new(curve, pair)
    }

    /// A key in a JSON Web Key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_jwk(curve: Curve, jwk: &Jwk) -> Result<Self> {
        let scalar = Zeroizing::new(jwk::decode_exactly(jwk.d.as_ref(), "d", curve.field_length())?);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &scalar, &jwk_point(curve, jwk)?)
            .map_err(|error| CryptoError::data(format!("Invalid EC key in JSON Web Key: {error}.")))?;
        Self::new(curve, pair)
    }

    /// A key as SEC 1 writes it (RFC 5915).
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_sec1(curve: Curve, bytes: &[u8]) -> Result<Self> {
        let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), bytes)
            .map_err(|error| CryptoError::data(format!("Invalid EC private key: {error}.")))?;
        Self::new(curve, pair)
    }

    /// The key of this scalar, which may be shorter than a coordinate.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn from_scalar(curve: Curve, scalar: &[u8]) -> Result<Self> {
        let invalid = || CryptoError::data("Invalid EC private key.");
        let first = scalar.iter().position(|byte| *byte != 0).unwrap_or(scalar.len());
        let scalar = &scalar[first..];
        let length = curve.field_length();
        let mut padded = Zeroizing::new(vec![0; length.checked_sub(scalar.len()).ok_or_else(invalid)?]);
        padded.extend_from_slice(scalar);
        let key = agreement::PrivateKey::from_private_key(curve.agreement(), &padded).map_err(|_| invalid())?;
        let public = key.compute_public_key().map_err(|_| invalid())?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &padded, public.as_ref());
        Self::new(curve, pair.map_err(|_| invalid())?)
    }

    /// Its curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The scalar, as long as a coordinate.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_scalar(&self) -> Result<Zeroizing<Vec<u8>>> {
        let scalar: EcPrivateKeyBin<'_> = self.pair.private_key().as_be_bytes().map_err(|_| unwritable())?;
        Ok(Zeroizing::new(scalar.as_ref().to_vec()))
    }

    /// The key as SEC 1 writes it.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_sec1(&self) -> Result<Zeroizing<Vec<u8>>> {
        let key: EcPrivateKeyRfc5915Der<'_> = self.pair.private_key().as_der().map_err(|_| unwritable())?;
        Ok(Zeroizing::new(key.as_ref().to_vec()))
    }

    /// Its public key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn public(&self) -> Result<EcPublic> {
        EcPublic::from_point(self.curve, self.pair.public_key().as_ref())
    }

    /// The key in a PKCS #8.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        let document = self.pair.to_pkcs8v1().map_err(|_| CryptoError::operation("The key could not be encoded."))?;
        Ok(document.as_ref().to_vec())
    }

    /// The key as the members of a JSON Web Key.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn to_jwk(&self) -> Result<Jwk> {
        let scalar: EcPrivateKeyBin<'_> = self
            .pair
            .private_key()
            .as_be_bytes()
            .map_err(|_| CryptoError::operation("The key could not be encoded."))?;
        Ok(Jwk { d: jwk::encode(scalar.as_ref()), ..point_jwk(self.pair.public_key().as_ref()) })
    }

    /// A signature of what has this digest: r and s, each as long as a coordinate.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>> {
        let signature = self.pair.sign_digest(&self.curve.fit(digest)?);
        signature
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| CryptoError::operation("ECDSA signing failed."))
    }

    /// A signature of `data`: r and s, each as long as a coordinate.
    pub(crate) fn sign(&self, hash: Hash, data: &[u8]) -> Result<Vec<u8>> {
        self.sign_digest(&hash.digest(data))
    }

    /// The shared secret: the x coordinate.
    ///
    /// # Errors
    /// What does not fit the curve is a `DataError`; what fails otherwise an `OperationError`.
    pub fn agree(&self, public: &EcPublic) -> Result<Vec<u8>> {
        let peer = UnparsedPublicKey::new(self.curve.agreement(), &public.point);
        agreement::agree(&self.agreement, peer, CryptoError::operation("ECDH key agreement failed."), |secret| {
            Ok(secret.to_vec())
        })
    }
}

fn unwritable() -> CryptoError {
    CryptoError::operation("The key could not be encoded.")
}

/// The point of a JSON Web Key (RFC 7518, section 6.2.1).
fn jwk_point(curve: Curve, jwk: &Jwk) -> Result<Vec<u8>> {
    let mut point = vec![4];
    point.extend(jwk::decode_exactly(jwk.x.as_ref(), "x", curve.field_length())?);
    point.extend(jwk::decode_exactly(jwk.y.as_ref(), "y", curve.field_length())?);
    Ok(point)
}

fn point_jwk(point: &[u8]) -> Jwk {
    let (x, y) = point[1..].split_at((point.len() - 1) / 2);
    Jwk { x: jwk::encode(x), y: jwk::encode(y), ..Jwk::default() }
}
