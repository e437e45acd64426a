//! The client's side: from the answer to a handshake to a driven socket.

use std::future::pending;
use std::sync::Arc;

use http::Response;
use hyper_util::rt::TokioIo;
use selvedge_ops::OpError;
use selvedge_runtime::Invocation;

use super::connection::drive;
use super::handshake::ClientHandshake;
use super::pipe::{Endpoint, pair};
use super::protocol::Role;
use crate::fetch::{Body, FetchError};

/// What an open connection weighs besides what is queued in it, in bytes: the buffers of the socket.
const PLAIN_WEIGHT: usize = 32 * 1024;

/// The same with compression, whose windows and tables last as long as it does.
const COMPRESSED_WEIGHT: usize = 300 * 1024;

/// Makes a WebSocket of an answer with status 101. `asked` are the protocols that the request named.
pub(crate) async fn connected(
    invocation: &Invocation,
    handshake: &ClientHandshake,
    asked: &[String],
    response: &mut Response<Body>,
) -> Result<Arc<Endpoint>, OpError> {
    let failed = |cause: String| OpError::from(FetchError::WebSocket(cause));
    let compression = handshake.check(response.headers(), asked).map_err(|error| failed(error.to_string()))?;
    let weight = if compression.is_some() { COMPRESSED_WEIGHT } else { PLAIN_WEIGHT };
    let charge = invocation.instance().memory().charge(weight)?;
    let socket = hyper::upgrade::on(response).await.map_err(|error| failed(error.to_string()))?;
    let (near, far) = pair();
    near.hand_on();
    // Its own task: it outlives the invocation by the closing of the socket. That the endpoint is dropped ends it.
    tokio::spawn(async move {
        drive(TokioIo::new(socket), Arc::new(far), Role::Client, compression, pending()).await;
        drop(charge);
    });
    Ok(Arc::new(near))
}
