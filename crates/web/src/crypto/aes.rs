//! AES: CBC, CTR, GCM (NIST SP 800-38A, 800-38D) and key wrap (RFC 3394).
//!
//! AWS-LC does the work where its Rust interface reaches: CBC, CTR, and GCM with a 96-bit IV and a full tag,
//! which is what nearly everybody uses. Web Crypto also allows IVs of any length and truncated tags; those
//! take the general construction of [`super::gcm`].

use std::borrow::Cow;

use aes_kw::{AesKw, KeyInit};
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptingKey, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use selvedge_ops::Buffer;
use zeroize::Zeroizing;

use super::error::{CryptoError, Result};
use super::gcm;

/// The mode that a key was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Cbc,
    Ctr,
    Gcm,
    Kw,
}

/// What an operation is given beside the data. Modes ignore what they have no use for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CipherParams<'a> {
    /// The IV, or CTR's first counter block, or RSA-OAEP's label.
    pub(crate) iv: &'a [u8],
    /// GCM's additional authenticated data.
    pub(crate) additional_data: &'a [u8],
    /// GCM's tag length or CTR's counter length, in bits.
    pub(crate) bits: u32,
}

/// An AES key.
pub(crate) struct AesKey {
    pub(crate) mode: Mode,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    gcm: Option<LessSafeKey>,
}

/// The length of GCM's full tag, and of a padding at most, in bytes.
const TAG: usize = 16;

/// What AWS-LC gives: bytes, or that it did not work.
type Sealed = std::result::Result<Vec<u8>, Unspecified>;

/// The data, owned, with room for a tag or a padding.
fn with_room(data: Cow<'_, [u8]>) -> Vec<u8> {
    match data {
        Cow::Owned(mut data) => {
            data.reserve_exact(TAG);
            data
        }
        Cow::Borrowed(data) => {
            let mut owned = Vec::with_capacity(data.len() + TAG);
            owned.extend_from_slice(data);
            owned
        }
    }
}

fn failed() -> CryptoError {
    CryptoError::operation("The AES operation failed.")
}

/// One text for every cause: which one it was would help an attacker.
fn decryption_failed() -> CryptoError {
    CryptoError::operation(
        "Decryption failed. This could be due to a ciphertext authentication failure, bad padding, \
         incorrect CryptoKey, or another algorithm-specific reason.",
    )
}

impl AesKey {
    /// A key of 128, 192 or 256 bits.
    pub(crate) fn new(mode: Mode, bytes: &[u8]) -> Result<Self> {
        let algorithm = match bytes.len() {
            16 => &aead::AES_128_GCM,
            24 => &aead::AES_192_GCM,
            32 => &aead::AES_256_GCM,
            length => {
                return Err(CryptoError::data(format!(
                    "Imported AES key length must be 128, 192, or 256 bits but provided {}.",
                    length * 8
                )));
            }
        };
        let gcm = match mode {
            Mode::Gcm => Some(LessSafeKey::new(UnboundKey::new(algorithm, bytes).map_err(|_| failed())?)),
            Mode::Cbc | Mode::Ctr | Mode::Kw => None,
        };
        Ok(Self { mode, bytes: Zeroizing::new(bytes.to_vec()), gcm })
    }

    fn cipher(&self) -> Result<UnboundCipherKey> {
        let algorithm = match self.bytes.len() {
            16 => &cipher::AES_128,
            24 => &cipher::AES_192,
            _ => &cipher::AES_256,
        };
        UnboundCipherKey::new(algorithm, &self.bytes).map_err(|_| failed())
    }

