//! Checksums of what is stored.

use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::BlobError;

/// A checksum that hosted knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5
    Md5,
    /// SHA-1
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl Algorithm {
    /// Its name in error texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// What the content's checksum is expected to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// How it is computed.
    pub algorithm: Algorithm,
    /// Its value.
    pub value: Vec<u8>,
}

/// The hash of content as it comes: MD5 always, as it is the object's etag, and one more on demand.
pub(super) struct Hasher {
    md5: Md5,
    other: Option<Other>,
}

enum Other {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Box<Sha512>),
}

/// What a [`Hasher`] found.
#[derive(Clone, Debug)]
pub(super) struct Digests {
    /// MD5.
    pub(super) md5: Vec<u8>,
    other: Option<Vec<u8>>,
}

impl Hasher {
    pub(super) fn new(other: Option<Algorithm>) -> Self {
        let other = other.and_then(|algorithm| match algorithm {
            Algorithm::Md5 => None,
            Algorithm::Sha1 => Some(Other::Sha1(Sha1::new())),
            Algorithm::Sha256 => Some(Other::Sha256(Sha256::new())),
            Algorithm::Sha384 => Some(Other::Sha384(Sha384::new())),
            Algorithm::Sha512 => Some(Other::Sha512(Box::new(Sha512::new()))),
        });
        Self { md5: Md5::new(), other }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        match &mut self.other {
            None => {}
            Some(Other::Sha1(hash)) => hash.update(bytes),
            Some(Other::Sha256(hash)) => hash.update(bytes),
            Some(Other::Sha384(hash)) => hash.update(bytes),
            Some(Other::Sha512(hash)) => hash.update(bytes),
        }
    }

    pub(super) fn finish(self) -> Digests {
        let other = self.other.map(|other| match other {
            Other::Sha1(hash) => hash.finalize().to_vec(),
            Other::Sha256(hash) => hash.finalize().to_vec(),
            Other::Sha384(hash) => hash.finalize().to_vec(),
            Other::Sha512(hash) => hash.finalize().to_vec(),
        });
        Digests { md5: self.md5.finalize().to_vec(), other }
    }
}

impl Digests {
    /// Compares with what was expected.
    pub(super) fn verify(&self, expected: Option<&Checksum>) -> Result<(), BlobError> {
        let Some(Checksum { algorithm, value }) = expected else { return Ok(()) };
        let calculated = self.other.as_ref().unwrap_or(&self.md5);
        if calculated == value {
            return Ok(());
        }
        let (provided, calculated) = (hex(value), hex(calculated));
        Err(BlobError::BadDigest { algorithm: algorithm.name(), provided, calculated })
    }
}

/// The etag of an object in parts: the MD5 of the parts' own, and how many there are.
pub(super) fn multipart_etag<'a>(parts: impl ExactSizeIterator<Item = &'a [u8]>) -> String {
    let count = parts.len();
    let mut hash = Md5::new();
    parts.for_each(|part| hash.update(part));
    format!("{}-{count}", hex(&hash.finalize()))
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_expected_is_compared_with_what_came() {
        let mut hasher = Hasher::new(Some(Algorithm::Sha1));
        hasher.update(b"hel");
        hasher.update(b"lo");
        let digests = hasher.finish();
        assert_eq!(hex(&digests.md5), "5d41402abc4b2a76b9719d911017c592");
        let sha1 = from_hex("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d").unwrap();
        digests.verify(Some(&Checksum { algorithm: Algorithm::Sha1, value: sha1 })).unwrap();
        let wrong = Checksum { algorithm: Algorithm::Sha1, value: vec![0; 20] };
        let error = digests.verify(Some(&wrong)).unwrap_err();
        assert_eq!(error.code(), 10_037);
        assert!(error.to_string().contains("Actual SHA-1 was: aaf4c61d"), "{error}");
        let md5 = Checksum { algorithm: Algorithm::Md5, value: digests.md5.clone() };
        Hasher::new(Some(Algorithm::Md5)).finish().verify(Some(&md5)).unwrap_err();
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(from_hex("00fF"), Some(vec![0, 255]));
        assert_eq!((from_hex("0"), from_hex("0g")), (None, None));
    }

    #[test]
    fn the_etag_of_parts_counts_them() {
        let md5 = |text: &[u8]| Md5::digest(text).to_vec();
        let (first, second) = (md5(b"a"), md5(b"b"));
        let etag = multipart_etag([first.as_slice(), second.as_slice()].into_iter());
        assert_eq!(etag, format!("{}-2", hex(&md5(&[first.clone(), second.clone()].concat()))));
    }
}
