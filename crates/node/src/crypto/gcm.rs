//! AES-GCM (NIST SP 800-38D) over data that comes in pieces, with any nonce and tags of 4 to 16 bytes.
//!
//! What is decrypted is given before it is known to be authentic, as Node does; `final()` says whether it was.

use aws_lc_rs::constant_time;
use ghash::universal_hash::UniversalHash;
use ghash::{Block, GHash};

use super::cipher::{Transform, ctr32};
use crate::coded::{Coded, Result};

/// GHASH over bytes that come in pieces.
struct Padded {
    hash: GHash,
    pending: Vec<u8>,
    length: u64,
}

impl Padded {
    fn update(&mut self, data: &[u8]) {
        self.length += data.len() as u64;
        self.pending.extend_from_slice(data);
        let whole = self.pending.len() / 16 * 16;
        if whole > 0 {
            self.hash.update_padded(&self.pending[..whole]);
            self.pending.drain(..whole);
        }
    }

    /// Ends a part: what follows begins a new block.
    fn pad(&mut self) -> u64 {
        if !self.pending.is_empty() {
            self.hash.update_padded(&std::mem::take(&mut self.pending));
        }
        std::mem::take(&mut self.length)
    }
}

pub(super) struct Gcm {
    stream: Transform,
    hash: Padded,
    /// The encrypted first counter block, which masks the tag.
    mask: [u8; 16],
    /// How many bytes were authenticated only; known once the data begins.
    additional: Option<u64>,
    tag_length: Option<usize>,
    expected: Option<Vec<u8>>,
    tag: Option<Vec<u8>>,
}

fn lengths(first: u64, second: u64) -> Block {
    let mut block = Block::default();
    block[..8].copy_from_slice(&(first * 8).to_be_bytes());
    block[8..].copy_from_slice(&(second * 8).to_be_bytes());
    block
}

fn is_tag_length(length: usize) -> bool {
    matches!(length, 4 | 8 | 12..=16)
}

impl Gcm {
    pub(super) fn new(key: &[u8], iv: &[u8], tag_length: Option<usize>) -> Result<Self> {
        if let Some(length) = tag_length.filter(|length| !is_tag_length(*length)) {
            return Err(invalid_tag(length));
        }
        // The hash's key is the zero block, encrypted: counter mode from zero over zeros.
        let mut subkey = [0; 16];
        ctr32(key, &[0; 16])?(&mut subkey);
        let hash = GHash::new(&ghash::Key::from(subkey));
        let mut first = [0; 16];
        if iv.len() == 12 {
            first[..12].copy_from_slice(iv);
            first[15] = 1;
        } else {
            let mut hash = hash.clone();
            hash.update_padded(iv);
            hash.update(&[lengths(0, iv.len() as u64)]);
            first.copy_from_slice(&hash.finalize());
        }
        let mut stream = ctr32(key, &first)?;
        let mut mask = [0; 16];
        stream(&mut mask);
        let hash = Padded { hash, pending: Vec::new(), length: 0 };
        Ok(Self { stream, hash, mask, additional: None, tag_length, expected: None, tag: None })
    }

    pub(super) fn additional_data(&mut self, data: &[u8]) -> Result<()> {
        if self.additional.is_some() {
            return Err(Coded::error("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAAD"));
        }
        self.hash.update(data);
        Ok(())
    }

    pub(super) fn expect(&mut self, tag: &[u8]) -> Result<()> {
        let fits = self.tag_length.map_or_else(|| is_tag_length(tag.len()), |length| length == tag.len());
        if !fits {
            return Err(invalid_tag(tag.len()));
        }
        if self.expected.is_some() || self.tag.is_some() {
            return Err(Coded::error("ERR_CRYPTO_INVALID_STATE", "Invalid state for operation setAuthTag"));
        }
        self.expected = Some(tag.to_vec());
        Ok(())
    }

    pub(super) fn tag(&self) -> Option<Vec<u8>> {
        self.tag.clone()
    }

    fn begin_data(&mut self) -> u64 {
        match self.additional {
            Some(length) => length,
            None => *self.additional.insert(self.hash.pad()),
        }
    }

    pub(super) fn update(&mut self, encrypt: bool, data: &[u8]) -> Result<Vec<u8>> {
        self.begin_data();
        let mut output = data.to_vec();
        if encrypt {
            (self.stream)(&mut output);
            self.hash.update(&output);
        } else {
            self.hash.update(data);
            (self.stream)(&mut output);
        }
        Ok(output)
    }

    pub(super) fn finish(&mut self, encrypt: bool) -> Result<()> {
        let additional = self.begin_data();
        let data = self.hash.pad();
        self.hash.hash.update(&[lengths(additional, data)]);
        let hashed = self.hash.hash.clone().finalize();
        let tag: Vec<u8> = hashed.iter().zip(&self.mask).map(|(byte, mask)| byte ^ mask).collect();
        if encrypt {
            self.tag = Some(tag[..self.tag_length.unwrap_or(16)].to_vec());
            return Ok(());
        }
        let authentic = self
            .expected
            .as_ref()
            .is_some_and(|expected| constant_time::verify_slices_are_equal(&tag[..expected.len()], expected).is_ok());
        if authentic { Ok(()) } else { Err(Coded::error("", "Unsupported state or unable to authenticate data")) }
    }
}

fn invalid_tag(length: usize) -> Coded {
    Coded::type_error("ERR_CRYPTO_INVALID_AUTH_TAG", format!("Invalid authentication tag length: {length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn seals_as_the_standard_and_opens_only_what_is_whole() {
        // Test case 4 of the GCM specification.
        let key = hex("feffe9928665731c6d6a8f9467308308");
        let iv = hex("cafebabefacedbaddecaf888");
        let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let mut gcm = Gcm::new(&key, &iv, None).unwrap();
        aad.chunks(7).for_each(|piece| gcm.additional_data(piece).unwrap());
        let mut sealed = Vec::new();
        plain.chunks(13).for_each(|piece| sealed.extend(gcm.update(true, piece).unwrap()));
        gcm.finish(true).unwrap();
        assert_eq!(gcm.tag().unwrap(), hex("5bc94fbc3221a5db94fae95ae7121a47"));
        assert!(gcm.additional_data(b"late").is_err());
        for (length, damage, authentic) in [(16, 0, true), (12, 0, true), (16, 1, false)] {
            let mut open = Gcm::new(&key, &iv, None).unwrap();
            open.additional_data(&aad).unwrap();
            open.expect(&gcm.tag().unwrap()[..length]).unwrap();
            sealed[3] ^= damage;
            let opened = open.update(false, &sealed).unwrap();
            assert_eq!(opened == plain, authentic);
            assert_eq!(open.finish(false).is_ok(), authentic);
        }
        assert!(Gcm::new(&key, &iv, Some(3)).is_err());
    }

    #[test]
    fn nonces_of_other_lengths() {
        // Test case 5: 8 bytes; only the tag is compared.
        let key = hex("feffe9928665731c6d6a8f9467308308");
        let mut gcm = Gcm::new(&key, &hex("cafebabefacedbad"), None).unwrap();
        gcm.additional_data(&hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")).unwrap();
        gcm.update(true, &hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")).unwrap();
        gcm.finish(true).unwrap();
        assert_eq!(gcm.tag().unwrap(), hex("3612d2e79e3b0785561be14aaca2fccb"));
    }
}
