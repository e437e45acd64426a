//! Codecs as JavaScript holds them: numbers of the instance's resources.

use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{Buffer, BufferRef, OpError, op};
use selvedge_runtime::{Charge, InstanceState};

use super::codec::{Codec, CodecError, Direction, Format};

impl From<CodecError> for OpError {
    fn from(error: CodecError) -> Self {
        OpError::type_error(error.to_string())
    }
}

/// About what a codec holds, in bytes: zlib's window and tables
/// (<https://zlib.net/zlib_tech.html>, Memory Footprint); the largest window of Brotli.
fn cost(format: Format) -> usize {
    if format == Format::Brotli { 16 << 20 } else { 256 << 10 }
}

/// A codec, and its share of the instance's memory.
struct Charged {
    codec: Mutex<Codec>,
    _charge: Charge,
}

/// Makes a codec; gives its number.
#[op]
pub(crate) fn op_compression_new(
    #[context] instance: Arc<InstanceState>,
    format: String,
    decompress: bool,
) -> Result<u32, OpError> {
    let format = Format::from_name(&format)?;
    let direction = if decompress { Direction::Decompress } else { Direction::Compress };
    let charge = instance.memory().charge(cost(format))?;
    instance.resources().add(Charged { codec: Mutex::new(Codec::new(format, direction)), _charge: charge })
}

/// Gives a codec its next input, and with `finish` the end of it: returns some output, how much of the input
/// was taken, and whether to call again with the rest of it. The output of one call is bounded, however much
/// the input expands to.
#[op]
pub(crate) fn op_compression_push(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    input: BufferRef<'_>,
    finish: bool,
) -> Result<(Buffer, usize, bool), OpError> {
    let codec = instance.resources().get::<Charged>(id)?;
    let step = codec.codec.lock().unwrap_or_else(PoisonError::into_inner).push(&input, finish)?;
    Ok((Buffer(step.output), step.consumed, step.again))
}

/// Frees a codec.
#[op]
pub(crate) fn op_compression_close(#[context] instance: Arc<InstanceState>, id: u32) {
    instance.resources().close(id);
}
