//! The ops of asymmetric keys.

use std::sync::Arc;

use selvedge_ops::{Buffer, BufferRef, Json, OpError, op};
use selvedge_runtime::{InstanceState, Invocation};
use selvedge_web::crypto::{EcPrivate, EcPublic, Jwk, OkpKind};
use serde::Deserialize;

use super::format;
use super::hash::Algorithm;
use super::key::{self, Details, Key, Signing};
use super::pss::PssLimits;
use super::rsa::{LARGEST_SYNC, Padding, RsaPrivate};
use crate::coded::{Coded, Result, off_thread};

pub(super) fn key(instance: &InstanceState, id: u32) -> Result<Arc<Key>, OpError> {
    instance.resources().get(id)
}

/// What a key weighs besides itself, in bytes: about that of RSA with 8192 bits, with what is computed beforehand.
pub(super) const KEY: usize = 8192;

/// Reads a private or public key; gives its number. `kind` is the DER's.
#[op]
pub(crate) fn op_node_key_read(
    #[context] instance: Arc<InstanceState>,
    data: BufferRef<'_>,
    private: bool,
    pem: bool,
    kind: String,
    passphrase: Option<BufferRef<'_>>,
) -> Result<u32, OpError> {
    let read = if private { format::read_private } else { format::read_public };
    instance.resources().add_weighing(read(&data, pem, &kind, passphrase.as_deref())?, data.len().saturating_mul(4))
}

/// Reads a JSON Web Key of this `kty` and `crv`.
#[op]
pub(crate) fn op_node_key_read_jwk(
    #[context] instance: Arc<InstanceState>,
    kind: String,
    curve: String,
    jwk: Json<Jwk>,
    private: bool,
) -> Result<u32, OpError> {
    instance.resources().add_weighing(Key::from_jwk(&kind, &curve, &jwk.0, private)?, KEY)
}

/// The number of a private key's public key.
#[op]
pub(crate) fn op_node_key_public(#[context] instance: Arc<InstanceState>, id: u32) -> Result<u32, OpError> {
    let public = key(&instance, id)?.public()?;
    let public = public.ok_or_else(|| Coded::error("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", "The key is public already"));
    instance.resources().add_weighing(public?, KEY)
}

/// What is to be told of a key.
#[op]
pub(crate) fn op_node_key_details(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Json<Details>, OpError> {
    Ok(Json(key(&instance, id)?.details()))
}

/// Writes a key in DER; with a cipher, under a passphrase.
#[op]
pub(crate) fn op_node_key_export(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    kind: String,
    cipher: Option<String>,
    passphrase: Option<BufferRef<'_>>,
) -> Result<Buffer, OpError> {
    let der = format::write(&*key(&instance, id)?, &kind)?;
    Ok(Buffer(match cipher {
        Some(cipher) => format::encrypted(&der, &cipher, passphrase.as_deref().unwrap_or_default())?,
        None => der.to_vec(),
    }))
}

/// Writes the members of a JSON Web Key.
#[op]
pub(crate) fn op_node_key_export_jwk(#[context] instance: Arc<InstanceState>, id: u32) -> Result<Json<Jwk>, OpError> {
    Ok(Json(key(&instance, id)?.to_jwk()?))
}

/// What key to make.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    bits: u32,
    #[serde(default)]
    exponent: u32,
    #[serde(default)]
    curve: String,
    hash: Option<String>,
    salt_length: Option<u8>,
}

impl Plan {
    fn carry_out(&self) -> Result<Key> {
        let rsa = |pss| RsaPrivate::generate(self.bits, self.exponent, pss).map(|key| Key::RsaPrivate(Box::new(key)));
        match self.kind.as_str() {
            "rsa" => rsa(None),
            "rsa-pss" => {
                let limits = match &self.hash {
                    Some(name) => {
                        let hash = Algorithm::required(name)?;
                        let customary = u8::try_from(hash.output_length()).unwrap_or(u8::MAX);
                        Some(PssLimits { hash, salt_length: self.salt_length.unwrap_or(customary) })
                    }
                    None => None,
                };
                rsa(Some(limits))
            }
            "ec" => Key::generate_ec(&self.curve),
            "ed25519" => Key::generate_okp(OkpKind::Ed25519),
            "x25519" => Key::generate_okp(OkpKind::X25519),
            kind => Err(Coded::type_error(
                "ERR_INVALID_ARG_VALUE",
                format!("The argument 'type' must be a supported key type. Received '{kind}'"),
            )),
        }
    }
}

/// The numbers of a private key and of its public key.
fn add(instance: &InstanceState, key: Key) -> Result<(u32, u32), OpError> {
    let public = key.public()?.ok_or_else(|| OpError::error("a private key was expected"))?;
    let resources = instance.resources();
    Ok((resources.add_weighing(key, KEY)?, resources.add_weighing(public, KEY)?))
}

/// Makes a key pair. Refused at global scope, as all randomness is.
#[op]
pub(crate) fn op_node_key_generate(
    #[context] _invocation: Arc<Invocation>,
    #[context] instance: Arc<InstanceState>,
    plan: Json<Plan>,
) -> Result<(u32, u32), OpError> {
    if plan.0.bits > LARGEST_SYNC {
        return Err(Coded::range_error(
            "ERR_OUT_OF_RANGE",
            format!(
                "An RSA key of {} bits takes too long to be made synchronously: it must have at most {LARGEST_SYNC}.",
                plan.0.bits
            ),
        )
        .into());
    }
    add(&instance, plan.0.carry_out()?)
}

