//! Ciphers over data that comes in pieces (`crypto.createCipheriv`).
//!
//! AWS-LC's Rust interface has no block mode without padding, and no GCM that gives its output piece by piece.
//! So the modes are RustCrypto's, over its AES, which uses the processor's instructions.

use aes::{Aes128, Aes192, Aes256};
use ctr::cipher::typenum::U16;
use ctr::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, StreamCipher,
};

use super::gcm::Gcm;
use crate::coded::{Coded, Result};

const BLOCK: usize = 16;

/// What transforms whole blocks, or with a stream cipher any bytes, in place.
pub(super) type Transform = Box<dyn FnMut(&mut [u8]) + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Cbc,
    Ecb,
    Ctr,
    Gcm,
}

/// A cipher's name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    pub(crate) key_length: usize,
    pub(crate) mode: Mode,
}

impl Suite {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "aes128" => Self { key_length: 16, mode: Mode::Cbc },
            "aes192" => Self { key_length: 24, mode: Mode::Cbc },
            "aes256" => Self { key_length: 32, mode: Mode::Cbc },
            "id-aes128-gcm" => Self { key_length: 16, mode: Mode::Gcm },
            "id-aes192-gcm" => Self { key_length: 24, mode: Mode::Gcm },
            "id-aes256-gcm" => Self { key_length: 32, mode: Mode::Gcm },
            name => {
                let (bits, mode) = name.strip_prefix("aes-")?.split_once('-')?;
                let key_length = match bits {
                    "128" => 16,
                    "192" => 24,
                    "256" => 32,
                    _ => return None,
                };
                let mode = match mode {
                    "cbc" => Mode::Cbc,
                    "ecb" => Mode::Ecb,
                    "ctr" => Mode::Ctr,
                    "gcm" => Mode::Gcm,
                    _ => return None,
                };
                Self { key_length, mode }
            }
        })
    }
}

