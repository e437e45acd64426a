//! The ops of key derivation, primes and Diffie-Hellman.
//!
//! Each that takes long is there twice: in the turn, for the `Sync` functions, and on a blocking thread.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{Buffer, BufferRef, OpError, op};
use selvedge_runtime::{InstanceState, Invocation};

use super::hash::Algorithm;
use super::kdf::{self, ScryptCost};
use super::modular;
use crate::coded::{Coded, Result, off_thread};

/// PBKDF2.
#[op]
pub(crate) fn op_node_pbkdf2(
    hash: String,
    password: BufferRef<'_>,
    salt: BufferRef<'_>,
    iterations: u32,
    length: usize,
) -> Result<Buffer> {
    kdf::pbkdf2(Algorithm::required(&hash)?, &password, &salt, iterations, length).map(Buffer)
}

/// As [`op_node_pbkdf2`], on another thread.
#[op]
pub(crate) async fn op_node_pbkdf2_async(
    hash: String,
    password: Bytes,
    salt: Bytes,
    iterations: u32,
    length: usize,
) -> Result<Buffer, OpError> {
    off_thread(move || kdf::pbkdf2(Algorithm::required(&hash)?, &password, &salt, iterations, length).map(Buffer)).await
}

/// scrypt, with `most_memory` bytes at most.
#[op]
#[allow(clippy::too_many_arguments, reason = "scrypt's own")]
pub(crate) fn op_node_scrypt(
    #[context] instance: Arc<InstanceState>,
    password: BufferRef<'_>,
    salt: BufferRef<'_>,
    n: u64,
    r: u32,
    p: u32,
    most_memory: u64,
    length: usize,
) -> Result<Buffer, OpError> {
    let cost = ScryptCost { n, r, p };
    let params = cost.check(most_memory)?;
    let _charge = instance.memory().charge(cost.memory() as usize)?;
    Ok(Buffer(kdf::scrypt(&password, &salt, params, length)?))
}

/// As [`op_node_scrypt`], on another thread.
#[op]
#[allow(clippy::too_many_arguments, reason = "scrypt's own")]
pub(crate) async fn op_node_scrypt_async(
    #[context] instance: Arc<InstanceState>,
    password: Bytes,
    salt: Bytes,
    n: u64,
    r: u32,
    p: u32,
    most_memory: u64,
    length: usize,
) -> Result<Buffer, OpError> {
    let cost = ScryptCost { n, r, p };
    let params = cost.check(most_memory)?;
    let charge = instance.memory().charge(cost.memory() as usize)?;
    off_thread(move || {
        let _charge = charge;
        kdf::scrypt(&password, &salt, params, length).map(Buffer)
    })
    .await
}

/// HKDF.
#[op]
pub(crate) fn op_node_hkdf(
    hash: String,
    secret: BufferRef<'_>,
    salt: BufferRef<'_>,
    info: BufferRef<'_>,
    length: usize,
) -> Result<Buffer> {
    kdf::hkdf(Algorithm::required(&hash)?, &secret, &salt, &info, length).map(Buffer)
}

/// Whether a number is prime.
#[op]
pub(crate) fn op_node_prime_check(candidate: BufferRef<'_>) -> Result<bool> {
    modular::check_prime(&candidate)
}

/// As [`op_node_prime_check`], on another thread.
#[op]
pub(crate) async fn op_node_prime_check_async(candidate: Bytes) -> Result<bool, OpError> {
    off_thread(move || modular::check_prime(&candidate)).await
}

/// The largest primes that are made while the turn waits, in bits: seconds for safe ones.
const LARGEST_SYNC: u32 = 2048;
const LARGEST_SYNC_SAFE: u32 = 512;

/// A new prime. Refused at global scope, as all randomness is.
#[op]
pub(crate) fn op_node_prime_generate(
    #[context] _invocation: Arc<Invocation>,
    bits: u32,
    safe: bool,
    add: Option<BufferRef<'_>>,
    rem: Option<BufferRef<'_>>,
) -> Result<Buffer> {
    let most = if safe { LARGEST_SYNC_SAFE } else { LARGEST_SYNC };
    if bits > most {
        return Err(Coded::range_error(
            "ERR_OUT_OF_RANGE",
            format!("A prime of {bits} bits takes too long to be made synchronously: it must have at most {most}."),
        ));
    }
    modular::generate_prime(bits, safe, add.as_deref(), rem.as_deref()).map(Buffer)
}

/// As [`op_node_prime_generate`], on another thread.
#[op]
pub(crate) async fn op_node_prime_generate_async(
    #[context] _invocation: Arc<Invocation>,
    bits: u32,
    safe: bool,
    add: Option<Bytes>,
    rem: Option<Bytes>,
) -> Result<Buffer, OpError> {
    off_thread(move || modular::generate_prime(bits, safe, add.as_deref(), rem.as_deref()).map(Buffer)).await
}

/// A private key for Diffie-Hellman with this prime.
#[op]
pub(crate) fn op_node_dh_private(#[context] _invocation: Arc<Invocation>, prime: BufferRef<'_>) -> Result<Buffer> {
    Ok(Buffer(modular::private_key(&prime)?.to_vec()))
}

/// A power modulo a prime: a public key of Diffie-Hellman, or the shared secret.
#[op]
pub(crate) fn op_node_dh_power(base: BufferRef<'_>, exponent: BufferRef<'_>, prime: BufferRef<'_>) -> Result<Buffer> {
    modular::power(&base, &exponent, &prime).map(Buffer)
}
