//! Keys in files: PKCS #1, PKCS #8, SEC 1, SubjectPublicKeyInfo and certificates, in DER or PEM, private ones also under
//! a passphrase (PBES2).

use pkcs5::{EncryptionScheme, pbes2};
use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use rsa::pkcs8::der::{Decode as _, Encode as _, Reader as _, SliceReader};
use rsa::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use rsa::pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use selvedge_web::crypto::{Curve, EcPrivate, EcPublic, OkpKind, OkpPrivate, OkpPublic, fill};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use super::key::Key;
use super::pem;
use super::pss::PssLimits;
use super::rsa::{RsaPrivate, RsaPublic};
use crate::coded::{Coded, Result};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

const CURVES: [(Curve, &str); 3] =
    [(Curve::P256, "1.2.840.10045.3.1.7"), (Curve::P384, "1.3.132.0.34"), (Curve::P521, "1.3.132.0.35")];

/// The most iterations and costs that a file may ask for to have its passphrase tried.
const MOST_ITERATIONS: u32 = 2_000_000;
const MOST_SCRYPT_WORK: u64 = 4 << 20;
const MOST_SCRYPT_MEMORY: u64 = 64 << 20;

fn unreadable() -> Coded {
    Coded::error("ERR_OSSL_UNSUPPORTED", "error:1E08010C:DECODER routines::unsupported")
}

fn unwritable(error: impl std::fmt::Display) -> Coded {
    Coded::error("ERR_CRYPTO_OPERATION_FAILED", format!("The key could not be encoded: {error}."))
}

/// Appends a length as DER has it.
pub(super) fn push_length(der: &mut Vec<u8>, length: usize) {
    if length < 0x80 {
        der.push(length as u8);
        return;
    }
    let bytes = length.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(0);
    der.push(0x80 | (bytes.len() - first) as u8);
    der.extend_from_slice(&bytes[first..]);
}

