//! The ops of keys: made, read, written, forgotten.
//!
//! A key is parsed once and kept in the instance's table under a number, which its `CryptoKey` holds: keys
//! live as long as the script keeps them, over many events. JavaScript says when it has dropped one
//! ([`op_crypto_release`]); what it never says is freed with the instance.

use std::sync::Arc;

use selvedge_ops::{Buffer, BufferRef, Json, OpError, op};
use selvedge_runtime::{InstanceState, Invocation};

use super::error::CryptoError;
use super::jwk::Jwk;
use super::key::{Algorithm, KeyMaterial};
use super::ops::{key, off_thread};
use super::rsa::RsaPrivate;

/// What a key weighs that was not read from anything, in bytes: about that of RSA with 4096 bits.
const KEY: usize = 4096;

/// What a key weighs of so many encoded bytes: RSA keeps what it computes beforehand beside its numbers.
fn weight(encoded: usize) -> usize {
    encoded.saturating_mul(4)
}

/// Reads a key in the format `raw`, `spki` or `pkcs8` and gives its id. `parameter` names the algorithm's
/// hash or curve, or is empty.
#[op]
pub(crate) fn op_crypto_key_import(
    #[context] instance: Arc<InstanceState>,
    name: String,
    parameter: String,
    format: String,
    data: BufferRef<'_>,
) -> Result<u32, OpError> {
    let material = KeyMaterial::import(Algorithm::from_name(&name, &parameter)?, &format, &data)?;
    // A secret key may be as long as anything.
    instance.resources().add_weighing(material, weight(data.len()))
}

/// Reads a JSON Web Key and gives the key's id.
#[op]
pub(crate) fn op_crypto_key_import_jwk(
    #[context] instance: Arc<InstanceState>,
    name: String,
    parameter: String,
    jwk: Json<Jwk>,
) -> Result<u32, OpError> {
    let material = KeyMaterial::import_jwk(Algorithm::from_name(&name, &parameter)?, &jwk.0)?;
    instance.resources().add_weighing(material, jwk.0.k.as_ref().map_or(KEY, |secret| weight(secret.len())))
}

/// Writes a key in the format `raw`, `spki` or `pkcs8`.
#[op]
pub(crate) fn op_crypto_key_export(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    format: String,
) -> Result<Buffer, OpError> {
    Ok(Buffer(key(&instance, id)?.export(&format)?))
}

/// Writes the key members of a JSON Web Key.
#[op]
pub(crate) fn op_crypto_key_export_jwk(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Json<Jwk>, OpError> {
    Ok(Json(key(&instance, id)?.export_jwk()?))
}

fn add(instance: &InstanceState, material: KeyMaterial) -> Result<(u32, Option<u32>), OpError> {
    let resources = instance.resources();
    let public = material.public()?.map(|public| resources.add_weighing(public, KEY)).transpose()?;
    Ok((resources.add_weighing(material, KEY)?, public))
}

/// Makes a secret key of `bits` bits, or a pair; gives the ids of the secret or private key and of the
/// public one. Refused at global scope, as all randomness is.
#[op]
pub(crate) fn op_crypto_key_generate(
    #[context] _invocation: Arc<Invocation>,
    #[context] instance: Arc<InstanceState>,
    name: String,
    parameter: String,
    bits: u32,
) -> Result<(u32, Option<u32>), OpError> {
    add(&instance, KeyMaterial::generate(Algorithm::from_name(&name, &parameter)?, bits)?)
}

/// Makes an RSA pair; as [`op_crypto_key_generate`].
#[op]
pub(crate) async fn op_crypto_rsa_generate(
    #[context] instance: Arc<InstanceState>,
    name: String,
    hash: String,
    bits: u32,
    exponent: u32,
) -> Result<(u32, Option<u32>), OpError> {
    let material = off_thread(move || match Algorithm::from_name(&name, &hash)? {
        Algorithm::Rsa(scheme, hash) => {
            RsaPrivate::generate(scheme, hash, bits, exponent).map(|key| KeyMaterial::RsaPrivate(Box::new(key)))
        }
        _ => Err(CryptoError::wrong_key()),
    });
    add(&instance, material.await?)
}

/// An RSA key's modulus length in bits, and its public exponent.
#[op]
pub(crate) fn op_crypto_rsa_details(
    #[context] instance: Arc<InstanceState>,
    id: u32,
) -> Result<(u32, Buffer), OpError> {
    let (bits, exponent) = key(&instance, id)?.rsa_details()?;
    Ok((bits, Buffer(exponent)))
}

/// Forgets a key, or a digest that was never ended.
#[op]
pub(crate) fn op_crypto_release(#[context] instance: Arc<InstanceState>, id: u32) {
    instance.resources().close(id);
}
