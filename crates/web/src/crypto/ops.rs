//! The ops of digests, randomness, signatures, ciphers and derivation.
//!
//! What is cheap runs in the turn: it works at global scope as on the hosted platform, and its CPU time is the
//! invocation's. What may take long (RSA key generation, PBKDF2, more than 64 KiB of data) runs on tokio's
//! blocking threads, so that neither the turn nor the instance waits for it.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::constant_time;
use bytes::Bytes;
use selvedge_ops::{Buffer, BufferMut, BufferRef, OpError, op};
use selvedge_runtime::{InstanceState, Invocation};

use super::aes::CipherParams;
use super::error::{CryptoError, Result};
use super::hash::{Hash, Hasher};
use super::key::KeyMaterial;
use super::{kdf, random};

impl From<CryptoError> for OpError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Data(message) => Self::dom("DataError", message),
            CryptoError::Operation(message) => Self::dom("OperationError", message),
            CryptoError::NotSupported(message) => Self::dom("NotSupportedError", message),
            CryptoError::InvalidAccess(message) => Self::dom("InvalidAccessError", message),
        }
    }
}

/// Runs long work off the runtime's threads.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> std::result::Result<T, OpError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(OpError::from),
        Err(_) => Err(CryptoError::operation("The operation was given up.").into()),
    }
}

/// The key of an id.
pub(crate) fn key(instance: &InstanceState, id: u32) -> std::result::Result<Arc<KeyMaterial>, OpError> {
    instance.resources().get(id)
}

fn hash_option(name: Option<String>) -> Result<Option<Hash>> {
    name.map(|name| Hash::from_name(&name)).transpose()
}

/// Fills a view with random bytes (`crypto.getRandomValues`). Refused at global scope: a value that looked
/// random there would be the same for every request.
#[op]
pub(crate) fn op_crypto_random_fill(#[context] _invocation: Arc<Invocation>, mut bytes: BufferMut<'_>) -> Result<()> {
    random::fill(bytes.as_mut_slice())
}

/// Whether two buffers of one length are equal, in a time that does not depend on where they differ.
#[op]
pub(crate) fn op_crypto_timing_safe_equal(a: BufferRef<'_>, b: BufferRef<'_>) -> bool {
    constant_time::verify_slices_are_equal(&a, &b).is_ok()
}

/// A digest.
#[op]
pub(crate) fn op_crypto_digest(hash: String, data: BufferRef<'_>) -> Result<Buffer> {
    Ok(Buffer(Hash::from_name(&hash)?.digest(&data)))
}

/// A digest of much data.
#[op]
pub(crate) async fn op_crypto_digest_async(hash: String, data: Bytes) -> std::result::Result<Buffer, OpError> {
    off_thread(move || Ok(Buffer(Hash::from_name(&hash)?.digest(&data)))).await
}

/// Begins a digest of data that comes in pieces, and gives its id.
#[op]
pub(crate) fn op_crypto_hasher_open(
    #[context] instance: Arc<InstanceState>,
    hash: String,
) -> std::result::Result<u32, OpError> {
    instance.resources().add_weighing(Mutex::new(Hasher::new(Hash::from_name(&hash)?)), 512)
}

/// Adds data to a digest.
#[op]
pub(crate) fn op_crypto_hasher_update(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    data: BufferRef<'_>,
) -> std::result::Result<(), OpError> {
    let hasher = instance.resources().get::<Mutex<Hasher>>(id)?;
    hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&data);
    Ok(())
}

/// Ends a digest.
#[op]
pub(crate) fn op_crypto_hasher_finish(
    #[context] instance: Arc<InstanceState>,
    id: u32,
) -> std::result::Result<Buffer, OpError> {
    let hasher = instance.resources().take::<Mutex<Hasher>>(id)?;
    let digest = hasher.lock().unwrap_or_else(PoisonError::into_inner).finish();
    Ok(Buffer(digest))
}

/// Signs. `hash` is ECDSA's, `salt_length` RSA-PSS's in bytes.
#[op]
pub(crate) fn op_crypto_sign(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: Option<String>,
    salt_length: u32,
    data: BufferRef<'_>,
) -> std::result::Result<Buffer, OpError> {
    Ok(Buffer(key(&instance, id)?.sign(hash_option(hash)?, salt_length, &data)?))
}

