//! The parts of `Buffer` that go over many bytes: its encodings, and search
//! (<https://nodejs.org/api/buffer.html#buffers-and-character-encodings>).
//!
//! An encoding is a number here, its place in `ENCODINGS` of `js/internal/buffer/encodings.js`.

use memchr::memmem;
use selvedge_ops::{Buffer, BufferMut, BufferRef, OpDecl, OpError, op, v8};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16,
    Latin1,
    Ascii,
    Base64,
    Base64Url,
    Hex,
}

impl Encoding {
    fn new(number: u32) -> Result<Self, OpError> {
        const ALL: [Encoding; 7] = [
            Encoding::Utf8,
            Encoding::Utf16,
            Encoding::Latin1,
            Encoding::Ascii,
            Encoding::Base64,
            Encoding::Base64Url,
            Encoding::Hex,
        ];
        usize::try_from(number)
            .ok()
            .and_then(|number| ALL.get(number).copied())
            .ok_or_else(|| OpError::range_error("no such encoding"))
    }
}

/// The bytes of a string.
fn encode(scope: &v8::Isolate, text: v8::Local<'_, v8::String>, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.to_rust_string_lossy(scope).into_bytes(),
        Encoding::Utf16 => units(scope, text).into_iter().flat_map(u16::to_le_bytes).collect(),
        Encoding::Latin1 | Encoding::Ascii => low_bytes(scope, text),
        Encoding::Base64 | Encoding::Base64Url => decode_base64(&low_bytes_or_none(scope, text)),
        Encoding::Hex => decode_hex(&low_bytes_or_none(scope, text)),
    }
}

fn units(scope: &v8::Isolate, text: v8::Local<'_, v8::String>) -> Vec<u16> {
    let mut units = vec![0; text.length()];
    text.write_v2(scope, 0, &mut units, v8::WriteFlags::empty());
    units
}

/// The lower byte of each code unit.
fn low_bytes(scope: &v8::Isolate, text: v8::Local<'_, v8::String>) -> Vec<u8> {
    if text.is_onebyte() || text.contains_only_onebyte() {
        let mut bytes = vec![0; text.length()];
        text.write_one_byte_v2(scope, 0, &mut bytes, v8::WriteFlags::empty());
        return bytes;
    }
    units(scope, text).into_iter().map(|unit| unit.to_le_bytes()[0]).collect()
}

/// Each code unit as a byte; 0xff, which no digit is, for one that is none.
fn low_bytes_or_none(scope: &v8::Isolate, text: v8::Local<'_, v8::String>) -> Vec<u8> {
    if text.is_onebyte() || text.contains_only_onebyte() {
        return low_bytes(scope, text);
    }
    units(scope, text).into_iter().map(|unit| u8::try_from(unit).unwrap_or(0xff)).collect()
}

/// Both alphabets; what is in neither is left out, and `=` ends it.
fn decode_base64(text: &[u8]) -> Vec<u8> {
    if let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(text) {
        return bytes;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 1;
        if count == 4 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    match count {
        2 => bytes.push((bits >> 4).to_le_bytes()[0]),
        3 => bytes.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => {}
    }
    bytes
}

/// As far as there are two digits.
fn decode_hex(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks_exact(2).map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

fn encode_hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

fn too_long() -> OpError {
    OpError::error("Cannot create a string longer than 0x1fffffe8 characters")
}

fn one_byte<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: &[u8]) -> Result<v8::Local<'s, v8::String>, OpError> {
    v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal).ok_or_else(too_long)
}

/// A string of the bytes from `start` to `end`, which are within the buffer.
#[op]
fn op_buffer_decode<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: BufferRef<'s>,
    encoding: u32,
    start: u32,
    end: u32,
) -> Result<v8::Local<'s, v8::String>, OpError> {
    let bytes = bytes.get(start as usize..end as usize).unwrap_or_default();
    match Encoding::new(encoding)? {
        Encoding::Utf8 if bytes.is_ascii() => one_byte(scope, bytes),
        Encoding::Utf8 => {
            let text = String::from_utf8_lossy(bytes);
            v8::String::new_from_utf8(scope, text.as_bytes(), v8::NewStringType::Normal).ok_or_else(too_long)
        }
        Encoding::Utf16 => {
            let units: Vec<_> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            v8::String::new_from_two_byte(scope, &units, v8::NewStringType::Normal).ok_or_else(too_long)
        }
        Encoding::Latin1 => one_byte(scope, bytes),
        Encoding::Ascii => {
            let bytes: Vec<_> = bytes.iter().map(|byte| byte & 0x7f).collect();
            one_byte(scope, &bytes)
        }
        Encoding::Base64 => one_byte(scope, &base64_simd::STANDARD.encode_type::<Vec<u8>>(bytes)),
        Encoding::Base64Url => one_byte(scope, &base64_simd::URL_SAFE_NO_PAD.encode_type::<Vec<u8>>(bytes)),
        Encoding::Hex => one_byte(scope, &encode_hex(bytes)),
    }
}

/// The bytes of a string.
#[op]
fn op_buffer_encode<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    text: v8::Local<'s, v8::String>,
    encoding: u32,
) -> Result<Buffer, OpError> {
    Ok(Buffer(encode(scope, text, Encoding::new(encoding)?)))
}