/// As [`op_node_key_generate`], on another thread.
#[op]
pub(crate) async fn op_node_key_generate_async(
    #[context] _invocation: Arc<Invocation>,
    #[context] instance: Arc<InstanceState>,
    plan: Json<Plan>,
) -> Result<(u32, u32), OpError> {
    add(&instance, off_thread(move || plan.0.carry_out()).await?)
}

/// How a signature is made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SigningOptions {
    hash: Option<String>,
    padding: Option<u32>,
    salt_length: Option<i32>,
    fixed: bool,
    digested: bool,
}

impl SigningOptions {
    fn read(&self) -> Result<Signing> {
        let hash = self.hash.as_deref().map(Algorithm::required).transpose()?;
        Ok(Signing { hash, padding: self.padding, salt_length: self.salt_length, fixed: self.fixed })
    }
}

/// Signs data, or what has this digest.
#[op]
pub(crate) fn op_node_key_sign(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    options: Json<SigningOptions>,
    data: BufferRef<'_>,
) -> Result<Buffer, OpError> {
    Ok(Buffer(key(&instance, id)?.sign(options.0.read()?, &data, options.0.digested)?))
}

/// Whether a signature is one.
#[op]
pub(crate) fn op_node_key_verify(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    options: Json<SigningOptions>,
    data: BufferRef<'_>,
    signature: BufferRef<'_>,
) -> Result<bool, OpError> {
    Ok(key(&instance, id)?.verify(options.0.read()?, &data, options.0.digested, &signature)?)
}

/// The secret that two keys share.
#[op]
pub(crate) fn op_node_key_agree(
    #[context] instance: Arc<InstanceState>,
    private: u32,
    public: u32,
) -> Result<Buffer, OpError> {
    Ok(Buffer(key(&instance, private)?.agree(&*key(&instance, public)?)?))
}

fn not_rsa() -> Coded {
    Coded::error(
        "ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE",
        "error:03000096:digital envelope routines::operation not supported for this keytype",
    )
}

/// RSA: encrypts for a public key, or with a private key as a signature without a digest.
#[op]
pub(crate) fn op_node_rsa_encrypt(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    padding: u32,
    hash: String,
    label: BufferRef<'_>,
    data: BufferRef<'_>,
) -> Result<Buffer, OpError> {
    let padding = Padding::from_number(padding)?;
    Ok(Buffer(match &*key(&instance, id)? {
        Key::RsaPublic(key) => key.encrypt(padding, Algorithm::required(&hash)?, &label, &data)?,
        Key::RsaPrivate(key) => key.encrypt(&data)?,
        _ => return Err(not_rsa().into()),
    }))
}

/// The reverse of [`op_node_rsa_encrypt`], with the other key.
#[op]
pub(crate) fn op_node_rsa_decrypt(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    padding: u32,
    hash: String,
    label: BufferRef<'_>,
    data: BufferRef<'_>,
) -> Result<Buffer, OpError> {
    let padding = Padding::from_number(padding)?;
    Ok(Buffer(match &*key(&instance, id)? {
        Key::RsaPrivate(key) => key.decrypt(padding, Algorithm::required(&hash)?, &label, &data)?,
        Key::RsaPublic(key) => key.decrypt(&data)?,
        _ => return Err(not_rsa().into()),
    }))
}

fn invalid_public() -> Coded {
    Coded::error("ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY", "Public key is not valid for specified curve")
}

fn private(curve: &str, scalar: &[u8]) -> Result<EcPrivate> {
    EcPrivate::from_scalar(key::curve(curve)?, scalar)
        .map_err(|_| Coded::range_error("ERR_CRYPTO_INVALID_KEYTYPE", "Private key is not valid for specified curve."))
}

/// A new scalar.
#[op]
pub(crate) fn op_node_ecdh_generate(#[context] _invocation: Arc<Invocation>, curve: String) -> Result<Buffer> {
    Ok(Buffer(EcPrivate::generate(key::curve(&curve)?)?.to_scalar()?.to_vec()))
}

/// A scalar's point.
#[op]
pub(crate) fn op_node_ecdh_public(curve: String, scalar: BufferRef<'_>) -> Result<Buffer> {
    Ok(Buffer(private(&curve, &scalar)?.public()?.to_raw()))
}

/// The secret of a scalar and another's point.
#[op]
pub(crate) fn op_node_ecdh_agree(curve: String, scalar: BufferRef<'_>, point: BufferRef<'_>) -> Result<Buffer> {
    let public = EcPublic::from_point(key::curve(&curve)?, &point).map_err(|_| invalid_public())?;
    Ok(Buffer(private(&curve, &scalar)?.agree(&public)?))
}

/// A point in the uncompressed form.
#[op]
pub(crate) fn op_node_ecdh_convert(curve: String, point: BufferRef<'_>) -> Result<Buffer> {
    let public = EcPublic::from_point(key::curve(&curve)?, &point)
        .map_err(|_| Coded::error("ERR_CRYPTO_OPERATION_FAILED", "Failed to convert Buffer to EC_POINT"))?;
    Ok(Buffer(public.to_raw()))
}
