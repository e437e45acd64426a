//! The ops of digests and ciphers.

use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{Buffer, BufferRef, OpError, op};
use selvedge_runtime::InstanceState;

use super::cipher::{Cipher, Suite};
use super::hash::{Algorithm, Hasher, Hmac};
use crate::coded::{Coded, Result};

/// A digest or a MAC in the middle of its data.
#[derive(Clone)]
enum Digester {
    Hash(Box<Hasher>, usize),
    Hmac(Box<Hmac>),
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unknown_digest() -> Coded {
    Coded::error("", "Digest method not supported")
}

/// Forgets a digest, a cipher or a key.
#[op]
pub(crate) fn op_node_crypto_release(#[context] instance: Arc<InstanceState>, id: u32) {
    instance.resources().close(id);
}

/// What the state of a digest or a cipher weighs besides itself, in bytes.
const STATE: usize = 1024;

fn add(instance: &InstanceState, digester: Digester) -> Result<u32, OpError> {
    instance.resources().add_weighing(Mutex::new(digester), STATE)
}

/// Begins a digest; gives its number. `length` is that of an extendable one's output.
#[op]
pub(crate) fn op_node_hash_new(
    #[context] instance: Arc<InstanceState>,
    name: String,
    length: Option<usize>,
) -> Result<u32, OpError> {
    let algorithm = Algorithm::from_name(&name).ok_or_else(unknown_digest)?;
    let length = algorithm.checked_length(length)?;
    add(&instance, Digester::Hash(Box::new(Hasher::new(algorithm)), length))
}

/// Begins a MAC; gives its number.
#[op]
pub(crate) fn op_node_hmac_new(
    #[context] instance: Arc<InstanceState>,
    name: String,
    key: BufferRef<'_>,
) -> Result<u32, OpError> {
    let algorithm = Algorithm::from_name(&name)
        .filter(|algorithm| !algorithm.is_extendable())
        .ok_or_else(|| Coded::type_error("ERR_CRYPTO_INVALID_DIGEST", format!("Invalid digest: {name}")))?;
    add(&instance, Digester::Hmac(Box::new(Hmac::new(algorithm, &key))))
}

/// A second digest that goes on from the first's data.
#[op]
pub(crate) fn op_node_hash_copy(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    name: String,
    length: Option<usize>,
) -> Result<u32, OpError> {
    let digester = instance.resources().get::<Mutex<Digester>>(id)?;
    let mut copy = lock(&digester).clone();
    if let (Digester::Hash(_, own), Some(algorithm), Some(_)) = (&mut copy, Algorithm::from_name(&name), length) {
        *own = algorithm.checked_length(length)?;
    }
    add(&instance, copy)
}

/// Adds data.
#[op]
pub(crate) fn op_node_hash_update(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    data: BufferRef<'_>,
) -> Result<(), OpError> {
    let digester = instance.resources().get::<Mutex<Digester>>(id)?;
    match &mut *lock(&digester) {
        Digester::Hash(hasher, _) => hasher.update(&data),
        Digester::Hmac(hmac) => hmac.update(&data),
    }
    Ok(())
}

/// Ends a digest or MAC.
#[op]
pub(crate) fn op_node_hash_digest(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Buffer, OpError> {
    let digester = instance.resources().take::<Mutex<Digester>>(id)?;
    let digester = lock(&digester).clone();
    Ok(Buffer(match digester {
        Digester::Hash(hasher, length) => hasher.finish(length),
        Digester::Hmac(hmac) => hmac.finish(),
    }))
}

/// A digest of data that is there at once.
#[op]
pub(crate) fn op_node_hash(name: String, data: BufferRef<'_>) -> Result<Buffer> {
    Ok(Buffer(Algorithm::from_name(&name).ok_or_else(unknown_digest)?.digest(&data)))
}

/// The length of a digest in bytes; 0 for one that is not known.
#[op]
pub(crate) fn op_node_hash_length(name: String) -> u32 {
    Algorithm::from_name(&name).map_or(0, |algorithm| algorithm.output_length() as u32)
}

/// Begins to encrypt or decrypt; gives the cipher's number.
#[op]
pub(crate) fn op_node_cipher_new(
    #[context] instance: Arc<InstanceState>,
    name: String,
    encrypt: bool,
    key: BufferRef<'_>,
    iv: BufferRef<'_>,
    tag_length: Option<usize>,
) -> Result<u32, OpError> {
    let suite = Suite::from_name(&name).ok_or_else(|| Coded::error("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher"))?;
    instance.resources().add_weighing(Mutex::new(Cipher::new(suite, encrypt, &key, &iv, tag_length)?), STATE)
}

/// Whether the last block is padded.
#[op]
pub(crate) fn op_node_cipher_set_padding(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    on: bool,
) -> Result<(), OpError> {
    lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).set_padding(on);
    Ok(())
}

/// Adds data that is authenticated only.
#[op]
pub(crate) fn op_node_cipher_set_aad(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    data: BufferRef<'_>,
) -> Result<(), OpError> {
    Ok(lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).set_additional_data(&data)?)
}

/// Gives the tag that is expected.
#[op]
pub(crate) fn op_node_cipher_set_tag(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    tag: BufferRef<'_>,
) -> Result<(), OpError> {
    Ok(lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).set_tag(&tag)?)
}

/// The tag of what was encrypted.
#[op]
pub(crate) fn op_node_cipher_tag(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Buffer, OpError> {
    Ok(Buffer(lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).tag()?))
}

/// Encrypts or decrypts more data.
#[op]
pub(crate) fn op_node_cipher_update(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    data: BufferRef<'_>,
) -> Result<Buffer, OpError> {
    Ok(Buffer(lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).update(&data)?))
}

/// Ends the data.
#[op]
pub(crate) fn op_node_cipher_final(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Buffer, OpError> {
    Ok(Buffer(lock(&*instance.resources().get::<Mutex<Cipher>>(id)?).finish()?))
}
