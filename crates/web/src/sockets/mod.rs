//! TCP connections as byte streams, with or without TLS: what is under every API of sockets, which themselves are not
//! the web's (there is no such standard that a server could follow) and so are classes of the layers above.
//!
//! A connection is made under the rules of `fetch`: the same destinations are refused, judged by the address that is
//! connected to, and the same certificates are trusted.

mod dialer;
mod error;
mod ops;
mod resource;

use selvedge_ops::OpDecl;

pub use dialer::{Connection, Dialer, SocketStream};
pub use error::SocketError;
pub use resource::{SOCKET_WEIGHT, SocketResource};

/// The ops of sockets that are connected.
pub(crate) const OPS: &[OpDecl] = &[
    ops::op_socket_close,
    ops::op_socket_read,
    ops::op_socket_shutdown,
    ops::op_socket_start_tls,
    ops::op_socket_write,
];
