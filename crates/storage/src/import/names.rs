//! The name of a Durable Object's file: its ID, made of the namespace's name and its own as workerd does it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The stem of the file of the object called `name` in the namespace `unique_key`, in hexadecimal.
pub(super) fn object_id(unique_key: &str, name: &str) -> String {
    let key = Sha256::digest(unique_key.as_bytes());
    let first = sign(&key, name.as_bytes());
    let second = sign(&key, &first);
    first.iter().chain(&second).map(|byte| format!("{byte:02x}")).collect()
}

/// The first half of an HMAC-SHA-256.
fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes()[..16].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that wrangler 4.86 gave the files of these identifiers.
    #[test]
    fn names_are_those_that_wrangler_gives() {
        for (key, id, stem) in [
            (
                "miniflare-KVNamespaceObject",
                "0123456789abcdef0123456789abcdef",
                "8261cfe8323dd703d3e553434db498fec63d9a7e7ae8a23f047ef589d503196c",
            ),
            (
                "miniflare-D1DatabaseObject",
                "11111111-2222-3333-4444-555555555555",
                "f023adf8de81e80d62670e09f086149af129cccda34c51f26517069258c53e8c",
            ),
            (
                "miniflare-R2BucketObject",
                "my-bucket",
                "fec9bf90462227cae0d8c2e4a1e8e8dd42ecf9f10ff15615fe473049dba5a24c",
            ),
        ] {
            assert_eq!(object_id(key, id), stem);
        }
    }
}
