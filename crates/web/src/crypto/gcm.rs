//! AES-GCM as NIST SP 800-38D has it in general: IVs of any length and truncated tags.
//!
//! Only what AWS-LC's Rust interface refuses comes here (see [`super::aes`]): that interface knows 96-bit IVs
//! and 128-bit tags only, and the `aes-gcm` crate fixes both lengths at compile time. The parts are theirs all
//! the same: the block cipher is AWS-LC's, GHASH is RustCrypto's constant-time `ghash`.

use aws_lc_rs::constant_time;
use ghash::universal_hash::UniversalHash;
use ghash::{Block, GHash};

use super::aes::AesKey;
use super::error::Result;

/// The hash subkey's GHASH and the first counter block, of one key and IV (section 7.1, steps 1 and 2).
fn begin(key: &AesKey, iv: &[u8]) -> Result<(GHash, [u8; 16])> {
    let subkey = key.ctr([0; 16], 128, &[0; 16])?;
    let mut subkey_block = ghash::Key::default();
    subkey_block.copy_from_slice(&subkey);
    let ghash = GHash::new(&subkey_block);
    let mut first = [0; 16];
    if iv.len() == 12 {
        first[..12].copy_from_slice(iv);
        first[15] = 1;
    } else {
        let mut hash = ghash.clone();
        hash.update_padded(iv);
        hash.update(&[lengths(0, iv.len())]);
        first.copy_from_slice(&hash.finalize());
    }
    Ok((ghash, first))
}

fn lengths(first: usize, second: usize) -> Block {
    let mut block = Block::default();
    block[..8].copy_from_slice(&(first as u64 * 8).to_be_bytes());
    block[8..].copy_from_slice(&(second as u64 * 8).to_be_bytes());
    block
}

/// Encrypts or decrypts: counter mode from the block after `first`, counting in 32 bits.
fn stream(key: &AesKey, first: [u8; 16], data: &[u8]) -> Result<Vec<u8>> {
    let [.., a, b, c, d] = first;
    let next = u32::from_be_bytes([a, b, c, d]).wrapping_add(1);
    let mut counter = first;
    counter[12..].copy_from_slice(&next.to_be_bytes());
    key.ctr(counter, 32, data)
}

fn tag(key: &AesKey, mut ghash: GHash, first: [u8; 16], additional_data: &[u8], ciphertext: &[u8]) -> Result<[u8; 16]> {
    ghash.update_padded(additional_data);
    ghash.update_padded(ciphertext);
    ghash.update(&[lengths(additional_data.len(), ciphertext.len())]);
    // Counter mode over the hash is the hash xor the encrypted first counter block.
    let encrypted = key.ctr(first, 128, &ghash.finalize()[..])?;
    let mut tag = [0; 16];
    tag.copy_from_slice(&encrypted);
    Ok(tag)
}

/// The ciphertext and its full tag.
pub(crate) fn seal(key: &AesKey, iv: &[u8], additional_data: &[u8], plaintext: &[u8]) -> Result<(Vec<u8>, [u8; 16])> {
    let (ghash, first) = begin(key, iv)?;
    let ciphertext = stream(key, first, plaintext)?;
    let tag = tag(key, ghash, first, additional_data, &ciphertext)?;
    Ok((ciphertext, tag))
}

/// The plaintext; `None` unless the (perhaps truncated) tag is right.
pub(crate) fn open(
    key: &AesKey,
    iv: &[u8],
    additional_data: &[u8],
    ciphertext: &[u8],
    given: &[u8],
) -> Result<Option<Vec<u8>>> {
    let (ghash, first) = begin(key, iv)?;
    let tag = tag(key, ghash, first, additional_data, ciphertext)?;
    if constant_time::verify_slices_are_equal(&tag[..given.len().min(16)], given).is_err() {
        return Ok(None);
    }
    stream(key, first, ciphertext).map(Some)
}