/// Writes as much of a string as fits into `length` bytes from `offset` on, in whole characters. Gives how many bytes.
#[op]
fn op_buffer_write<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    mut target: BufferMut<'s>,
    text: v8::Local<'s, v8::String>,
    encoding: u32,
    offset: u32,
    length: u32,
) -> Result<u32, OpError> {
    let (offset, length) = (offset as usize, length as usize);
    let encoding = Encoding::new(encoding)?;
    let target = target.as_mut_slice();
    let end = target.len().min(offset.saturating_add(length));
    let target = target.get_mut(offset..end).unwrap_or_default();
    let written = match encoding {
        Encoding::Utf8 => text.write_utf8_v2(scope, target, v8::WriteFlags::kReplaceInvalidUtf8, None),
        encoding => {
            let bytes = encode(scope, text, encoding);
            let mut written = bytes.len().min(target.len());
            if encoding == Encoding::Utf16 {
                written -= written % 2;
            }
            target[..written].copy_from_slice(&bytes[..written]);
            written
        }
    };
    Ok(u32::try_from(written).unwrap_or(u32::MAX))
}

/// The length of a string in UTF-8.
#[op]
fn op_buffer_utf8_length<'s>(scope: &mut v8::PinScope<'s, '_>, text: v8::Local<'s, v8::String>) -> f64 {
    text.utf8_length(scope) as f64
}

/// Where `needle` is in `bytes`, from `from` on or, going back, at or before it; -1 where it is not. `step` is the width
/// of a code unit.
#[op]
fn op_buffer_index_of(bytes: BufferRef<'_>, needle: BufferRef<'_>, from: f64, forward: bool, step: u32) -> f64 {
    index_of(&bytes, &needle, from as usize, forward, step as usize).map_or(-1.0, |index| index as f64)
}

fn index_of(bytes: &[u8], needle: &[u8], from: usize, forward: bool, step: usize) -> Option<usize> {
    let is_aligned = |index: &usize| index.is_multiple_of(step.max(1));
    if forward {
        if step < 2 {
            return memmem::find(bytes.get(from..)?, needle).map(|index| index + from);
        }
        return (from..=bytes.len().checked_sub(needle.len())?)
            .filter(is_aligned)
            .find(|index| bytes[*index..].starts_with(needle));
    }
    let end = from.checked_add(needle.len()).map_or(bytes.len(), |end| end.min(bytes.len()));
    if step < 2 {
        return memmem::rfind(&bytes[..end], needle);
    }
    (0..=end.checked_sub(needle.len())?).rev().filter(is_aligned).find(|index| bytes[*index..].starts_with(needle))
}

/// -1, 0 or 1, as the first bytes come before the second ones.
#[op]
fn op_buffer_compare(a: BufferRef<'_>, b: BufferRef<'_>) -> i32 {
    a.as_slice().cmp(b.as_slice()) as i32
}

/// Whether bytes are UTF-8.
#[op]
fn op_buffer_is_utf8(bytes: BufferRef<'_>) -> bool {
    std::str::from_utf8(&bytes).is_ok()
}

/// Whether bytes are ASCII.
#[op]
fn op_buffer_is_ascii(bytes: BufferRef<'_>) -> bool {
    bytes.is_ascii()
}

pub(crate) const OPS: &[OpDecl] = &[
    op_buffer_compare,
    op_buffer_decode,
    op_buffer_encode,
    op_buffer_index_of,
    op_buffer_is_ascii,
    op_buffer_is_utf8,
    op_buffer_utf8_length,
    op_buffer_write,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_leniently() {
        for (text, bytes) in [
            ("aGVsbG8=", "hello"),
            ("aGVsbG8", "hello"),
            ("a GVs\nbG8=", "hello"),
            ("aGVsbG8=aGVsbG8=", "hello"),
            ("-_-_", "\u{fb}"),
            ("a", ""),
        ] {
            let expected: Vec<u8> = if text == "-_-_" { vec![0xfb, 0xff, 0xbf] } else { bytes.as_bytes().to_vec() };
            assert_eq!(decode_base64(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn hex_ends_where_it_is_none() {
        assert_eq!(decode_hex(b"00fFzz11"), [0, 255]);
        assert_eq!(decode_hex(b"abc"), [0xab]);
        assert_eq!(encode_hex(&[0, 0x1f, 0xff]), b"001fff");
    }

    #[test]
    fn search_goes_both_ways_and_keeps_to_units() {
        let bytes = b"abcabc";
        assert_eq!(index_of(bytes, b"bc", 0, true, 1), Some(1));
        assert_eq!(index_of(bytes, b"bc", 2, true, 1), Some(4));
        assert_eq!(index_of(bytes, b"bc", 3, false, 1), Some(1));
        assert_eq!(index_of(bytes, b"bc", 6, false, 1), Some(4));
        assert_eq!(index_of(&[0, 1, 0, 1, 0], &[1, 0], 0, true, 2), None);
        assert_eq!(index_of(&[0, 0, 1, 0], &[1, 0], 0, true, 2), Some(2));
        assert_eq!(index_of(bytes, b"x", 9, true, 1), None);
    }
}
