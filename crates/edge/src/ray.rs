//! Ray IDs: the name of one request, in its logs, its headers and its error pages.

use std::fmt;

use http::HeaderValue;

/// The identifier of one request, as in `CF-Ray`: 16 hexadecimal digits.
///
/// It is unique enough to find a request in a log, and nothing more: never a secret, never a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RayId(u64);

impl RayId {
    /// A new one. Not cryptographic: a hello world pays for this on every request.
    pub(crate) fn new() -> Self {
        Self(fastrand::u64(..))
    }

    /// The value of `CF-Ray`: the identifier, a hyphen, and the PoP's code
    /// (`8b2c0f1d2e3a4b5c-DFW`).
    pub fn header_value(self, colo: &str) -> Option<HeaderValue> {
        HeaderValue::from_maybe_shared(bytes::Bytes::from(format!("{self}-{colo}"))).ok()
    }

    /// As a number.
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for RayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_and_the_colo() {
        let value = RayId(0xabc).header_value("AMS").unwrap();
        assert_eq!(value, "0000000000000abc-AMS");
    }

    #[test]
    fn a_colo_that_is_no_header_value_gives_none() {
        assert_eq!(RayId(1).header_value("A\nB"), None);
    }
}