    /// Encrypts, or wraps; what is owned is encrypted in place.
    pub(crate) fn encrypt<'a>(&self, params: CipherParams<'_>, data: impl Into<Cow<'a, [u8]>>) -> Result<Vec<u8>> {
        let data = data.into();
        match self.mode {
            Mode::Cbc => self.cbc_encrypt(params, data),
            Mode::Ctr => self.ctr(block(params.iv)?, params.bits, data),
            Mode::Gcm => self.gcm_encrypt(params, data),
            Mode::Kw => self.wrap(&data),
        }
    }

    /// Decrypts, or unwraps; as [`Self::encrypt`].
    pub(crate) fn decrypt<'a>(&self, params: CipherParams<'_>, data: impl Into<Cow<'a, [u8]>>) -> Result<Vec<u8>> {
        let data = data.into();
        match self.mode {
            Mode::Cbc => self.cbc_decrypt(params, data),
            Mode::Ctr => self.ctr(block(params.iv)?, params.bits, data),
            Mode::Gcm => self.gcm_decrypt(params, data),
            Mode::Kw => self.unwrap(&data),
        }
    }

    fn cbc_encrypt(&self, params: CipherParams<'_>, data: Cow<'_, [u8]>) -> Result<Vec<u8>> {
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(self.cipher()?).map_err(|_| failed())?;
        let mut output = with_room(data);
        key.less_safe_encrypt(&mut output, EncryptionContext::Iv128(block(params.iv)?.into())).map_err(|_| failed())?;
        Ok(output)
    }

    fn cbc_decrypt(&self, params: CipherParams<'_>, data: Cow<'_, [u8]>) -> Result<Vec<u8>> {
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(self.cipher()?).map_err(|_| failed())?;
        let mut output = data.into_owned();
        let context = DecryptionContext::Iv128(block(params.iv)?.into());
        let length = key.decrypt(&mut output, context).map_err(|_| decryption_failed())?.len();
        output.truncate(length);
        Ok(output)
    }

    /// Counter mode, where only the low `bits` bits of the counter block count: they wrap, and what is
    /// above them stays. AWS-LC counts in all 128, so data that passes the wrap is done in two runs.
    pub(crate) fn ctr<'a>(&self, counter: [u8; 16], bits: u32, data: impl Into<Cow<'a, [u8]>>) -> Result<Vec<u8>> {
        let data = data.into();
        if !(1..=128).contains(&bits) {
            return Err(CryptoError::operation(format!("Invalid counter of {bits} bits length provided.")));
        }
        let mask = u128::MAX >> (128 - bits);
        let counter = u128::from_be_bytes(counter);
        let blocks = data.len().div_ceil(16) as u128;
        // `mask` is the number of blocks less one, so that 128 bits do not overflow.
        if blocks != 0 && blocks - 1 > mask {
            return Err(CryptoError::operation("The data is too long: the counter would repeat."));
        }
        let until_wrap = mask - (counter & mask);
        let split = usize::try_from(until_wrap).ok().and_then(|blocks| blocks.checked_add(1)?.checked_mul(16));
        let split = split.map_or(data.len(), |split| split.min(data.len()));
        let mut output = data.into_owned();
        let (first, second) = output.split_at_mut(split);
        self.ctr_run(counter, first)?;
        self.ctr_run(counter & !mask, second)?;
        Ok(output)
    }

    fn ctr_run(&self, counter: u128, data: &mut [u8]) -> Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        let key = EncryptingKey::ctr(self.cipher()?).map_err(|_| failed())?;
        let context = EncryptionContext::Iv128(counter.to_be_bytes().into());
        key.less_safe_encrypt(data, context).map(|_| ()).map_err(|_| failed())
    }

    fn gcm_encrypt(&self, params: CipherParams<'_>, data: Cow<'_, [u8]>) -> Result<Vec<u8>> {
        let tag_length = tag_length(params)?;
        if let (Some(key), Ok(nonce)) = (&self.gcm, Nonce::try_assume_unique_for_key(params.iv)) {
            let length = data.len();
            let mut output = seal(key, nonce, params.additional_data, data).map_err(|_| failed())?;
            output.truncate(length + tag_length);
            return Ok(output);
        }
        let (mut output, tag) = gcm::seal(self, params.iv, params.additional_data, &data)?;
        output.extend_from_slice(&tag[..tag_length]);
        Ok(output)
    }

    fn gcm_decrypt(&self, params: CipherParams<'_>, data: Cow<'_, [u8]>) -> Result<Vec<u8>> {
        let tag_length = tag_length(params)?;
        let Some(length) = data.len().checked_sub(tag_length) else {
            return Err(CryptoError::operation(format!(
                "Ciphertext length of {} bits must be greater than or equal to the size of the AES-GCM tag length of {} bits.",
                data.len() * 8,
                tag_length * 8
            )));
        };
        if let (Some(key), Ok(nonce), TAG) = (&self.gcm, Nonce::try_assume_unique_for_key(params.iv), tag_length) {
            return open(key, nonce, params.additional_data, data, length).map_err(|_| decryption_failed());
        }
        let (ciphertext, tag) = data.split_at(length);
        gcm::open(self, params.iv, params.additional_data, ciphertext, tag)?.ok_or_else(decryption_failed)
    }

    fn wrap(&self, data: &[u8]) -> Result<Vec<u8>> {
        let invalid = || CryptoError::operation("AES-KW can wrap only data of a multiple of 8 bytes, and at least 16.");
        if data.len() < 16 {
            return Err(invalid());
        }
        let mut output = vec![0; data.len() + 8];
        match self.bytes.len() {
            16 => kw::<aes_kw::aes::Aes128>(&self.bytes)?.wrap_key(data, &mut output).map(|_| ()),
            24 => kw::<aes_kw::aes::Aes192>(&self.bytes)?.wrap_key(data, &mut output).map(|_| ()),
            _ => kw::<aes_kw::aes::Aes256>(&self.bytes)?.wrap_key(data, &mut output).map(|_| ()),
        }
        .map_err(|_| invalid())?;
        Ok(output)
    }

    fn unwrap(&self, data: &[u8]) -> Result<Vec<u8>> {
        if data.len() < 24 {
            return Err(decryption_failed());
        }
        let mut output = vec![0; data.len() - 8];
        match self.bytes.len() {
            16 => kw::<aes_kw::aes::Aes128>(&self.bytes)?.unwrap_key(data, &mut output).map(|_| ()),
            24 => kw::<aes_kw::aes::Aes192>(&self.bytes)?.unwrap_key(data, &mut output).map(|_| ()),
            _ => kw::<aes_kw::aes::Aes256>(&self.bytes)?.unwrap_key(data, &mut output).map(|_| ()),
        }
        .map_err(|_| decryption_failed())?;
        Ok(output)
    }
}

