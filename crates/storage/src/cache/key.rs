//! What an entry is found by.

use sha2::{Digest, Sha256};

/// The key of an entry: a digest of the parts that tell it from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey(pub(super) [u8; 32]);

impl CacheKey {
    /// The key of these parts. Parts that are divided otherwise give another key: `["ab", "c"]` is not `["a", "bc"]`.
    pub fn new(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        Self(digest.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_eq!(CacheKey::new(&["a", "b"]), CacheKey::new(&["a", "b"]));
        let keys = [&["ab", "c"][..], &["a", "bc"], &["abc"], &["abc", ""], &["", "abc"]].map(CacheKey::new);
        for (at, key) in keys.iter().enumerate() {
            assert!(keys[at + 1..].iter().all(|other| other != key));
        }
    }
}
