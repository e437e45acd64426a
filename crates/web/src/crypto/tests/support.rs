//! What the tests share.

use super::super::key::Algorithm;

/// The bytes of hexadecimal digits.
pub(super) fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Bytes as hexadecimal digits.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An algorithm that exists.
pub(super) fn algorithm(name: &str, parameter: &str) -> Algorithm {
    Algorithm::from_name(name, parameter).unwrap()
}
