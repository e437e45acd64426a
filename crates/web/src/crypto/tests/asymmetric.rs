//! Elliptic curves and RSA.

use super::support::{algorithm, hex, to_hex};
use crate::crypto::aes::CipherParams;
use crate::crypto::ec::{Curve, EcPublic};
use crate::crypto::error::CryptoError;
use crate::crypto::hash::Hash;
use crate::crypto::jwk;
use crate::crypto::key::{Algorithm, KeyMaterial};
use crate::crypto::okp::OkpKind;
use crate::crypto::rsa::{RsaPrivate, RsaScheme};

const HASHES: [&str; 4] = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/// RFC 6979, A.2.5: P-256 with digests shorter, equal and longer than the curve's order.
#[test]
fn ecdsa_takes_any_digest() {
    let point = hex(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    );
    let key = EcPublic::from_point(Curve::P256, &point).unwrap();
    for (hash, signature) in [
        (
            Hash::Sha1,
            "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d326d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb",
        ),
        (
            Hash::Sha256,
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        ),
        (
            Hash::Sha512,
            "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f002362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe",
        ),
    ] {
        let signature = hex(signature);
        assert!(key.verify(hash, b"sample", &signature).unwrap(), "{hash:?}");
        assert!(!key.verify(hash, b"samples", &signature).unwrap(), "{hash:?}");
        assert!(!key.verify(hash, b"sample", &signature[1..]).unwrap(), "{hash:?}");
    }
    let compressed: Vec<u8> = std::iter::once(3).chain(point[1..33].iter().copied()).collect();
    assert_eq!(EcPublic::from_point(Curve::P256, &compressed).unwrap().to_raw(), point);
    let mut off_curve = point;
    off_curve[64] ^= 1;
    assert!(matches!(EcPublic::from_point(Curve::P256, &off_curve), Err(CryptoError::Data(_))));
}

/// RFC 8032, 7.1, test 2.
#[test]
fn ed25519_signs() {
    let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let members = jwk::Jwk { d: jwk::encode(&seed), x: jwk::encode(&public), ..jwk::Jwk::default() };
    let key = KeyMaterial::import_jwk(algorithm("Ed25519", ""), &members).unwrap();
    let signature = key.sign(None, 0, &[0x72]).unwrap();
    let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    assert_eq!(to_hex(&signature), expected);
    let public = key.public().unwrap().unwrap();
    assert!(public.verify(None, 0, &signature, &[0x72]).unwrap());
    assert!(!public.verify(None, 0, &signature, &[0x73]).unwrap());
    let wrong = jwk::Jwk { x: jwk::encode(&[9; 32]), ..members };
    assert!(matches!(KeyMaterial::import_jwk(algorithm("Ed25519", ""), &wrong), Err(CryptoError::Data(_))));
}

