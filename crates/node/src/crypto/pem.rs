//! PEM (RFC 7468), read as forgivingly as OpenSSL reads it: text around it, any line lengths.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// A block of PEM.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pem<'a> {
    pub(super) label: &'a str,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The first block in `text`.
pub(super) fn read(text: &str) -> Option<Pem<'_>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let end = rest.find(&format!("-----END {label}-----"))?;
    let base64: Zeroizing<String> = Zeroizing::new(rest[..end].chars().filter(|c| !c.is_ascii_whitespace()).collect());
    Some(Pem { label, bytes: Zeroizing::new(Base64::decode_vec(&base64).ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_has_text_around_it() {
        let pem = read("Bag\n-----BEGIN A KEY-----\r\n AQ\n  ID\n-----END A KEY-----\nmore").unwrap();
        assert_eq!((pem.label, &pem.bytes[..]), ("A KEY", &[1, 2, 3][..]));
        assert_eq!(read("-----BEGIN A-----\nAQID\n-----END B-----"), None);
        assert_eq!(read("-----BEGIN A-----\n*\n-----END A-----"), None);
        assert_eq!(read(""), None);
    }
}