fn curve_of(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Curve> {
    let oid = algorithm.parameters_oid().map_err(|_| unreadable())?.to_string();
    CURVES.iter().find(|(_, of)| *of == oid).map(|(curve, _)| *curve).ok_or_else(unreadable)
}

fn limits_of(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Option<PssLimits>> {
    algorithm.parameters.map(PssLimits::from_der).transpose()
}

fn from_spki(bytes: &[u8]) -> Result<Key> {
    let info = SubjectPublicKeyInfoRef::from_der(bytes).map_err(|_| unreadable())?;
    let algorithm = info.algorithm;
    let key = info.subject_public_key.as_bytes().ok_or_else(unreadable)?;
    Ok(match algorithm.oid {
        RSA => Key::RsaPublic(RsaPublic::from_pkcs1(key, None)?),
        RSA_PSS => Key::RsaPublic(RsaPublic::from_pkcs1(key, Some(limits_of(algorithm)?))?),
        EC => Key::EcPublic(EcPublic::from_point(curve_of(algorithm)?, key).map_err(|_| unreadable())?),
        ED25519 => Key::OkpPublic(OkpPublic::from_raw(OkpKind::Ed25519, key).map_err(|_| unreadable())?),
        X25519 => Key::OkpPublic(OkpPublic::from_raw(OkpKind::X25519, key).map_err(|_| unreadable())?),
        _ => return Err(unreadable()),
    })
}

fn from_pkcs8(bytes: &[u8]) -> Result<Key> {
    let info = PrivateKeyInfoRef::from_der(bytes).map_err(|_| unreadable())?;
    let algorithm = info.algorithm;
    Ok(match algorithm.oid {
        RSA => Key::RsaPrivate(Box::new(RsaPrivate::from_pkcs1(info.private_key.as_bytes(), None)?)),
        RSA_PSS => {
            let limits = Some(limits_of(algorithm)?);
            Key::RsaPrivate(Box::new(RsaPrivate::from_pkcs1(info.private_key.as_bytes(), limits)?))
        }
        EC => Key::EcPrivate(EcPrivate::from_pkcs8(curve_of(algorithm)?, bytes).map_err(|_| unreadable())?),
        ED25519 => Key::OkpPrivate(OkpPrivate::from_pkcs8(OkpKind::Ed25519, bytes).map_err(|_| unreadable())?),
        X25519 => Key::OkpPrivate(OkpPrivate::from_pkcs8(OkpKind::X25519, bytes).map_err(|_| unreadable())?),
        _ => return Err(unreadable()),
    })
}

fn from_sec1(bytes: &[u8]) -> Result<Key> {
    let key = CURVES.iter().find_map(|(curve, _)| EcPrivate::from_sec1(*curve, bytes).ok());
    key.map(Key::EcPrivate).ok_or_else(unreadable)
}

/// The PKCS #8 in an `EncryptedPrivateKeyInfo` (RFC 5958, section 3).
fn decrypted(bytes: &[u8], passphrase: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>> {
    let Some(passphrase) = passphrase else {
        return Err(Coded::type_error("ERR_MISSING_PASSPHRASE", "Passphrase required for encrypted key"));
    };
    let mut reader = SliceReader::new(bytes).map_err(|_| unreadable())?;
    let (scheme, data) = reader
        .sequence(|inner| {
            Ok::<_, rsa::pkcs8::der::Error>((EncryptionScheme::decode(inner)?, <&OctetStringRef>::decode(inner)?))
        })
        .map_err(|_| unreadable())?;
    let allowed = match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(pbes2::Kdf::Pbkdf2(kdf)) => kdf.iteration_count <= MOST_ITERATIONS,
        Some(pbes2::Kdf::Scrypt(kdf)) => {
            let (n, r, p) = (kdf.cost_parameter, u64::from(kdf.block_size), u64::from(kdf.parallelization));
            n.saturating_mul(r).saturating_mul(p) <= MOST_SCRYPT_WORK
                && n.saturating_mul(r).saturating_mul(128) <= MOST_SCRYPT_MEMORY
        }
        _ => false,
    };
    if !allowed {
        return Err(unreadable());
    }
    scheme
        .decrypt(passphrase, data.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| Coded::error("ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt"))
}

/// Reads a private key. `kind` is the DER's: `pkcs1`, `pkcs8`, `sec1`; PEM says it itself.
pub(crate) fn read_private(data: &[u8], is_pem: bool, kind: &str, passphrase: Option<&[u8]>) -> Result<Key> {
    let text;
    let (kind, bytes) = if is_pem {
        text = String::from_utf8_lossy(data);
        let pem = pem::read(&text).ok_or_else(unreadable)?;
        let kind = match pem.label {
            "PRIVATE KEY" => "pkcs8",
            "ENCRYPTED PRIVATE KEY" => "encrypted",
            "RSA PRIVATE KEY" => "pkcs1",
            "EC PRIVATE KEY" => "sec1",
            _ => return Err(unreadable()),
        };
        (kind, pem.bytes)
    } else {
        (kind, Zeroizing::new(data.to_vec()))
    };
    match kind {
        "pkcs1" => Ok(Key::RsaPrivate(Box::new(RsaPrivate::from_pkcs1(&bytes, None).map_err(|_| unreadable())?))),
        "sec1" => from_sec1(&bytes),
        "encrypted" => from_pkcs8(&decrypted(&bytes, passphrase)?),
        _ => match from_pkcs8(&bytes) {
            Err(_) if passphrase.is_some() => from_pkcs8(&decrypted(&bytes, passphrase)?),
            key => key,
        },
    }
}

/// Reads a public key, or takes that of a certificate or of a private key. `kind` is the DER's: `pkcs1`, `spki`.
pub(crate) fn read_public(data: &[u8], is_pem: bool, kind: &str, passphrase: Option<&[u8]>) -> Result<Key> {
    if !is_pem {
        return match kind {
            "pkcs1" => Ok(Key::RsaPublic(RsaPublic::from_pkcs1(data, None).map_err(|_| unreadable())?)),
            _ => from_spki(data),
        };
    }
    let text = String::from_utf8_lossy(data);
    let pem = pem::read(&text).ok_or_else(unreadable)?;
    match pem.label {
        "PUBLIC KEY" => from_spki(&pem.bytes),
        "RSA PUBLIC KEY" => Ok(Key::RsaPublic(RsaPublic::from_pkcs1(&pem.bytes, None).map_err(|_| unreadable())?)),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            certificate_key(&Certificate::from_der(&pem.bytes).map_err(|_| unreadable())?)
        }
        _ => read_private(data, true, kind, passphrase)?.public()?.ok_or_else(unreadable),
    }
}

/// The public key of a certificate.
pub(crate) fn certificate_key(certificate: &Certificate) -> Result<Key> {
    from_spki(&certificate.tbs_certificate().subject_public_key_info().to_der().map_err(|_| unreadable())?)
}

fn spki(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Result<Vec<u8>> {
    let algorithm = AlgorithmIdentifierRef { oid, parameters };
    let subject_public_key = BitStringRef::from_bytes(key).map_err(unwritable)?;
    SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der().map_err(unwritable)
}

/// The algorithm of an RSA key.
fn rsa_algorithm(pss: Option<&Option<PssLimits>>) -> Result<(ObjectIdentifier, Option<Vec<u8>>)> {
    match pss {
        None => Ok((RSA, Some(vec![5, 0]))),
        Some(None) => Ok((RSA_PSS, None)),
        Some(Some(limits)) => Ok((RSA_PSS, Some(limits.to_der()?))),
    }
}

fn any(der: Option<&Vec<u8>>) -> Result<Option<AnyRef<'_>>> {
    der.map(|der| AnyRef::from_der(der).map_err(unwritable)).transpose()
}

/// Writes a key in DER: `pkcs1` or `spki`, and of private keys `pkcs1`, `pkcs8` or `sec1`.
pub(crate) fn write(key: &Key, kind: &str) -> Result<Zeroizing<Vec<u8>>> {
    Ok(match (key, kind) {
        (Key::RsaPublic(key), "pkcs1") => Zeroizing::new(key.to_pkcs1()?),
        (Key::RsaPublic(key), "spki") => {
            let (oid, parameters) = rsa_algorithm(key.pss.as_ref())?;
            Zeroizing::new(spki(oid, any(parameters.as_ref())?, &key.to_pkcs1()?)?)
        }
        (Key::EcPublic(key), "spki") => Zeroizing::new(key.to_spki()?),
        (Key::OkpPublic(key), "spki") => Zeroizing::new(key.to_spki()?),
        (Key::RsaPrivate(key), "pkcs1") => key.to_pkcs1()?,
        (Key::RsaPrivate(key), "pkcs8") => {
            let (oid, parameters) = rsa_algorithm(key.pss.as_ref())?;
            let inner = key.to_pkcs1()?;
            let algorithm = AlgorithmIdentifierRef { oid, parameters: any(parameters.as_ref())? };
            let inner = OctetStringRef::new(&inner).map_err(unwritable)?;
            Zeroizing::new(PrivateKeyInfoRef::new(algorithm, inner).to_der().map_err(unwritable)?)
        }
        (Key::EcPrivate(key), "sec1") => key.to_sec1()?,
        (Key::EcPrivate(key), "pkcs8") => Zeroizing::new(key.to_pkcs8()?),
        (Key::OkpPrivate(key), "pkcs8") => Zeroizing::new(key.to_pkcs8()?),
        _ => {
            return Err(Coded::error(
                "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS",
                format!("The selected key encoding {kind} does not support the type of the key."),
            ));
        }
    })
}

/// A PKCS #8 under a passphrase: an `EncryptedPrivateKeyInfo`, as OpenSSL would make it.
pub(crate) fn encrypted(pkcs8: &[u8], cipher: &str, passphrase: &[u8]) -> Result<Vec<u8>> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    fill(&mut salt)?;
    fill(&mut iv)?;
    let mut parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(2048, &salt, iv).map_err(unwritable)?;
    parameters.encryption = match cipher.to_ascii_lowercase().as_str() {
        "aes-128-cbc" | "aes128" => pbes2::EncryptionScheme::Aes128Cbc { iv },
        "aes-192-cbc" | "aes192" => pbes2::EncryptionScheme::Aes192Cbc { iv },
        "aes-256-cbc" | "aes256" => pbes2::EncryptionScheme::Aes256Cbc { iv },
        _ => return Err(Coded::error("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher")),
    };
    let data = parameters.encrypt(passphrase, pkcs8).map_err(unwritable)?;
    let mut body = EncryptionScheme::Pbes2(parameters).to_der().map_err(unwritable)?;
    body.push(4);
    push_length(&mut body, data.len());
    body.extend(data);
    let mut der = vec![0x30];
    push_length(&mut der, body.len());
    der.extend(body);
    Ok(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<Key> {
        let pss = Some(Some(PssLimits { hash: super::super::hash::Algorithm::Sha384, salt_length: 48 }));
        vec![
            Key::RsaPrivate(Box::new(RsaPrivate::generate(2048, 65537, None).unwrap())),
            Key::RsaPrivate(Box::new(RsaPrivate::generate(2048, 65537, pss).unwrap())),
            Key::generate_ec("prime256v1").unwrap(),
            Key::generate_okp(OkpKind::Ed25519).unwrap(),
            Key::generate_okp(OkpKind::X25519).unwrap(),
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        for key in keys() {
            let kind = key.details().kind;
            let pkcs8 = write(&key, "pkcs8").unwrap();
            let again = read_private(&pkcs8, false, "pkcs8", None).unwrap();
            assert_eq!(write(&again, "pkcs8").unwrap(), pkcs8);
            assert_eq!(again.details().kind, kind);
            let public = key.public().unwrap().unwrap();
            let spki = write(&public, "spki").unwrap();
            assert_eq!(write(&read_public(&spki, false, "spki", None).unwrap(), "spki").unwrap(), spki);
            let sealed = encrypted(&pkcs8, "aes-256-cbc", b"secret").unwrap();
            assert_eq!(
                write(&read_private(&sealed, false, "pkcs8", Some(b"secret")).unwrap(), "pkcs8").unwrap(),
                pkcs8
            );
            assert!(read_private(&sealed, false, "pkcs8", Some(b"other")).is_err());
            assert!(read_private(&sealed, false, "pkcs8", None).is_err());
        }
    }

    #[test]
    fn sec1_and_pkcs1_too() {
        let keys = keys();
        let sec1 = write(&keys[2], "sec1").unwrap();
        assert_eq!(write(&read_private(&sec1, false, "sec1", None).unwrap(), "sec1").unwrap(), sec1);
        let pkcs1 = write(&keys[0], "pkcs1").unwrap();
        assert_eq!(write(&read_private(&pkcs1, false, "pkcs1", None).unwrap(), "pkcs1").unwrap(), pkcs1);
        assert!(write(&keys[2], "pkcs1").is_err());
    }

    #[test]
    fn garbage_is_refused() {
        for bytes in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"-----BEGIN PRIVATE KEY-----", &[0x30; 100]] {
            for is_pem in [true, false] {
                for kind in ["pkcs1", "pkcs8", "sec1", "spki"] {
                    assert!(read_private(bytes, is_pem, kind, Some(b"x")).is_err());
                    assert!(read_public(bytes, is_pem, kind, None).is_err());
                }
            }
        }
    }
}
