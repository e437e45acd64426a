//! The server's side: from a Worker's response with a WebSocket to a driven socket.

use std::future::Future;
use std::sync::Arc;

use http::Response;
use tokio::io::{AsyncRead, AsyncWrite};

use super::connection::drive;
use super::handshake::{HandshakeRefusal, ServerHandshake};
use super::pipe::Endpoint;
use super::protocol::{DeflateParameters, Role};

/// What a response with status 101 carries among its extensions: the WebSocket that it switches to.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The end that the socket is to be driven for.
    pub endpoint: Arc<Endpoint>,
    /// Whether permessage-deflate may be agreed on.
    pub compression: bool,
}

/// A WebSocket that was agreed on, waiting for its socket.
#[derive(Debug)]
pub struct ServerSocket {
    endpoint: Arc<Endpoint>,
    compression: Option<DeflateParameters>,
}

impl ServerSocket {
    /// Speaks WebSocket on a socket until it is closed. When `going_away` completes, the client is told so.
    pub async fn drive<I>(self, socket: I, going_away: impl Future<Output = ()>)
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        drive(socket, self.endpoint, Role::Server, self.compression, going_away).await;
    }
}

/// Takes the WebSocket out of a Worker's response to a handshake, and makes the response the answer to it. `None` for a
/// response without one.
///
/// # Errors
/// The request was no handshake that can be accepted. The WebSocket is dropped, which the Worker sees as a lost
/// connection.
pub fn accept<B>(
    handshake: Option<ServerHandshake>,
    response: &mut Response<B>,
) -> Option<Result<ServerSocket, HandshakeRefusal>> {
    let Upgrade { endpoint, compression } = response.extensions_mut().remove::<Upgrade>()?;
    let accepted = match handshake {
        Some(handshake) => handshake.accept(response.headers_mut(), compression),
        None => Err(HandshakeRefusal::NONE),
    };
    Some(accepted.map(|compression| ServerSocket { endpoint, compression }))
}