fn invalid_key() -> Coded {
    Coded::range_error("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
}

fn invalid_iv() -> Coded {
    Coded::type_error("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector")
}

/// Runs an expression with `$aes` as AES of the key's length.
macro_rules! with_aes {
    ($key:expr, $aes:ident => $body:expr) => {
        match $key.len() {
            16 => {
                type $aes = Aes128;
                $body
            }
            24 => {
                type $aes = Aes192;
                $body
            }
            32 => {
                type $aes = Aes256;
                $body
            }
            _ => return Err(invalid_key()),
        }
    };
}

fn blocks(data: &mut [u8]) -> &mut [Array<u8, U16>] {
    Array::slice_as_chunks_mut(data).0
}

fn ecb(key: &[u8], encrypt: bool) -> Result<Transform> {
    Ok(with_aes!(key, Aes => {
        let aes = Aes::new_from_slice(key).map_err(|_| invalid_key())?;
        if encrypt {
            Box::new(move |data| aes.encrypt_blocks(blocks(data)))
        } else {
            Box::new(move |data| aes.decrypt_blocks(blocks(data)))
        }
    }))
}

fn cbc(key: &[u8], iv: &[u8], encrypt: bool) -> Result<Transform> {
    Ok(with_aes!(key, Aes => {
        if encrypt {
            let mut mode = cbc::Encryptor::<Aes>::new_from_slices(key, iv).map_err(|_| invalid_iv())?;
            Box::new(move |data| mode.encrypt_blocks(blocks(data)))
        } else {
            let mut mode = cbc::Decryptor::<Aes>::new_from_slices(key, iv).map_err(|_| invalid_iv())?;
            Box::new(move |data| mode.decrypt_blocks(blocks(data)))
        }
    }))
}

fn ctr(key: &[u8], iv: &[u8]) -> Result<Transform> {
    Ok(with_aes!(key, Aes => {
        let mut mode = ctr::Ctr128BE::<Aes>::new_from_slices(key, iv).map_err(|_| invalid_iv())?;
        Box::new(move |data| mode.apply_keystream(data))
    }))
}

/// Counter mode with a counter of 32 bits, as GCM counts.
pub(super) fn ctr32(key: &[u8], counter: &[u8; BLOCK]) -> Result<Transform> {
    Ok(with_aes!(key, Aes => {
        let mut mode = ctr::Ctr32BE::<Aes>::new_from_slices(key, counter).map_err(|_| invalid_iv())?;
        Box::new(move |data| mode.apply_keystream(data))
    }))
}

enum Engine {
    Blocks { transform: Transform, pending: Vec<u8>, padding: bool },
    Stream(Transform),
    Gcm(Box<Gcm>),
}

/// A cipher in the middle of its data.
pub(crate) struct Cipher {
    encrypt: bool,
    engine: Engine,
}

impl Cipher {
    /// `tag_length` is GCM's, in bytes.
    pub(crate) fn new(suite: Suite, encrypt: bool, key: &[u8], iv: &[u8], tag_length: Option<usize>) -> Result<Self> {
        if key.len() != suite.key_length {
            return Err(invalid_key());
        }
        let iv_fits = match suite.mode {
            Mode::Cbc | Mode::Ctr => iv.len() == BLOCK,
            Mode::Ecb => iv.is_empty(),
            Mode::Gcm => !iv.is_empty(),
        };
        if !iv_fits {
            return Err(invalid_iv());
        }
        let whole_blocks = |transform| Engine::Blocks { transform, pending: Vec::new(), padding: true };
        let engine = match suite.mode {
            Mode::Ecb => whole_blocks(ecb(key, encrypt)?),
            Mode::Cbc => whole_blocks(cbc(key, iv, encrypt)?),
            Mode::Ctr => Engine::Stream(ctr(key, iv)?),
            Mode::Gcm => Engine::Gcm(Box::new(Gcm::new(key, iv, tag_length)?)),
        };
        Ok(Self { encrypt, engine })
    }

    /// Whether the last block is padded (PKCS #7).
    pub(crate) fn set_padding(&mut self, on: bool) {
        if let Engine::Blocks { padding, .. } = &mut self.engine {
            *padding = on;
        }
    }

    fn gcm(&mut self, what: &'static str) -> Result<&mut Gcm> {
        match &mut self.engine {
            Engine::Gcm(gcm) => Ok(gcm),
            _ => Err(Coded::error("ERR_CRYPTO_INVALID_STATE", format!("Invalid state for operation {what}"))),
        }
    }

    /// Data that is authenticated and not encrypted.
    pub(crate) fn set_additional_data(&mut self, data: &[u8]) -> Result<()> {
        self.gcm("setAAD")?.additional_data(data)
    }

    /// The tag that the data must have.
    pub(crate) fn set_tag(&mut self, tag: &[u8]) -> Result<()> {
        let encrypt = self.encrypt;
        let gcm = self.gcm("setAuthTag")?;
        if encrypt {
            return Err(Coded::error("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAuthTag"));
        }
        gcm.expect(tag)
    }

    /// The tag of the data, once it has all been given.
    pub(crate) fn tag(&mut self) -> Result<Vec<u8>> {
        let tag = self.gcm("getAuthTag")?.tag();
        tag.ok_or_else(|| Coded::error("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation getAuthTag"))
    }

    /// What can be given for the data so far.
    pub(crate) fn update(&mut self, data: &[u8]) -> Result<Vec<u8>> {
        match &mut self.engine {
            Engine::Stream(transform) => {
                let mut output = data.to_vec();
                transform(&mut output);
                Ok(output)
            }
            Engine::Gcm(gcm) => gcm.update(self.encrypt, data),
            Engine::Blocks { transform, pending, padding } => {
                pending.extend_from_slice(data);
                // A last block that may be padding is known as the last only in the end.
                let kept = match pending.len() % BLOCK {
                    0 if !self.encrypt && *padding && !pending.is_empty() => BLOCK,
                    rest => rest,
                };
                let rest = pending.split_off(pending.len() - kept);
                let mut output = std::mem::replace(pending, rest);
                transform(&mut output);
                Ok(output)
            }
        }
    }

    /// The rest.
    pub(crate) fn finish(&mut self) -> Result<Vec<u8>> {
        let wrong_length = || {
            Coded::error(
                "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH",
                "error:1C80006B:Provider routines::wrong final block length",
            )
        };
        let bad = || Coded::error("ERR_OSSL_BAD_DECRYPT", "error:1C800064:Provider routines::bad decrypt");
        match &mut self.engine {
            Engine::Stream(_) => Ok(Vec::new()),
            Engine::Gcm(gcm) => gcm.finish(self.encrypt).map(|()| Vec::new()),
            Engine::Blocks { transform, pending, padding } => {
                let mut block = std::mem::take(pending);
                match (self.encrypt, *padding) {
                    (_, false) if block.is_empty() => Ok(block),
                    (_, false) => Err(wrong_length()),
                    (true, true) => {
                        let pad = BLOCK - block.len();
                        block.resize(BLOCK, pad as u8);
                        transform(&mut block);
                        Ok(block)
                    }
                    (false, true) if block.len() != BLOCK => Err(wrong_length()),
                    (false, true) => {
                        transform(&mut block);
                        let pad = usize::from(block[BLOCK - 1]);
                        if pad == 0 || pad > BLOCK || block[BLOCK - pad..].iter().any(|byte| usize::from(*byte) != pad)
                        {
                            return Err(bad());
                        }
                        block.truncate(BLOCK - pad);
                        Ok(block)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, encrypt: bool, padding: bool, data: &[u8], piece: usize) -> Result<Vec<u8>> {
        let suite = Suite::from_name(name).unwrap();
        let iv: &[u8] = if suite.mode == Mode::Ecb { &[] } else { &[7; 16] };
        let mut cipher = Cipher::new(suite, encrypt, &vec![3; suite.key_length], iv, None)?;
        cipher.set_padding(padding);
        let mut output = Vec::new();
        for piece in data.chunks(piece) {
            output.extend(cipher.update(piece)?);
        }
        output.extend(cipher.finish()?);
        Ok(output)
    }

    #[test]
    fn pieces_make_no_difference() {
        let data: Vec<u8> = (0..100).collect();
        for name in ["aes-128-cbc", "aes-192-ecb", "AES-256-CTR", "aes256"] {
            let whole = run(name, true, true, &data, 100).unwrap();
            for piece in [1, 15, 16, 17, 32] {
                assert_eq!(run(name, true, true, &data, piece).unwrap(), whole, "{name}");
                assert_eq!(run(name, false, true, &whole, piece).unwrap(), data, "{name}");
            }
        }
    }

    #[test]
    fn padding_is_judged() {
        let whole = run("aes-128-cbc", true, false, &[0; 32], 5).unwrap();
        assert_eq!(whole.len(), 32);
        assert_eq!(run("aes-128-cbc", false, false, &whole, 9).unwrap(), [0; 32]);
        assert_eq!(
            run("aes-128-cbc", true, false, &[1; 31], 5).unwrap_err().code(),
            "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH"
        );
        assert_eq!(run("aes-128-cbc", false, true, &whole, 5).unwrap_err().code(), "ERR_OSSL_BAD_DECRYPT");
        assert_eq!(run("aes-128-cbc", false, true, &[], 5).unwrap_err().code(), "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH");
    }

    #[test]
    fn keys_and_vectors_have_their_lengths() {
        let cbc = Suite::from_name("aes-128-cbc").unwrap();
        assert!(Cipher::new(cbc, true, &[0; 15], &[0; 16], None).is_err());
        assert!(Cipher::new(cbc, true, &[0; 16], &[0; 12], None).is_err());
        assert_eq!(Suite::from_name("aes-128-xts"), None);
    }
}
