//! `node:crypto` (<https://nodejs.org/api/crypto.html>).
//!
//! The interface is JavaScript's (`js/node/crypto.js`). Here are the algorithms, as functions of bytes, and what is
//! in the middle of its data (digests, ciphers) or parsed once (keys), which JavaScript knows by numbers of the
//! instance's resources. Web Crypto is beside it in `selvedge-web`, from which elliptic curves come. What Node
//! allows beyond Web Crypto (any digest in any scheme, block modes without padding, keys in all their formats) is
//! RustCrypto's where AWS-LC's Rust interface does not reach.

mod cipher;
mod format;
mod gcm;
mod hash;
mod jwk;
mod kdf;
mod key;
mod modular;
mod ops;
mod ops_kdf;
mod ops_key;
mod pem;
mod pss;
mod rsa;
mod x509;

use selvedge_ops::OpDecl;

/// The ops of this module.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_node_crypto_release,
    ops::op_node_hash_new,
    ops::op_node_hmac_new,
    ops::op_node_hash_copy,
    ops::op_node_hash_update,
    ops::op_node_hash_digest,
    ops::op_node_hash,
    ops::op_node_hash_length,
    ops::op_node_cipher_new,
    ops::op_node_cipher_set_padding,
    ops::op_node_cipher_set_aad,
    ops::op_node_cipher_set_tag,
    ops::op_node_cipher_tag,
    ops::op_node_cipher_update,
    ops::op_node_cipher_final,
    ops_kdf::op_node_pbkdf2,
    ops_kdf::op_node_pbkdf2_async,
    ops_kdf::op_node_scrypt,
    ops_kdf::op_node_scrypt_async,
    ops_kdf::op_node_hkdf,
    ops_kdf::op_node_prime_check,
    ops_kdf::op_node_prime_check_async,
    ops_kdf::op_node_prime_generate,
    ops_kdf::op_node_prime_generate_async,
    ops_kdf::op_node_dh_private,
    ops_kdf::op_node_dh_power,
    ops_key::op_node_key_read,
    ops_key::op_node_key_read_jwk,
    ops_key::op_node_key_public,
    ops_key::op_node_key_details,
    ops_key::op_node_key_export,
    ops_key::op_node_key_export_jwk,
    ops_key::op_node_key_generate,
    ops_key::op_node_key_generate_async,
    ops_key::op_node_key_sign,
    ops_key::op_node_key_verify,
    ops_key::op_node_key_agree,
    ops_key::op_node_rsa_encrypt,
    ops_key::op_node_rsa_decrypt,
    ops_key::op_node_ecdh_generate,
    ops_key::op_node_ecdh_public,
    ops_key::op_node_ecdh_agree,
    ops_key::op_node_ecdh_convert,
    x509::op_node_x509_read,
    x509::op_node_x509_key,
    x509::op_node_x509_verify,
];