/// Signs much data.
#[op(async)]
pub(crate) fn op_crypto_sign_async(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: Option<String>,
    salt_length: u32,
    data: Bytes,
) -> std::result::Result<impl Future<Output = std::result::Result<Buffer, OpError>> + use<>, OpError> {
    let (key, hash) = (key(&instance, id)?, hash_option(hash)?);
    Ok(off_thread(move || key.sign(hash, salt_length, &data).map(Buffer)))
}

/// Verifies a signature; parameters as in [`op_crypto_sign`].
#[op]
pub(crate) fn op_crypto_verify(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: Option<String>,
    salt_length: u32,
    signature: BufferRef<'_>,
    data: BufferRef<'_>,
) -> std::result::Result<bool, OpError> {
    Ok(key(&instance, id)?.verify(hash_option(hash)?, salt_length, &signature, &data)?)
}

/// Verifies a signature of much data.
#[op(async)]
pub(crate) fn op_crypto_verify_async(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: Option<String>,
    salt_length: u32,
    signature: Bytes,
    data: Bytes,
) -> std::result::Result<impl Future<Output = std::result::Result<bool, OpError>> + use<>, OpError> {
    let (key, hash) = (key(&instance, id)?, hash_option(hash)?);
    Ok(off_thread(move || key.verify(hash, salt_length, &signature, &data)))
}

/// Encrypts or wraps; see [`CipherParams`].
#[op]
pub(crate) fn op_crypto_encrypt(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    iv: BufferRef<'_>,
    additional_data: BufferRef<'_>,
    bits: u32,
    data: BufferRef<'_>,
) -> std::result::Result<Buffer, OpError> {
    let params = CipherParams { iv: &iv, additional_data: &additional_data, bits };
    Ok(Buffer(key(&instance, id)?.encrypt(params, data.as_slice())?))
}

/// Encrypts much data.
#[op(async)]
pub(crate) fn op_crypto_encrypt_async(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    iv: Bytes,
    additional_data: Bytes,
    bits: u32,
    data: Bytes,
) -> std::result::Result<impl Future<Output = std::result::Result<Buffer, OpError>> + use<>, OpError> {
    let key = key(&instance, id)?;
    Ok(off_thread(move || {
        let params = CipherParams { iv: &iv, additional_data: &additional_data, bits };
        key.encrypt(params, Vec::from(data)).map(Buffer)
    }))
}

/// Decrypts or unwraps.
#[op]
pub(crate) fn op_crypto_decrypt(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    iv: BufferRef<'_>,
    additional_data: BufferRef<'_>,
    bits: u32,
    data: BufferRef<'_>,
) -> std::result::Result<Buffer, OpError> {
    let params = CipherParams { iv: &iv, additional_data: &additional_data, bits };
    Ok(Buffer(key(&instance, id)?.decrypt(params, data.as_slice())?))
}

/// Decrypts much data.
#[op(async)]
pub(crate) fn op_crypto_decrypt_async(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    iv: Bytes,
    additional_data: Bytes,
    bits: u32,
    data: Bytes,
) -> std::result::Result<impl Future<Output = std::result::Result<Buffer, OpError>> + use<>, OpError> {
    let key = key(&instance, id)?;
    Ok(off_thread(move || {
        let params = CipherParams { iv: &iv, additional_data: &additional_data, bits };
        key.decrypt(params, Vec::from(data)).map(Buffer)
    }))
}

/// The secret that a private and another's public key share (ECDH, X25519).
#[op]
pub(crate) fn op_crypto_agree(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    public_id: u32,
) -> std::result::Result<Buffer, OpError> {
    let public = key(&instance, public_id)?;
    Ok(Buffer(key(&instance, id)?.agree(&public)?))
}

/// HKDF, to `length` bytes.
#[op]
pub(crate) fn op_crypto_hkdf(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: String,
    salt: BufferRef<'_>,
    info: BufferRef<'_>,
    length: u32,
) -> std::result::Result<Buffer, OpError> {
    let key = key(&instance, id)?;
    Ok(Buffer(kdf::hkdf(Hash::from_name(&hash)?, key.kdf_secret()?, &salt, &info, length as usize)?))
}

/// PBKDF2, to `length` bytes.
#[op(async)]
pub(crate) fn op_crypto_pbkdf2(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    hash: String,
    salt: Bytes,
    iterations: u32,
    length: u32,
) -> std::result::Result<impl Future<Output = std::result::Result<Buffer, OpError>> + use<>, OpError> {
    let (key, hash) = (key(&instance, id)?, Hash::from_name(&hash)?);
    Ok(off_thread(move || kdf::pbkdf2(hash, key.kdf_secret()?, &salt, iterations, length as usize).map(Buffer)))
}
