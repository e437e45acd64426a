//! The compression of permessage-deflate (RFC 7692, section 7.2).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::error::{ProtocolError, TOO_BIG};

/// What every message that ends in a sync flush ends with, and what is therefore not sent.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The least that output grows by, in bytes. More than the six that zlib wants for a flush marker.
const STEP: usize = 1024;

const BROKEN: ProtocolError = ProtocolError::payload("Invalid compressed data");

/// Compresses messages.
pub(crate) struct Deflater {
    inner: Compress,
    /// Each message is compressed by itself.
    forgets: bool,
}

impl Deflater {
    /// `window_bits` is from 9 to 15.
    pub(crate) fn new(window_bits: u8, forgets: bool) -> Self {
        Self { inner: Compress::new_with_window_bits(Compression::fast(), false, window_bits.clamp(9, 15)), forgets }
    }

    /// Appends a message, compressed.
    pub(crate) fn message(&mut self, mut input: &[u8], output: &mut Vec<u8>) -> Result<(), ProtocolError> {
        let start = output.len();
        loop {
            output.reserve((input.len() / 2).max(STEP));
            let before = self.inner.total_in();
            self.inner.compress_vec(input, output, FlushCompress::Sync).map_err(|_| BROKEN)?;
            let consumed = usize::try_from(self.inner.total_in() - before).unwrap_or(input.len());
            input = &input[consumed.min(input.len())..];
            if input.is_empty() && output.len() < output.capacity() {
                break;
            }
        }
        if output[start..].ends_with(&TAIL) {
            output.truncate(output.len() - TAIL.len());
        } else if output.len() == start {
            // Nothing to say since the last flush: an empty block (section 7.2.3.6).
            output.push(0);
        }
        if self.forgets {
            self.inner.reset();
        }
        Ok(())
    }
}

/// Decompresses messages, in pieces.
pub(crate) struct Inflater(Decompress);

impl Inflater {
    /// The largest window reads what any smaller one wrote.
    pub(crate) fn new() -> Self {
        Self(Decompress::new(false))
    }

    /// Appends what a piece of a message decompresses to, as long as the output stays within `limit` bytes.
    pub(crate) fn piece(&mut self, mut input: &[u8], output: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        loop {
            if output.len() > limit {
                return Err(TOO_BIG);
            }
            // One byte more than allowed, to see that there is one.
            let room = limit + 1 - output.len();
            output.reserve(output.len().max(STEP).min(room));
            let (before_in, before_out) = (self.0.total_in(), output.len());
            let status = self.0.decompress_vec(input, output, FlushDecompress::Sync).map_err(|_| BROKEN)?;
            let consumed = usize::try_from(self.0.total_in() - before_in).unwrap_or(input.len());
            input = &input[consumed.min(input.len())..];
            if status == Status::StreamEnd {
                // A block that says it is the last one: the next begins a stream of its own (section 7.2.3.4).
                self.0.reset(false);
            }
            if input.is_empty() && output.len() < output.capacity() {
                return if output.len() > limit { Err(TOO_BIG) } else { Ok(()) };
            }
            if consumed == 0 && output.len() == before_out && status != Status::StreamEnd {
                return Err(BROKEN);
            }
        }
    }

    /// The end of a message: what its sender left out.
    pub(crate) fn end(&mut self, output: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        self.piece(&TAIL, output, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflated(inflater: &mut Inflater, bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut output = Vec::new();
        for piece in bytes.chunks(piece) {
            inflater.piece(piece, &mut output, 1 << 20).unwrap();
        }
        inflater.end(&mut output, 1 << 20).unwrap();
        output
    }

    #[test]
    fn messages_survive() {
        let texts = [String::new(), "a".into(), "hello ".repeat(5), "x".repeat(1023), "0123456789".repeat(30_000)];
        for (window, forgets) in [(15, false), (15, true), (9, false), (9, true)] {
            let (mut deflater, mut inflater) = (Deflater::new(window, forgets), Inflater::new());
            for piece in [1, 7, 100_000] {
                for text in &texts {
                    let mut compressed = Vec::new();
                    deflater.message(text.as_bytes(), &mut compressed).unwrap();
                    assert_eq!(inflated(&mut inflater, &compressed, piece), text.as_bytes());
                }
            }
        }
    }

    #[test]
    fn context_is_kept_or_not() {
        let text = b"the quick brown fox jumps over the lazy dog";
        for (forgets, shrinks) in [(false, true), (true, false)] {
            let mut deflater = Deflater::new(15, forgets);
            let (mut first, mut second) = (Vec::new(), Vec::new());
            deflater.message(text, &mut first).unwrap();
            deflater.message(text, &mut second).unwrap();
            assert_eq!(second.len() < first.len(), shrinks);
        }
    }

    /// The examples of RFC 7692, section 7.2.3.
    #[test]
    fn the_standards_examples() {
        for bytes in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        ] {
            let mut inflater = Inflater::new();
            assert_eq!(inflated(&mut inflater, bytes, 100), b"Hello", "{bytes:x?}");
        }
        let mut inflater = Inflater::new();
        assert_eq!(inflated(&mut inflater, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], 100), b"Hello");
        assert_eq!(inflated(&mut inflater, &[0xf2, 0x00, 0x11, 0x00, 0x00], 100), b"Hello");
    }

    #[test]
    fn a_bomb_is_too_big_and_garbage_is_no_payload() {
        let mut compressed = Vec::new();
        Deflater::new(15, false).message(&vec![0; 1 << 20], &mut compressed).unwrap();
        assert!(compressed.len() < 20_000);
        let mut output = Vec::new();
        assert_eq!(Inflater::new().piece(&compressed, &mut output, 1000).unwrap_err().code, 1009);
        assert!(output.capacity() < 20_000);
        assert_eq!(Inflater::new().piece(&[0xff; 20], &mut Vec::new(), 1000).unwrap_err().code, 1007);
        let mut exact = Vec::new();
        let mut inflater = Inflater::new();
        inflater.piece(&compressed, &mut exact, 1 << 20).unwrap();
        inflater.end(&mut exact, 1 << 20).unwrap();
        assert_eq!(exact.len(), 1 << 20);
    }
}
