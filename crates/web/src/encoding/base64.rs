//! `atob` and `btoa` (<https://html.spec.whatwg.org/multipage/webappapis.html#atob>).

use selvedge_ops::{ByteString, OpError, op, v8};

const ATOB_ERROR: &str = "atob() called with invalid base64-encoded data. (Only whitespace, '+', '/', alphanumeric \
    ASCII, and up to two terminal '=' signs when the input data length is divisible by 4 are allowed.)";
const BTOA_ERROR: &str = "btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.";

/// The characters of a string as bytes, if each is one.
fn latin1(scope: &v8::Isolate, string: v8::Local<'_, v8::String>) -> Option<Vec<u8>> {
    if !string.contains_only_onebyte() {
        return None;
    }
    let mut bytes = vec![0; string.length()];
    string.write_one_byte_v2(scope, 0, &mut bytes, v8::WriteFlags::empty());
    Some(bytes)
}

/// Forgiving-base64 decode (<https://infra.spec.whatwg.org/#forgiving-base64-decode>).
fn decode(input: &[u8]) -> Option<Vec<u8>> {
    base64_simd::forgiving_decode_to_vec(input).ok()
}

/// `atob`: base64 to a string of bytes.
#[op]
pub(crate) fn op_base64_decode<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    input: v8::Local<'s, v8::String>,
) -> Result<ByteString, OpError> {
    latin1(scope, input)
        .and_then(|input| decode(&input))
        .map(ByteString)
        .ok_or_else(|| OpError::dom("InvalidCharacterError", ATOB_ERROR))
}

/// `btoa`: a string of bytes to base64.
#[op]
pub(crate) fn op_base64_encode<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    input: v8::Local<'s, v8::String>,
) -> Result<ByteString, OpError> {
    let bytes = latin1(scope, input).ok_or_else(|| OpError::dom("InvalidCharacterError", BTOA_ERROR))?;
    Ok(ByteString(base64_simd::STANDARD.encode_type(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn forgives_what_the_standard_forgives() {
        for (input, output) in [
            ("", Some("")),
            (" YQ == ", Some("a")),
            ("YQ", Some("a")),
            ("YWI", Some("ab")),
            ("Y\tW\nJ\x0cj", Some("abc")),
            ("YR", Some("a")),
            ("Y", None),
            ("YQ=", None),
            ("YWJj=", None),
            ("YQ===", None),
            ("Y=Q=", None),
            ("Y-_j", None),
            ("YQ\x0b==", None),
        ] {
            assert_eq!(decode(input.as_bytes()).as_deref(), output.map(str::as_bytes), "{input:?}");
        }
    }
}
