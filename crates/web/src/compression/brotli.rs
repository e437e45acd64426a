//! Brotli (RFC 7932), step by step.

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, HeapAlloc, HuffmanCode};

use super::codec::{CodecError, STEP, Step};

/// Between speed and size, for what is compressed as it goes. The library's own default, 11, is for files that are
/// compressed once.
const QUALITY: u32 = 5;

/// The window of the encoder: 4 MiB, the library's default.
const WINDOW_BITS: u32 = 22;

type Decoder = BrotliState<HeapAlloc<u8>, HeapAlloc<u32>, HeapAlloc<HuffmanCode>>;

/// A compressor or decompressor in the middle of its input.
pub(super) enum Brotli {
    Encoder(Box<BrotliEncoderStateStruct<StandardAlloc>>),
    Decoder { inner: Box<Decoder>, ended: bool },
}

impl Brotli {
    pub(super) fn encoder() -> Self {
        let mut encoder = Box::new(BrotliEncoderStateStruct::new(StandardAlloc::default()));
        encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_QUALITY, QUALITY);
        encoder.set_parameter(BrotliEncoderParameter::BROTLI_PARAM_LGWIN, WINDOW_BITS);
        Self::Encoder(encoder)
    }

    pub(super) fn decoder() -> Self {
        let (bytes, words, codes) = (HeapAlloc::new(0), HeapAlloc::new(0), HeapAlloc::new(HuffmanCode::default()));
        Self::Decoder { inner: Box::new(BrotliState::new(bytes, words, codes)), ended: false }
    }

    /// Takes input and gives output, at most `STEP` bytes of it.
    pub(super) fn push(&mut self, input: &[u8], finish: bool) -> Result<Step, CodecError> {
        match self {
            Self::Encoder(inner) => compress(inner, input, finish),
            Self::Decoder { inner, ended } => decompress(inner, ended, input, finish),
        }
    }
}

fn compress(
    inner: &mut BrotliEncoderStateStruct<StandardAlloc>,
    input: &[u8],
    finish: bool,
) -> Result<Step, CodecError> {
    let operation = if finish {
        BrotliEncoderOperation::BROTLI_OPERATION_FINISH
    } else {
        BrotliEncoderOperation::BROTLI_OPERATION_PROCESS
    };
    let mut output = vec![0; STEP];
    let (mut left, mut consumed, mut room, mut written) = (input.len(), 0, STEP, 0);
    let went_well = inner.compress_stream(
        operation,
        &mut left,
        input,
        &mut consumed,
        &mut room,
        &mut output,
        &mut written,
        &mut None,
        &mut |_, _, _, _| (),
    );
    if !went_well {
        return Err(CodecError::Compression);
    }
    output.truncate(written);
    let again = left > 0 || inner.has_more_output() || (finish && !inner.is_finished());
    Ok(Step { output, consumed, again })
}

fn decompress(inner: &mut Decoder, ended: &mut bool, input: &[u8], finish: bool) -> Result<Step, CodecError> {
    let mut output = vec![0; if *ended { 0 } else { STEP }];
    let (mut left, mut consumed, mut room, mut written, mut total) = (input.len(), 0, output.len(), 0, 0);
    let mut again = false;
    if !*ended {
        let (left, room) = (&mut left, &mut room);
        match BrotliDecompressStream(left, &mut consumed, input, room, &mut written, &mut output, &mut total, inner) {
            BrotliResult::ResultSuccess => *ended = true,
            BrotliResult::NeedsMoreInput if finish => return Err(CodecError::Incomplete),
            BrotliResult::NeedsMoreInput => {}
            BrotliResult::NeedsMoreOutput => again = true,
            BrotliResult::ResultFailure => return Err(CodecError::Decompression),
        }
    }
    if *ended && consumed < input.len() {
        return Err(CodecError::Trailing);
    }
    output.truncate(written);
    Ok(Step { output, consumed, again })
}
