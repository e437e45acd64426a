//! The ops by which JavaScript uses a connection. What makes one is an op of the layer above, which knows what may be
//! connected to.

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::{Buffer, OpError, op};
use selvedge_runtime::Invocation;

use super::resource::{SOCKET_WEIGHT, SocketResource};

/// Reads the next bytes; `null` at the end.
#[op(async)]
pub(crate) fn op_socket_read(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<Option<Buffer>, OpError>> + use<>, OpError> {
    let socket = invocation.resources().get::<SocketResource>(id)?;
    Ok(async move { Ok(socket.read().await?.map(Buffer)) })
}

/// Writes bytes, when there is room for them.
#[op(async)]
pub(crate) fn op_socket_write(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    chunk: Bytes,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let socket = invocation.resources().get::<SocketResource>(id)?;
    Ok(async move { Ok(socket.write(chunk).await?) })
}

/// Ends the direction that is written.
#[op(async)]
pub(crate) fn op_socket_shutdown(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Result<(), OpError>> + use<>, OpError> {
    let socket = invocation.resources().get::<SocketResource>(id)?;
    Ok(async move { Ok(socket.shutdown().await?) })
}

/// Closes the connection. Nothing happens if it is gone already.
#[op]
pub(crate) fn op_socket_close(#[context] invocation: Arc<Invocation>, id: u32) {
    if let Ok(socket) = invocation.resources().take::<SocketResource>(id) {
        socket.stop();
    }
}

/// Starts TLS with a server whose certificate is for `name`: the number of the connection from then on.
#[op(async)]
pub(crate) fn op_socket_start_tls(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    name: String,
) -> Result<impl Future<Output = Result<u32, OpError>> + use<>, OpError> {
    let socket = invocation.resources().take::<SocketResource>(id)?;
    Ok(async move { invocation.resources().add_weighing(socket.start_tls(&name).await?, SOCKET_WEIGHT) })
}
