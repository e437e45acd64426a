//! WebSockets (<https://websockets.spec.whatwg.org/>): the protocol, the client, and what passes messages between
//! JavaScript and sockets. The class `WebSocket` is JavaScript (`js/websocket/`).

mod client;
mod connection;
mod handshake;
mod ops;
mod pipe;
mod protocol;
mod server;

use selvedge_ops::OpDecl;

pub use handshake::{HandshakeRefusal, ServerHandshake, asks_for_websocket};
pub use ops::parse_url;
pub use pipe::{Endpoint, pair};
pub use server::{ServerSocket, Upgrade, accept};

pub(crate) use client::connected;
pub(crate) use handshake::{ClientHandshake, protocols_in};

/// What compatibility dates and flags say of WebSockets: an extension of the instance. The default is that of recent
/// dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocketSettings {
    /// permessage-deflate is offered and accepted (`web_socket_compression`).
    pub compression: bool,
    /// `binaryType` begins as `"blob"`, and not as `"arraybuffer"` (`websocket_standard_binary_type`).
    pub blobs: bool,
    /// A close frame is answered at once, unless `accept()` was told otherwise (`web_socket_auto_reply_to_close`).
    pub reply_to_close: bool,
}

impl Default for WebSocketSettings {
    fn default() -> Self {
        Self { compression: true, blobs: true, reply_to_close: true }
    }
}

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_websocket_accept,
    ops::op_websocket_close,
    ops::op_websocket_connect,
    ops::op_websocket_flushed,
    ops::op_websocket_receive,
    ops::op_websocket_release,
    ops::op_websocket_send_bytes,
    ops::op_websocket_send_text,
    ops::op_websocket_sent,
    ops::op_websocket_settings,
    ops::op_websocket_url,
];
