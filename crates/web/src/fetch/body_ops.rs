//! The ops by which JavaScript reads and writes native bodies.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use selvedge_ops::{Buffer, OpError, op};
use selvedge_runtime::Invocation;

use super::body::Body;
use super::channel::{BodyWriter, channel};
use super::error::BodyError;
use super::join::Ending;
use super::resource::{BodyResource, READ_ALL_LIMIT};

/// What a channel weighs, in bytes: tokio makes room for 32 chunks.
const CHANNEL: usize = 2048;

/// Reads the next chunk; `null` at the end.
#[op(async)]
pub(crate) fn op_body_read(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<Option<Buffer>, OpError>> + use<>, OpError> {
    let body = invocation.resources().get::<BodyResource>(id)?;
    Ok(async move {
        let chunk = body.read().await?;
        if chunk.is_none() {
            invocation.resources().close(id);
        }
        Ok(chunk.map(|chunk| Buffer(chunk.into())))
    })
}

/// Reads all that is left, as bytes.
#[op(async)]
pub(crate) fn op_body_read_all(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<Buffer, OpError>> + use<>, OpError> {
    let all = read_all(invocation, id)?;
    Ok(async { all.await.map(Buffer) })
}

/// Reads all that is left, as text ("UTF-8 decode": <https://encoding.spec.whatwg.org/#utf-8-decode>).
#[op(async)]
pub(crate) fn op_body_read_text(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<String, OpError>> + use<>, OpError> {
    let all = read_all(invocation, id)?;
    Ok(async { all.await.map(decode) })
}

/// The body stays in the table meanwhile, so that it can be cancelled.
fn read_all(invocation: Arc<Invocation>, id: u32) -> Result<impl Future<Output = Result<Vec<u8>, OpError>>, OpError> {
    let body = invocation.resources().get::<BodyResource>(id)?;
    Ok(async move {
        let all = body.read_all(READ_ALL_LIMIT, Some(invocation.instance().memory())).await;
        invocation.resources().close(id);
        Ok(all?)
    })
}

/// Gives a body up. Nothing happens if it is gone already.
#[op]
pub(crate) fn op_body_cancel(#[context] invocation: Arc<Invocation>, id: u32) {
    if let Ok(body) = invocation.resources().take::<BodyResource>(id) {
        body.cancel();
    }
}

/// Makes two bodies of one that has not been read, which share its chunks.
#[op]
pub(crate) fn op_body_tee(#[context] invocation: Arc<Invocation>, id: u32) -> Result<(u32, u32), OpError> {
    let resources = invocation.resources();
    let memory = invocation.instance().memory();
    let (first, second) = resources.take::<BodyResource>(id)?.tee(memory).ok_or(BodyError::Used)?;
    Ok((resources.add(first)?, resources.add(second)?))
}

/// Makes a body that has not been read into one whose end [`op_body_joined`] tells: `[bodyId, endingId]`. `length`, if
/// given, is how many bytes it must have.
#[op]
pub(crate) fn op_body_join(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    length: Option<u64>,
) -> Result<(u32, u32), OpError> {
    let resources = invocation.resources();
    let (body, ending) = resources.take::<BodyResource>(id)?.join(length).ok_or(BodyError::Used)?;
    Ok((resources.add(body)?, resources.add(Mutex::new(Some(ending)))?))
}

/// Resolves when the body has flowed to its end, rejects when it broke off or was given up.
#[op(async)]
pub(crate) fn op_body_joined(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let ending = invocation.resources().take::<Mutex<Option<Ending>>>(id)?;
    let ending = ending.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(BodyError::Used)?;
    Ok(async move { Ok(ending.await.unwrap_or(Err(BodyError::Disconnected))?) })
}

/// Makes a body that JavaScript writes: `[writerId, bodyId]`. `length`, if given, is announced.
#[op]
pub(crate) fn op_body_writer_open(
    #[context] invocation: Arc<Invocation>,
    length: Option<u64>,
) -> Result<(u32, u32), OpError> {
    let (writer, body) = channel(length);
    let resources = invocation.resources();
    Ok((resources.add_weighing(writer, CHANNEL)?, resources.add(BodyResource::new(Body::Channel(body)))?))
}

/// Writes a chunk once there is room for it.
#[op(async)]
pub(crate) fn op_body_write(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    chunk: Bytes,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let writer = invocation.resources().get::<BodyWriter>(id)?;
    // A chunk that waits for its reader is a copy: counted, as there may be any number of writers.
    let charge = invocation.instance().memory().charge(chunk.len())?;
    Ok(async move { Ok(writer.write_counted(chunk, Some(charge)).await?) })
}

/// Ends the written body well.
#[op]
pub(crate) fn op_body_writer_close(#[context] invocation: Arc<Invocation>, id: u32) -> Result<(), OpError> {
    invocation.resources().take::<BodyWriter>(id)?.close();
    Ok(())
}

/// Breaks the written body off.
#[op]
pub(crate) fn op_body_writer_abort(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}

fn decode(bytes: Vec<u8>) -> String {
    if let Some(text) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return String::from_utf8_lossy(text).into_owned();
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn text_is_utf8_without_its_mark() {
        assert_eq!(decode(b"\xEF\xBB\xBFa".to_vec()), "a");
        assert_eq!(decode(b"a\xFFb".to_vec()), "a\u{FFFD}b");
        assert_eq!(decode("\u{FEFF}\u{FEFF}a".into()), "\u{FEFF}a");
    }
}