/// RFC 7748, 5.2.
#[test]
fn x25519_agrees() {
    let x25519 = Algorithm::Okp(OkpKind::X25519);
    let pkcs8 = hex("302e020100300506032b656e04220420a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
    let private = KeyMaterial::import(x25519, "pkcs8", &pkcs8).unwrap();
    let peer = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
    let peer = KeyMaterial::import(x25519, "raw", &peer).unwrap();
    let expected = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552";
    assert_eq!(to_hex(&private.agree(&peer).unwrap()), expected);
    let small_order = KeyMaterial::import(x25519, "raw", &[0; 32]).unwrap();
    assert!(matches!(private.agree(&small_order), Err(CryptoError::Operation(_))));
}

/// Every format gives the same key back, and keys of another algorithm or damaged ones are refused.
#[test]
fn keys_survive_their_formats() {
    let pairs = [("ECDSA", "P-256"), ("ECDSA", "P-384"), ("ECDH", "P-521"), ("Ed25519", ""), ("X25519", "")];
    let mut keys: Vec<_> = pairs
        .iter()
        .map(|(name, parameter)| {
            (algorithm(name, parameter), KeyMaterial::generate(algorithm(name, parameter), 0).unwrap())
        })
        .collect();
    let rsa = RsaPrivate::generate(RsaScheme::Pkcs1v15, Hash::Sha256, 1024, 65537).unwrap();
    keys.push((algorithm("RSASSA-PKCS1-v1_5", "SHA-256"), KeyMaterial::RsaPrivate(Box::new(rsa))));
    for (index, (algorithm, private)) in keys.iter().enumerate() {
        let public = private.public().unwrap().unwrap();
        for (format, key) in [("pkcs8", private), ("spki", &public), ("raw", &public)] {
            let Ok(bytes) = key.export(format) else {
                assert_eq!((format, matches!(key, KeyMaterial::RsaPublic(_))), ("raw", true));
                continue;
            };
            let again = KeyMaterial::import(*algorithm, format, &bytes).unwrap();
            assert_eq!(again.export(format).unwrap(), bytes, "{algorithm:?} {format}");
            let mut longer = bytes.clone();
            longer.push(0);
            for broken in [&bytes[..bytes.len() - 1], &longer, &[]] {
                let outcome = KeyMaterial::import(*algorithm, format, broken);
                assert!(matches!(outcome, Err(CryptoError::Data(_))), "{algorithm:?} {format}");
            }
            if format != "raw" {
                let other = keys[(index + 1) % keys.len()].0;
                assert!(matches!(KeyMaterial::import(other, format, &bytes), Err(CryptoError::Data(_))));
            }
        }
        for key in [private, &public] {
            let members = key.export_jwk().unwrap();
            let again = KeyMaterial::import_jwk(*algorithm, &members).unwrap().export_jwk().unwrap();
            assert_eq!(format!("{members:?}"), format!("{again:?}"), "{algorithm:?}");
        }
    }
}

/// RSA in its three schemes with each digest, through both libraries (2048 bits and 1024).
#[test]
fn rsa_does_its_three_schemes() {
    for bits in [1024, 2048] {
        let pkcs8 = RsaPrivate::generate(RsaScheme::Pss, Hash::Sha1, bits, 65537).unwrap().to_pkcs8().unwrap();
        for hash in HASHES {
            for (name, salt) in [("RSASSA-PKCS1-v1_5", 0), ("RSA-PSS", 0), ("RSA-PSS", 17)] {
                let key = KeyMaterial::import(algorithm(name, hash), "pkcs8", &pkcs8).unwrap();
                let public = key.public().unwrap().unwrap();
                let signature = key.sign(None, salt, b"data").unwrap();
                assert_eq!(signature.len() as u32, bits / 8);
                assert!(public.verify(None, salt, &signature, b"data").unwrap(), "{name} {hash} {bits}");
                assert!(!public.verify(None, salt, &signature, b"date").unwrap(), "{name} {hash} {bits}");
                assert!(!public.verify(None, salt, b"", b"data").unwrap(), "{name} {hash} {bits}");
                if name == "RSA-PSS" {
                    assert!(!public.verify(None, salt + 1, &signature, b"data").unwrap());
                    assert!(matches!(key.sign(None, u32::MAX, b"data"), Err(CryptoError::Operation(_))));
                }
                assert_eq!(public.rsa_details().unwrap(), (bits, vec![1, 0, 1]));
            }
            if bits == 2048 || hash == "SHA-1" {
                let key = KeyMaterial::import(algorithm("RSA-OAEP", hash), "pkcs8", &pkcs8).unwrap();
                let params = CipherParams { iv: b"label", ..CipherParams::default() };
                let ciphertext = key.public().unwrap().unwrap().encrypt(params, b"secret").unwrap();
                assert_eq!(key.decrypt(params, &ciphertext).unwrap(), b"secret");
                assert!(matches!(key.decrypt(CipherParams::default(), &ciphertext), Err(CryptoError::Operation(_))));
            }
        }
    }
    for (bits, exponent) in [(512, 65537), (2049, 65537), (16384, 65537), (2048, 1)] {
        let outcome = RsaPrivate::generate(RsaScheme::Pss, Hash::Sha256, bits, exponent);
        assert!(matches!(outcome, Err(CryptoError::Operation(_))), "{bits} {exponent}");
    }
}

/// RFC 7515, A.2: the RS256 example, made again bit by bit.
#[test]
fn rsa_signs_as_rfc_7515() {
    let member = |text: &str| Some(text.to_owned());
    let key = jwk::Jwk {
        n: member(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        ),
        e: member("AQAB"),
        d: member(
            "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
        ),
        ..jwk::Jwk::default()
    };
    // Without its primes, which are then computed.
    let key = KeyMaterial::import_jwk(algorithm("RSASSA-PKCS1-v1_5", "SHA-256"), &key).unwrap();
    let input = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    assert_eq!(jwk::encode(&key.sign(None, 0, input).unwrap()).unwrap(), signature);
}

/// A key that would take long to work with is refused before any work.
#[test]
fn huge_rsa_numbers_are_refused() {
    let huge = jwk::encode(&vec![0xff; 100_000]);
    let key = jwk::Jwk { n: huge.clone(), e: jwk::encode(&[1, 0, 1]), ..jwk::Jwk::default() };
    let rsa = algorithm("RSA-PSS", "SHA-256");
    assert!(matches!(KeyMaterial::import_jwk(rsa, &key), Err(CryptoError::Data(_))));
    let private = jwk::Jwk { d: huge, ..key };
    assert!(matches!(KeyMaterial::import_jwk(rsa, &private), Err(CryptoError::Data(_))));
}
