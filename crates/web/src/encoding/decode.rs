//! `TextDecoder`.
//!
//! UTF-8 given whole, which is nearly all of it, becomes a V8 string directly. Other encodings, and anything
//! given in pieces, go through `encoding_rs`; a decoder in the middle of a stream is a resource of the instance.

use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding};
use selvedge_ops::{BufferRef, OpError, op, v8};
use selvedge_runtime::InstanceState;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

fn malformed() -> OpError {
    OpError::type_error("Failed to decode input.")
}

fn encoding(name: &str) -> Result<&'static Encoding, OpError> {
    Encoding::for_label_no_replacement(name.as_bytes()).ok_or_else(|| OpError::range_error("no such encoding"))
}

/// The name of the encoding that a label stands for (<https://encoding.spec.whatwg.org/#concept-encoding-get>),
/// in lower case; null for none.
#[op]
pub(crate) fn op_encoding_name(label: String) -> Option<String> {
    Encoding::for_label_no_replacement(label.as_bytes()).map(|encoding| encoding.name().to_ascii_lowercase())
}

/// Decodes UTF-8 that is there whole.
#[op]
pub(crate) fn op_encoding_decode_utf8<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: BufferRef<'s>,
    fatal: bool,
    ignore_bom: bool,
) -> Result<v8::Local<'s, v8::String>, OpError> {
    let bytes = bytes.as_slice();
    let bytes = if ignore_bom { bytes } else { bytes.strip_prefix(UTF8_BOM).unwrap_or(bytes) };
    if fatal && !v8::simdutf::validate_utf8(bytes) {
        return Err(malformed());
    }
    v8::String::new_from_utf8(scope, bytes, v8::NewStringType::Normal)
        .ok_or_else(|| OpError::range_error("Invalid string length"))
}

/// Decodes bytes of another encoding that are there whole.
#[op]
pub(crate) fn op_encoding_decode(
    name: String,
    bytes: BufferRef<'_>,
    fatal: bool,
    ignore_bom: bool,
) -> Result<String, OpError> {
    Stream::new(encoding(&name)?, fatal, ignore_bom).decode(&bytes, true)
}

/// A decoder in the middle of its input.
struct Stream {
    decoder: Decoder,
    fatal: bool,
}

impl Stream {
    fn new(encoding: &'static Encoding, fatal: bool, ignore_bom: bool) -> Self {
        let decoder = if ignore_bom {
            encoding.new_decoder_without_bom_handling()
        } else {
            encoding.new_decoder_with_bom_removal()
        };
        Self { decoder, fatal }
    }

    /// Decodes the next bytes; `last` also ends the input.
    fn decode(&mut self, bytes: &[u8], last: bool) -> Result<String, OpError> {
        let too_long = || OpError::range_error("Invalid string length");
        if self.fatal {
            let capacity = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len()).ok_or_else(too_long)?;
            let mut text = String::with_capacity(capacity);
            match self.decoder.decode_to_string_without_replacement(bytes, &mut text, last).0 {
                DecoderResult::InputEmpty => Ok(text),
                DecoderResult::OutputFull => Err(too_long()),
                DecoderResult::Malformed(..) => Err(malformed()),
            }
        } else {
            let capacity = self.decoder.max_utf8_buffer_length(bytes.len()).ok_or_else(too_long)?;
            let mut text = String::with_capacity(capacity);
            match self.decoder.decode_to_string(bytes, &mut text, last).0 {
                CoderResult::InputEmpty => Ok(text),
                CoderResult::OutputFull => Err(too_long()),
            }
        }
    }
}

/// Begins a stream; gives the number of its decoder.
#[op]
pub(crate) fn op_decoder_new(
    #[context] instance: Arc<InstanceState>,
    name: String,
    fatal: bool,
    ignore_bom: bool,
) -> Result<u32, OpError> {
    instance.resources().add(Mutex::new(Stream::new(encoding(&name)?, fatal, ignore_bom)))
}

/// Decodes the next bytes of a stream. The last ones, and malformed ones, end it and free the decoder.
#[op]
pub(crate) fn op_decoder_decode(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    bytes: BufferRef<'_>,
    last: bool,
) -> Result<String, OpError> {
    let stream = instance.resources().get::<Mutex<Stream>>(id)?;
    let result = stream.lock().unwrap_or_else(PoisonError::into_inner).decode(&bytes, last);
    if last || result.is_err() {
        instance.resources().close(id);
    }
    result
}

/// Frees a decoder whose stream was given up.
#[op]
pub(crate) fn op_decoder_close(#[context] instance: Arc<InstanceState>, id: u32) {
    instance.resources().close(id);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(label: &str, fatal: bool) -> Stream {
        Stream::new(encoding(label).unwrap(), fatal, false)
    }

    #[test]
    fn a_character_split_between_chunks_is_one() {
        let mut stream = stream("utf-8", true);
        assert_eq!(stream.decode(b"\xef\xbb\xbf\xe2\x82", false).unwrap(), "");
        assert_eq!(stream.decode(b"\xac!", true).unwrap(), "\u{20ac}!");
    }

    #[test]
    fn truncated_input_is_replaced_or_refused() {
        assert_eq!(stream("utf-8", false).decode(b"a\xe2\x82", true).unwrap(), "a\u{fffd}");
        assert!(stream("utf-8", true).decode(b"a\xe2\x82", true).is_err());
    }

    #[test]
    fn legacy_encodings_and_labels() {
        assert_eq!(stream("latin1", false).decode(b"\x80\xe9", true).unwrap(), "\u{20ac}\u{e9}");
        assert_eq!(stream("shift_jis", true).decode(b"\x82\xa0", true).unwrap(), "\u{3042}");
        assert_eq!(stream("utf-16le", true).decode(b"\xff\xfea\0", true).unwrap(), "a");
        assert!(encoding("utf-7").is_err());
        assert!(encoding("iso-2022-kr").is_err());
    }
}
