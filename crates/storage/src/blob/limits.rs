//! What an object may be (<https://developers.cloudflare.com/r2/platform/limits/>).

use super::{BlobError, Metadata};

/// The most keys of one listing.
pub const MOST_LISTED: u32 = 1000;

/// The most keys that are listed at once where metadata is asked for.
pub(super) const MOST_LISTED_WITH_METADATA: u32 = 100;

/// The most keys that are deleted at once.
pub const MOST_DELETED: usize = 1000;

/// The smallest part of a multipart upload, save the last.
pub const PART_BYTES: u64 = 5 << 20;

/// The most bytes of one upload: 5 GiB less 5 MiB.
const UPLOAD_BYTES: u64 = (5 << 30) - (5 << 20);

const KEY_BYTES: usize = 1024;
const METADATA_BYTES: usize = 8192;

/// Refuses a key that is too long.
pub(super) fn check_key(key: &str) -> Result<(), BlobError> {
    if key.len() > KEY_BYTES { Err(BlobError::InvalidObjectName) } else { Ok(()) }
}

/// Refuses a key that no object can have.
pub(super) fn check_new(key: &str, metadata: &Metadata) -> Result<(), BlobError> {
    if key.is_empty() {
        return Err(BlobError::InvalidObjectName);
    }
    check_key(key)?;
    let bytes: usize = metadata.custom.iter().map(|(name, value)| weight(name) + weight(value)).sum();
    if bytes > METADATA_BYTES { Err(BlobError::MetadataTooLarge) } else { Ok(()) }
}

/// Refuses more bytes than one upload may have.
pub(super) fn check_size(bytes: u64) -> Result<(), BlobError> {
    if bytes > UPLOAD_BYTES { Err(BlobError::EntityTooLarge) } else { Ok(()) }
}

/// What a text counts for: its characters, or its UTF-16 code units twice when one of them is beyond Latin-1.
fn weight(text: &str) -> usize {
    let units = text.encode_utf16().count();
    if text.chars().all(|character| u32::from(character) < 256) { units } else { units * 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_weighed_as_it_is_stored() {
        let metadata = |value: String| Metadata { custom: vec![("k".to_owned(), value)], ..Metadata::default() };
        check_new("a", &metadata("x".repeat(8191))).unwrap();
        assert!(matches!(check_new("a", &metadata("x".repeat(8192))), Err(BlobError::MetadataTooLarge)));
        check_new("a", &metadata("\u{e9}".repeat(8191))).unwrap();
        assert!(check_new("a", &metadata("\u{20ac}".repeat(4096))).is_err());
    }

    #[test]
    fn keys_have_up_to_1024_bytes() {
        let none = Metadata::default();
        check_new(&"\u{20ac}".repeat(341), &none).unwrap();
        assert!(check_new(&"\u{20ac}".repeat(342), &none).is_err());
        assert!(check_new("", &none).is_err());
        check_size(5_363_466_240).unwrap();
        assert!(check_size(5_363_466_241).is_err());
    }
}
