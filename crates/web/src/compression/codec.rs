//! gzip, deflate, raw deflate and Brotli, step by step.

use super::brotli::Brotli;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// How much output one step makes at most, in bytes.
pub(super) const STEP: usize = 64 * 1024;

/// The largest window, which every decoder must accept.
const WINDOW_BITS: u8 = 15;

/// Why a codec refuses its input. The texts are hosted's, which has no Brotli.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CodecError {
    #[error("The compression format must be either 'brotli', 'deflate', 'deflate-raw' or 'gzip'.")]
    UnknownFormat,
    #[error("Compression failed.")]
    Compression,
    #[error("Decompression failed.")]
    Decompression,
    #[error("Called close() on a decompression stream with incomplete data")]
    Incomplete,
    #[error("Trailing bytes after end of compressed data")]
    Trailing,
}

/// A compressed format (<https://compression.spec.whatwg.org/#supported-formats>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Brotli,
    Gzip,
    /// zlib's, RFC 1950.
    Deflate,
    /// Without header and checksum, RFC 1951.
    DeflateRaw,
}

impl Format {
    pub(super) fn from_name(name: &str) -> Result<Self, CodecError> {
        match name {
            "brotli" => Ok(Self::Brotli),
            "gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "deflate-raw" => Ok(Self::DeflateRaw),
            _ => Err(CodecError::UnknownFormat),
        }
    }
}

/// Which way a codec goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Compress,
    Decompress,
}

/// What came of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) output: Vec<u8>,
    pub(super) consumed: usize,
    /// There is more output to get, or input to take.
    pub(super) again: bool,
}

/// A compressor or decompressor in the middle of its input.
pub(super) enum Codec {
    Compress(Compress),
    Decompress { inner: Decompress, ended: bool },
    Brotli(Brotli),
}

impl Codec {
    pub(super) fn new(format: Format, direction: Direction) -> Self {
        let level = Compression::default();
        let inflating = |inner| Self::Decompress { inner, ended: false };
        match (direction, format) {
            (Direction::Compress, Format::Brotli) => Self::Brotli(Brotli::encoder()),
            (Direction::Compress, Format::Gzip) => Self::Compress(Compress::new_gzip(level, WINDOW_BITS)),
            (Direction::Compress, Format::Deflate) => Self::Compress(Compress::new(level, true)),
            (Direction::Compress, Format::DeflateRaw) => Self::Compress(Compress::new(level, false)),
            (Direction::Decompress, Format::Brotli) => Self::Brotli(Brotli::decoder()),
            (Direction::Decompress, Format::Gzip) => inflating(Decompress::new_gzip(WINDOW_BITS)),
            (Direction::Decompress, Format::Deflate) => inflating(Decompress::new(true)),
            (Direction::Decompress, Format::DeflateRaw) => inflating(Decompress::new(false)),
        }
    }

    /// Takes input and gives output, at most `STEP` bytes of it.
    pub(super) fn push(&mut self, input: &[u8], finish: bool) -> Result<Step, CodecError> {
        match self {
            Self::Compress(inner) => compress(inner, input, finish),
            Self::Decompress { inner, ended } => decompress(inner, ended, input, finish),
            Self::Brotli(inner) => inner.push(input, finish),
        }
    }
}

fn compress(inner: &mut Compress, input: &[u8], finish: bool) -> Result<Step, CodecError> {
    let flush = if finish { FlushCompress::Finish } else { FlushCompress::None };
    let mut output = Vec::with_capacity(STEP);
    let before = inner.total_in();
    let status = inner.compress_vec(input, &mut output, flush).map_err(|_| CodecError::Compression)?;
    let consumed = (inner.total_in() - before) as usize;
    let full = output.len() == output.capacity();
    let again = if finish { status != Status::StreamEnd } else { consumed < input.len() || full };
    Ok(Step { output, consumed, again })
}

fn decompress(inner: &mut Decompress, ended: &mut bool, input: &[u8], finish: bool) -> Result<Step, CodecError> {
    let mut output = Vec::with_capacity(if *ended { 0 } else { STEP });
    let before = inner.total_in();
    if !*ended {
        let status =
            inner.decompress_vec(input, &mut output, FlushDecompress::None).map_err(|_| CodecError::Decompression)?;
        *ended = status == Status::StreamEnd;
    }
    let consumed = (inner.total_in() - before) as usize;
    if *ended {
        return if consumed < input.len() {
            Err(CodecError::Trailing)
        } else {
            Ok(Step { output, consumed, again: false })
        };
    }
    let again = consumed < input.len() || output.len() == output.capacity();
    if !again && finish {
        return Err(CodecError::Incomplete);
    }
    // Neither input taken nor output made, and yet input is left: the data leads nowhere.
    if again && consumed == 0 && output.is_empty() {
        return Err(CodecError::Decompression);
    }
    Ok(Step { output, consumed, again })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: [Format; 4] = [Format::Brotli, Format::Gzip, Format::Deflate, Format::DeflateRaw];

    fn run(codec: &mut Codec, mut input: &[u8], finish: bool) -> Result<Vec<u8>, CodecError> {
        let mut output = Vec::new();
        loop {
            let step = codec.push(input, finish)?;
            assert!(step.output.len() <= STEP);
            output.extend(step.output);
            input = &input[step.consumed..];
            if !step.again {
                return Ok(output);
            }
        }
    }

    fn compressed(format: Format, data: &[u8]) -> Vec<u8> {
        let mut codec = Codec::new(format, Direction::Compress);
        let mut output = run(&mut codec, data, false).unwrap();
        output.extend(run(&mut codec, &[], true).unwrap());
        output
    }

    #[test]
    fn round_trips_in_small_pieces() {
        let data: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 31).collect();
        for format in FORMATS {
            let packed = compressed(format, &data);
            assert!(packed.len() < data.len());
            let mut codec = Codec::new(format, Direction::Decompress);
            let mut output = Vec::new();
            for piece in packed.chunks(1000) {
                output.extend(run(&mut codec, piece, false).unwrap());
            }
            output.extend(run(&mut codec, &[], true).unwrap());
            assert_eq!(output, data, "{format:?}");
        }
    }

    #[test]
    fn an_expansion_comes_in_bounded_steps() {
        for format in [Format::Brotli, Format::Gzip] {
            let packed = compressed(format, &vec![0; 10_000_000]);
            let mut codec = Codec::new(format, Direction::Decompress);
            assert_eq!(run(&mut codec, &packed, true).unwrap().len(), 10_000_000);
        }
    }

    #[test]
    fn bad_data_is_refused() {
        for format in FORMATS {
            let packed = compressed(format, b"hello, hello, hello");
            let decoder = || Codec::new(format, Direction::Decompress);
            assert_eq!(run(&mut decoder(), &packed[..packed.len() - 1], true), Err(CodecError::Incomplete));
            assert_eq!(run(&mut decoder(), &[&packed[..], b"x"].concat(), false), Err(CodecError::Trailing));
            let mut ended = decoder();
            run(&mut ended, &packed, false).unwrap();
            assert_eq!(run(&mut ended, b"x", false), Err(CodecError::Trailing));
            assert_eq!(run(&mut decoder(), &[0xff; 32], false), Err(CodecError::Decompression));
            assert_eq!(run(&mut decoder(), &[], true), Err(CodecError::Incomplete));
        }
        assert!(Format::from_name("br").is_err());
    }
}