/// The ciphertext with its full tag. What is borrowed is encrypted from where it is into the result: a copy first would
/// cost half as much as the encryption.
fn seal(key: &LessSafeKey, nonce: Nonce, additional_data: &[u8], data: Cow<'_, [u8]>) -> Sealed {
    let additional_data = Aad::from(additional_data);
    match data {
        Cow::Borrowed(data) => Buffer::written(data.len() + TAG, |output| {
            let (ciphertext, tag) = output.split_at_mut(data.len());
            key.seal_out_of_place_scatter(nonce, additional_data, data, ciphertext, &[], tag)
        }),
        Cow::Owned(_) => {
            let mut output = with_room(data);
            key.seal_in_place_append_tag(nonce, additional_data, &mut output)?;
            Ok(output)
        }
    }
}

/// The plaintext, of `length` bytes, of a ciphertext with its full tag.
fn open(key: &LessSafeKey, nonce: Nonce, additional_data: &[u8], data: Cow<'_, [u8]>, length: usize) -> Sealed {
    let additional_data = Aad::from(additional_data);
    match data {
        Cow::Borrowed(data) => {
            let (ciphertext, tag) = data.split_at(length);
            Buffer::written(length, |output| key.open_separate_gather(nonce, additional_data, ciphertext, tag, output))
        }
        Cow::Owned(mut output) => {
            key.open_in_place(nonce, additional_data, &mut output)?;
            output.truncate(length);
            Ok(output)
        }
    }
}

fn kw<C>(bytes: &[u8]) -> Result<AesKw<C>>
where
    AesKw<C>: KeyInit,
{
    AesKw::<C>::new_from_slice(bytes).map_err(|_| failed())
}

fn block(bytes: &[u8]) -> Result<[u8; 16]> {
    bytes.try_into().map_err(|_| {
        CryptoError::operation(format!("The IV or counter must be 16 bytes long (provided {} bytes).", bytes.len()))
    })
}

/// GCM's tag length in bytes.
fn tag_length(params: CipherParams<'_>) -> Result<usize> {
    match params.bits {
        32 | 64 | 96 | 104 | 112 | 120 | 128 => Ok(params.bits as usize / 8),
        bits => Err(CryptoError::operation(format!("Invalid AES-GCM tag length {bits}."))),
    }
}
