//! The two containers of asymmetric keys: SubjectPublicKeyInfo (RFC 5280) and PKCS #8 (RFC 5958).

use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use rsa::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::error::{CryptoError, Result};

/// `rsaEncryption`
pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`
pub(crate) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `id-Ed25519`
pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// `id-X25519`
pub(crate) const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

/// What the algorithm identifier's parameters must be.
#[derive(Clone, Copy)]
pub(crate) enum Parameters {
    /// Absent (RFC 8410).
    None,
    /// NULL; absent is accepted too (RFC 3279).
    Null,
    /// A named curve (RFC 5480).
    Oid(ObjectIdentifier),
}

fn check(algorithm: AlgorithmIdentifierRef<'_>, oid: ObjectIdentifier, parameters: Parameters) -> Result<()> {
    let matches = algorithm.oid == oid
        && match parameters {
            Parameters::None => algorithm.parameters.is_none(),
            Parameters::Null => algorithm.parameters.is_none_or(|given| given == AnyRef::NULL),
            Parameters::Oid(curve) => algorithm.parameters_oid() == Ok(curve),
        };
    if matches { Ok(()) } else { Err(CryptoError::data("The key data is of another algorithm or curve.")) }
}

/// The `subjectPublicKey` of an SPKI of this algorithm.
pub(crate) fn read_spki(bytes: &[u8], oid: ObjectIdentifier, parameters: Parameters) -> Result<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef::from_der(bytes)
        .map_err(|error| CryptoError::data(format!("Invalid SPKI input: {error}.")))?;
    check(info.algorithm, oid, parameters)?;
    let key = info.subject_public_key.as_bytes();
    key.map(<[u8]>::to_vec).ok_or_else(|| CryptoError::data("Invalid SPKI input: the key is not whole bytes."))
}

/// The `privateKey` of a PKCS #8 of this algorithm.
pub(crate) fn read_pkcs8(bytes: &[u8], oid: ObjectIdentifier, parameters: Parameters) -> Result<Zeroizing<Vec<u8>>> {
    let info = PrivateKeyInfoRef::from_der(bytes)
        .map_err(|error| CryptoError::data(format!("Invalid PKCS8 input: {error}.")))?;
    check(info.algorithm, oid, parameters)?;
    Ok(Zeroizing::new(info.private_key.as_bytes().to_vec()))
}

fn identifier(oid: ObjectIdentifier, parameters: &Parameters) -> AlgorithmIdentifierRef<'_> {
    AlgorithmIdentifierRef {
        oid,
        parameters: match parameters {
            Parameters::None => None,
            Parameters::Null => Some(AnyRef::NULL),
            Parameters::Oid(curve) => Some(curve.into()),
        },
    }
}

fn unwritable(error: impl std::fmt::Display) -> CryptoError {
    CryptoError::operation(format!("The key could not be encoded: {error}."))
}

/// An SPKI.
pub(crate) fn write_spki(oid: ObjectIdentifier, parameters: Parameters, key: &[u8]) -> Result<Vec<u8>> {
    let subject_public_key = BitStringRef::from_bytes(key).map_err(unwritable)?;
    SubjectPublicKeyInfoRef { algorithm: identifier(oid, &parameters), subject_public_key }.to_der().map_err(unwritable)
}

/// A PKCS #8 of version 1.
pub(crate) fn write_pkcs8(oid: ObjectIdentifier, parameters: Parameters, key: &[u8]) -> Result<Vec<u8>> {
    let key = OctetStringRef::new(key).map_err(unwritable)?;
    PrivateKeyInfoRef::new(identifier(oid, &parameters), key).to_der().map_err(unwritable)
}
