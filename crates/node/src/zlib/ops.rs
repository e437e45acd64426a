//! Codecs as JavaScript holds them: numbers of the instance's resources.

use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{Buffer, BufferRef, OpError, op};
use selvedge_runtime::{Charge, InstanceState};

use super::brotli::Brotli;
use super::codec::{Codec, Mode, Setup};

/// About what a codec of zlib holds, in bytes (<https://zlib.net/zlib_tech.html>, Memory Footprint).
const ZLIB_COST: usize = 256 << 10;

/// About what Brotli's holds with a window of usual size.
const BROTLI_COST: usize = 1 << 20;

/// The most output of one step, in bytes.
const MOST_ROOM: usize = 16 << 20;

enum Engine {
    Zlib(Codec),
    Brotli(Box<Brotli>),
}

/// A codec, and its share of the instance's memory.
struct Charged {
    engine: Mutex<Engine>,
    _charge: Charge,
}

fn with<T>(
    instance: &InstanceState,
    id: u32,
    act: impl FnOnce(&mut Engine) -> crate::coded::Result<T>,
) -> Result<T, OpError> {
    let charged = instance.resources().get::<Charged>(id)?;
    let mut engine = charged.engine.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(act(&mut engine)?)
}

/// Makes a codec of zlib's; gives its number. `mode` is Node's.
#[op]
pub(crate) fn op_node_zlib_new(
    #[context] instance: Arc<InstanceState>,
    mode: u32,
    level: i32,
    window_bits: u8,
    memory_level: i32,
    strategy: i32,
    dictionary: Option<BufferRef<'_>>,
) -> Result<u32, OpError> {
    let mode = Mode::from_number(mode).ok_or_else(|| OpError::type_error("no such mode"))?;
    let dictionary = dictionary.map(|bytes| bytes.to_vec());
    let in_range = (-1..=9).contains(&level) && (1..=9).contains(&memory_level) && matches!(window_bits, 0 | 8..=15);
    if !in_range || (window_bits == 0 && matches!(mode, Mode::Deflate | Mode::DeflateRaw | Mode::Gzip)) {
        return Err(OpError::range_error("an option of zlib is out of range"));
    }
    let charge = instance.memory().charge(ZLIB_COST)?;
    let codec = Codec::new(Setup { mode, level, window_bits, memory_level, strategy, dictionary })?;
    instance.resources().add(Charged { engine: Mutex::new(Engine::Zlib(codec)), _charge: charge })
}

/// Makes a codec of Brotli's. `parameters` are numbers and values in turn.
#[op]
pub(crate) fn op_node_brotli_new(
    #[context] instance: Arc<InstanceState>,
    decompress: bool,
    parameters: Vec<u32>,
) -> Result<u32, OpError> {
    let pairs: Vec<(u32, u32)> = parameters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let window = pairs.iter().find(|(number, _)| *number == 2).map_or(22, |(_, value)| (*value).min(24));
    let charge = instance.memory().charge(BROTLI_COST.max(1 << window))?;
    let brotli = Box::new(Brotli::new(decompress, pairs)?);
    instance.resources().add(Charged { engine: Mutex::new(Engine::Brotli(brotli)), _charge: charge })
}

/// Gives a codec input, and how to flush: returns at most `room` bytes of output, how much of the input was taken,
/// whether to call again with the rest of it, and whether the compressed data has ended.
#[op]
pub(crate) fn op_node_zlib_write(
    #[context] instance: Arc<InstanceState>,
    id: u32,
    input: BufferRef<'_>,
    flush: i32,
    room: usize,
) -> Result<(Buffer, usize, bool, bool), OpError> {
    let room = room.clamp(64, MOST_ROOM);
    let step = with(&instance, id, |engine| match engine {
        Engine::Zlib(codec) => codec.step(&input, flush, room),
        Engine::Brotli(brotli) => brotli.step(&input, flush, room),
    })?;
    Ok((Buffer(step.output), step.consumed, step.again, step.ended))
}

/// Begins anew with other data.
#[op]
pub(crate) fn op_node_zlib_reset(#[context] instance: Arc<InstanceState>, id: u32) -> Result<(), OpError> {
    with(&instance, id, |engine| match engine {
        Engine::Zlib(codec) => codec.reset(),
        Engine::Brotli(brotli) => brotli.reset(),
    })
}

/// Another level for what follows.
#[op]
pub(crate) fn op_node_zlib_params(#[context] instance: Arc<InstanceState>, id: u32, level: i32) -> Result<(), OpError> {
    with(&instance, id, |engine| match engine {
        Engine::Zlib(codec) => codec.set_level(level.clamp(-1, 9)),
        Engine::Brotli(_) => Ok(()),
    })
}

/// Frees a codec.
#[op]
pub(crate) fn op_node_zlib_close(#[context] instance: Arc<InstanceState>, id: u32) {
    instance.resources().close(id);
}

/// The CRC-32 of data that goes on from what has the CRC-32 `start`.
#[op]
pub(crate) fn op_node_zlib_crc32(data: BufferRef<'_>, start: u32) -> u32 {
    zlib_rs::crc32::crc32(start, &data)
}
