//! Digests, HMAC, AES and key derivation.

use super::support::{algorithm, hex, to_hex};
use crate::crypto::aes::{AesKey, CipherParams, Mode};
use crate::crypto::error::CryptoError;
use crate::crypto::hash::{Hash, Hasher};
use crate::crypto::kdf;
use crate::crypto::key::{Algorithm, KeyMaterial};

/// RFC 1321 (A.5) and FIPS 180-4's examples of "abc".
#[test]
fn digests_are_right_whole_and_in_pieces() {
    for (name, expected) in [
        ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
        ("SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("SHA-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("SHA-384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
        (
            "SHA-512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ] {
        let hash = Hash::from_name(name).unwrap();
        assert_eq!(to_hex(&hash.digest(b"abc")), expected, "{name}");
        let mut hasher = Hasher::new(hash);
        hasher.update(b"a");
        hasher.update(b"bc");
        assert_eq!(to_hex(&hasher.finish()), expected, "{name} in pieces");
    }
    assert!(matches!(Hash::from_name("SHA-224"), Err(CryptoError::NotSupported(_))));
}

/// RFC 4231, test case 2.
#[test]
fn hmac_signs_and_verifies() {
    let key = KeyMaterial::import(algorithm("HMAC", "SHA-256"), "raw", b"Jefe").unwrap();
    let signature = key.sign(None, 0, b"what do ya want for nothing?").unwrap();
    assert_eq!(to_hex(&signature), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert!(key.verify(None, 0, &signature, b"what do ya want for nothing?").unwrap());
    assert!(!key.verify(None, 0, &signature, b"what do you want for nothing?").unwrap());
    assert!(!key.verify(None, 0, &signature[..31], b"what do ya want for nothing?").unwrap());
    assert!(matches!(
        Algorithm::from_name("HMAC", "MD5").and_then(|a| KeyMaterial::import(a, "raw", b"k")),
        Err(CryptoError::NotSupported(_))
    ));
}

/// RFC 5869, A.1.
#[test]
fn hkdf_derives() {
    let output =
        kdf::hkdf(Hash::Sha256, &[0x0b; 22], &hex("000102030405060708090a0b0c"), &hex("f0f1f2f3f4f5f6f7f8f9"), 42);
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!(to_hex(&output.unwrap()), expected);
    assert!(kdf::hkdf(Hash::Sha256, b"k", b"", b"", 255 * 32).is_ok());
    assert!(matches!(kdf::hkdf(Hash::Sha256, b"k", b"", b"", 255 * 32 + 1), Err(CryptoError::Operation(_))));
    assert_eq!(kdf::hkdf(Hash::Sha512, b"", b"", b"", 0).unwrap(), b"");
}

/// RFC 6070.
#[test]
fn pbkdf2_derives() {
    let output = kdf::pbkdf2(Hash::Sha1, b"password", b"salt", 4096, 20).unwrap();
    assert_eq!(to_hex(&output), "4b007901b765489abead49d926f721d065a429c1");
    assert!(matches!(kdf::pbkdf2(Hash::Sha1, b"p", b"s", 0, 20), Err(CryptoError::Operation(_))));
}

/// NIST SP 800-38A, F.2.1.
#[test]
fn aes_cbc_pads_and_refuses_wrong_padding() {
    let key = AesKey::new(Mode::Cbc, &hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
    let iv = hex("000102030405060708090a0b0c0d0e0f");
    let params = CipherParams { iv: &iv, ..CipherParams::default() };
    let plaintext = hex("6bc1bee22e409f96e93d7e117393172a");
    let ciphertext = key.encrypt(params, &plaintext).unwrap();
    assert_eq!(to_hex(&ciphertext[..16]), "7649abac8119b246cee98e9b12e9197d");
    assert_eq!(ciphertext.len(), 32);
    assert_eq!(key.decrypt(params, &ciphertext).unwrap(), plaintext);
    for length in [0, 15, 16, 17] {
        let broken = key.decrypt(params, &ciphertext[..length]);
        assert!(matches!(broken, Err(CryptoError::Operation(_))), "{length} bytes");
    }
    let short = CipherParams { iv: &iv[..15], ..params };
    assert!(matches!(key.encrypt(short, &plaintext), Err(CryptoError::Operation(_))));
    assert!(matches!(AesKey::new(Mode::Cbc, &[0; 20]), Err(CryptoError::Data(_))));
}

/// NIST SP 800-38A, F.5.1, and counters that wrap.
#[test]
fn aes_ctr_counts_in_its_low_bits() {
    let key = AesKey::new(Mode::Ctr, &hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
    let counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    let params = CipherParams { iv: &counter, bits: 64, ..CipherParams::default() };
    let plaintext = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let expected = "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff";
    assert_eq!(to_hex(&key.encrypt(params, &plaintext).unwrap()), expected);

    // With 2 bits the counters are ff, fc, fd, fe.
    let two = CipherParams { bits: 2, ..params };
    let wrapped = key.encrypt(two, &[0; 64]).unwrap();
    for (index, last) in [0xff, 0xfc, 0xfd, 0xfe].into_iter().enumerate() {
        let mut single = counter.clone();
        single[15] = last;
        let block = key.encrypt(CipherParams { iv: &single, ..params }, &[0; 16]).unwrap();
        assert_eq!(wrapped[index * 16..][..16], block, "block {index}");
    }
    assert!(matches!(key.encrypt(two, &[0; 65]), Err(CryptoError::Operation(_))));
    for bits in [0, 129] {
        assert!(matches!(key.encrypt(CipherParams { bits, ..params }, b""), Err(CryptoError::Operation(_))));
    }
    let all = CipherParams { iv: &[0xff; 16], bits: 128, ..params };
    assert_eq!(key.decrypt(all, key.encrypt(all, &[7; 40]).unwrap()).unwrap(), [7; 40]);
}

/// "The Galois/Counter Mode of Operation" (McGrew and Viega), test cases 4, 5 and 6: IVs of 12, 8 and 60
/// bytes; and every tag length.
#[test]
fn aes_gcm_takes_any_iv_and_tag() {
    let key = AesKey::new(Mode::Gcm, &hex("feffe9928665731c6d6a8f9467308308")).unwrap();
    let plaintext = hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let additional_data = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    for (iv, expected) in [
        (
            "cafebabefacedbaddecaf888",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
        ),
        (
            "cafebabefacedbad",
            "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f45983612d2e79e3b0785561be14aaca2fccb",
        ),
        (
            "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
            "8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5619cc5aefffe0bfa462af43c1699d050",
        ),
    ] {
        let iv = hex(iv);
        for bits in [128, 120, 112, 104, 96, 64, 32] {
            let params = CipherParams { iv: &iv, additional_data: &additional_data, bits };
            let mut ciphertext = key.encrypt(params, &plaintext).unwrap();
            assert_eq!(to_hex(&ciphertext), expected[..expected.len() - (128 - bits as usize) / 4]);
            assert_eq!(key.decrypt(params, &ciphertext).unwrap(), plaintext);
            ciphertext[3] ^= 1;
            assert!(matches!(key.decrypt(params, &ciphertext), Err(CryptoError::Operation(_))));
        }
    }
    let wrong_tag = CipherParams { iv: &[0; 12], additional_data: b"", bits: 100 };
    assert!(matches!(key.encrypt(wrong_tag, b""), Err(CryptoError::Operation(_))));
    let short = CipherParams { iv: &[0; 12], additional_data: b"", bits: 128 };
    assert!(matches!(key.decrypt(short, &[0; 15]), Err(CryptoError::Operation(_))));
}

/// RFC 3394, 4.1 and 4.6.
#[test]
fn aes_kw_wraps() {
    for (kek, data, expected) in [
        (
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        ),
    ] {
        let key = AesKey::new(Mode::Kw, &hex(kek)).unwrap();
        let params = CipherParams::default();
        let mut wrapped = key.encrypt(params, hex(data)).unwrap();
        assert_eq!(to_hex(&wrapped), expected);
        assert_eq!(to_hex(&key.decrypt(params, &wrapped).unwrap()), data);
        wrapped[9] ^= 1;
        assert!(matches!(key.decrypt(params, &wrapped), Err(CryptoError::Operation(_))));
        assert!(matches!(key.encrypt(params, &[0; 17]), Err(CryptoError::Operation(_))));
        assert!(matches!(key.encrypt(params, &[]), Err(CryptoError::Operation(_))));
    }
}
