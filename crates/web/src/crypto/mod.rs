//! Web Crypto (<https://w3c.github.io/webcrypto/>).
//!
//! The interface is JavaScript's (`js/crypto`): algorithm normalization, usages, the order of checks. Here
//! are the algorithms, as plain functions of bytes, and keys, parsed once and kept for as long as a
//! `CryptoKey` names them. The cryptography is AWS-LC's wherever its Rust interface reaches, and RustCrypto's
//! beyond: RSA in full, AES key wrap, GHASH, MD5. Each file says what it takes from which, and why.

use selvedge_ops::OpDecl;

mod aes;
mod der;
mod ec;
mod error;
mod gcm;
mod hash;
mod jwk;
mod kdf;
mod key;
mod okp;
mod ops;
mod ops_key;
pub(crate) mod random;
mod rsa;
#[cfg(test)]
mod tests;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_crypto_random_fill,
    ops::op_crypto_timing_safe_equal,
    ops::op_crypto_digest,
    ops::op_crypto_digest_async,
    ops::op_crypto_hasher_open,
    ops::op_crypto_hasher_update,
    ops::op_crypto_hasher_finish,
    ops::op_crypto_sign,
    ops::op_crypto_sign_async,
    ops::op_crypto_verify,
    ops::op_crypto_verify_async,
    ops::op_crypto_encrypt,
    ops::op_crypto_encrypt_async,
    ops::op_crypto_decrypt,
    ops::op_crypto_decrypt_async,
    ops::op_crypto_agree,
    ops::op_crypto_hkdf,
    ops::op_crypto_pbkdf2,
    ops_key::op_crypto_key_import,
    ops_key::op_crypto_key_import_jwk,
    ops_key::op_crypto_key_export,
    ops_key::op_crypto_key_export_jwk,
    ops_key::op_crypto_key_generate,
    ops_key::op_crypto_rsa_generate,
    ops_key::op_crypto_rsa_details,
    ops_key::op_crypto_release,
];
