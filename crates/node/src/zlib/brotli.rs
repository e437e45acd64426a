//! Brotli (RFC 7932), step by step.

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{BrotliEncoderOperation, BrotliEncoderParameter, BrotliEncoderStateStruct};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, HeapAlloc, HuffmanCode};

use super::codec::Step;
use crate::coded::{Coded, Result};

/// The largest window in bits, but for the format's own extension, which Node has off.
const MOST_WINDOW_BITS: u32 = 24;

type Decoder = BrotliState<HeapAlloc<u8>, HeapAlloc<u32>, HeapAlloc<HuffmanCode>>;

enum Engine {
    Encoder(Box<BrotliEncoderStateStruct<StandardAlloc>>),
    Decoder(Box<Decoder>),
}

/// A compressor or decompressor in the middle of its data.
pub(super) struct Brotli {
    engine: Engine,
    parameters: Vec<(u32, u32)>,
    ended: bool,
}

fn parameter(number: u32) -> Option<BrotliEncoderParameter> {
    Some(match number {
        0 => BrotliEncoderParameter::BROTLI_PARAM_MODE,
        1 => BrotliEncoderParameter::BROTLI_PARAM_QUALITY,
        2 => BrotliEncoderParameter::BROTLI_PARAM_LGWIN,
        3 => BrotliEncoderParameter::BROTLI_PARAM_LGBLOCK,
        4 => BrotliEncoderParameter::BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING,
        5 => BrotliEncoderParameter::BROTLI_PARAM_SIZE_HINT,
        _ => return None,
    })
}

/// Node's code for a result of Brotli's decoder.
fn code(result: i32) -> &'static str {
    match result {
        -1 => "ERR__ERROR_FORMAT_EXUBERANT_NIBBLE",
        -2 => "ERR__ERROR_FORMAT_RESERVED",
        -3 => "ERR__ERROR_FORMAT_EXUBERANT_META_NIBBLE",
        -4 => "ERR__ERROR_FORMAT_SIMPLE_HUFFMAN_ALPHABET",
        -5 => "ERR__ERROR_FORMAT_SIMPLE_HUFFMAN_SAME",
        -6 => "ERR__ERROR_FORMAT_CL_SPACE",
        -7 => "ERR__ERROR_FORMAT_HUFFMAN_SPACE",
        -8 => "ERR__ERROR_FORMAT_CONTEXT_MAP_REPEAT",
        -9 => "ERR__ERROR_FORMAT_BLOCK_LENGTH_1",
        -10 => "ERR__ERROR_FORMAT_BLOCK_LENGTH_2",
        -11 => "ERR__ERROR_FORMAT_TRANSFORM",
        -12 => "ERR__ERROR_FORMAT_DICTIONARY",
        -13 => "ERR__ERROR_FORMAT_WINDOW_BITS",
        -14 => "ERR__ERROR_FORMAT_PADDING_1",
        -15 => "ERR__ERROR_FORMAT_PADDING_2",
        -16 => "ERR__ERROR_FORMAT_DISTANCE",
        _ => "ERR__ERROR_UNREACHABLE",
    }
}

impl Brotli {
    pub(super) fn new(decompress: bool, parameters: Vec<(u32, u32)>) -> Result<Self> {
        let failed = || Coded::error("ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed");
        let engine = if decompress {
            let (u8s, u32s, codes) = (HeapAlloc::new(0), HeapAlloc::new(0), HeapAlloc::new(HuffmanCode::default()));
            Engine::Decoder(Box::new(BrotliState::new(u8s, u32s, codes)))
        } else {
            let mut encoder = Box::new(BrotliEncoderStateStruct::new(StandardAlloc::default()));
            for (number, value) in &parameters {
                let fits = match number {
                    0 => *value <= 2,
                    1 => *value <= 11,
                    2 => (10..=MOST_WINDOW_BITS).contains(value),
                    3 => *value == 0 || (16..=24).contains(value),
                    _ => true,
                };
                // What is set otherwise (the large window, distances) changes no more than the ratio.
                if !fits {
                    return Err(failed());
                }
                if let Some(parameter) = parameter(*number) {
                    encoder.set_parameter(parameter, *value);
                }
            }
            Engine::Encoder(encoder)
        };
        Ok(Self { engine, parameters, ended: false })
    }

    /// Begins anew, for other data.
    pub(super) fn reset(&mut self) -> Result<()> {
        let decompress = matches!(self.engine, Engine::Decoder(_));
        *self = Self::new(decompress, std::mem::take(&mut self.parameters))?;
        Ok(())
    }

    /// As `Codec::step`; `operation` is Brotli's number.
    pub(super) fn step(&mut self, input: &[u8], operation: i32, room: usize) -> Result<Step> {
        let mut output = vec![0; room];
        let (mut available_in, mut taken, mut available_out, mut written) = (input.len(), 0, room, 0);
        let again = match &mut self.engine {
            Engine::Encoder(encoder) => {
                let operation = match operation {
                    1 => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
                    2 => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
                    _ => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
                };
                let went_well = encoder.compress_stream(
                    operation,
                    &mut available_in,
                    input,
                    &mut taken,
                    &mut available_out,
                    &mut output,
                    &mut written,
                    &mut None,
                    &mut |_, _, _, _| (),
                );
                if !went_well {
                    return Err(Coded::error("ERR_BROTLI_COMPRESSION_FAILED", "Compression failed"));
                }
                self.ended = encoder.is_finished();
                encoder.has_more_output() || available_out == 0
            }
            Engine::Decoder(decoder) => {
                let mut total = 0;
                let outcome = BrotliDecompressStream(
                    &mut available_in,
                    &mut taken,
                    input,
                    &mut available_out,
                    &mut written,
                    &mut output,
                    &mut total,
                    decoder,
                );
                match outcome {
                    BrotliResult::ResultSuccess => {
                        self.ended = true;
                        false
                    }
                    BrotliResult::NeedsMoreInput if operation == 2 => {
                        return Err(Coded::error("Z_BUF_ERROR", "unexpected end of file"));
                    }
                    BrotliResult::NeedsMoreInput => false,
                    BrotliResult::NeedsMoreOutput => true,
                    BrotliResult::ResultFailure => {
                        return Err(Coded::error(code(decoder.error_code as i32), "Decompression failed"));
                    }
                }
            }
        };
        output.truncate(written);
        Ok(Step { output, consumed: taken, again: again && !self.ended, ended: self.ended })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(brotli: &mut Brotli, mut input: &[u8], operation: i32, room: usize) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        loop {
            let step = brotli.step(input, operation, room)?;
            output.extend(step.output);
            input = &input[step.consumed..];
            if !step.again {
                return Ok(output);
            }
        }
    }

    #[test]
    fn round_trips_and_refuses() {
        let data = b"hello, hello, hello".repeat(500);
        let mut encoder = Brotli::new(false, vec![(1, 4)]).unwrap();
        let mut packed = run(&mut encoder, &data, 0, 100).unwrap();
        packed.extend(run(&mut encoder, &[], 2, 10).unwrap());
        assert!(packed.len() < 200);
        let mut decoder = Brotli::new(true, Vec::new()).unwrap();
        assert_eq!(run(&mut decoder, &packed, 2, 333).unwrap(), data);
        decoder.reset().unwrap();
        assert_eq!(run(&mut decoder, &packed[..20], 2, 9).unwrap_err().code(), "Z_BUF_ERROR");
        decoder.reset().unwrap();
        assert!(run(&mut decoder, &[0xff; 20], 2, 99).is_err());
        assert!(Brotli::new(false, vec![(1, 12)]).is_err());
    }
}
