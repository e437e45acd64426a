//! The WebSocket protocol (RFC 6455) with permessage-deflate (RFC 7692), without any I/O.
//!
//! Bytes go into a [`MessageReader`] and messages come out; messages go into a [`MessageWriter`] and bytes come out.
//!
//! Our own rather than a crate's, because of what a Worker may decide. When a connection closes is JavaScript's to say,
//! so that a close frame must not be answered by itself; the handshake's headers are the Worker's to see and to set; and
//! the extension has to be there. `tungstenite` and `tokio-websockets` have no compression, and `yawc` has it, but
//! answers close frames itself and owns the handshake.

mod close;
mod deflate;
mod error;
mod extension;
mod header;
mod mask;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use close::Close;

pub(crate) use error::ProtocolError;
pub(crate) use extension::{DeflateParameters, OFFER, accept_offer, accept_response};
pub(crate) use reader::{Event, MessageReader};
pub(crate) use writer::MessageWriter;

use bytes::Bytes;

/// The longest message that is taken, in bytes, after decompression, as on hosted
/// (<https://developers.cloudflare.com/workers/platform/limits/#websockets>).
pub(crate) const MAX_MESSAGE: usize = 32 << 20;

/// Which end of a connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It asked for the connection, and masks what it sends.
    Client,
    /// It was asked.
    Server,
}

/// What WebSockets exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
    /// The last message in its direction.
    Close(Close),
}

impl Message {
    /// The length in bytes of what the program sent.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Close(_) => 0,
        }
    }
}
