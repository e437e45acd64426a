//! What goes wrong with a connection.

use std::net::IpAddr;

use selvedge_ops::OpError;

/// Why there is no connection, or none any more.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The destination is private, and the server does not let Workers reach such.
    #[error("{0} is a loopback, link-local or private address, which this server does not let Workers reach")]
    Private(IpAddr),
    /// The name stands for nothing.
    #[error("the host {host} has no address: {cause}")]
    Resolve {
        /// The name.
        host: String,
        /// The resolver's words.
        cause: String,
    },
    /// TCP.
    #[error("no connection to {address}: {cause}")]
    Connect {
        /// Address and port.
        address: String,
        /// The system's words.
        cause: std::io::Error,
    },
    /// TCP or TLS took too long.
    #[error("no connection within {0} s")]
    Timeout(u64),
    /// What TLS is to check the certificate for is no name.
    #[error("{0:?} is not a name that a certificate could have")]
    ServerName(String),
    /// The TLS handshake.
    #[error("TLS handshake failed: {0}")]
    Tls(#[source] std::io::Error),
    /// The transport failed, or the other side went away.
    #[error("Network connection lost.")]
    Lost(#[source] std::io::Error),
    /// It has been closed here.
    #[error("The socket has been closed.")]
    Closed,
}

impl From<SocketError> for OpError {
    fn from(error: SocketError) -> Self {
        if let SocketError::Lost(cause) = &error {
            tracing::debug!(%cause, "a socket ended early");
        }
        Self::error(error.to_string())
    }
}
