//! Makes connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::SocketError;
use crate::fetch::{CONNECT_TIMEOUT, is_private};

/// Connects to hosts, as far as Workers may.
#[derive(Clone)]
pub struct Dialer {
    allow_private: bool,
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("allow_private", &self.allow_private).finish_non_exhaustive()
    }
}

/// A connection that has just been made.
#[derive(Debug)]
pub struct Connection {
    /// Its bytes.
    pub stream: SocketStream,
    /// The address that was connected to.
    pub remote: SocketAddr,
}

impl Dialer {
    pub(crate) fn new(allow_private: bool, tls: Arc<ClientConfig>) -> Self {
        Self { allow_private, tls }
    }

    /// The same for a destination that the operator has configured, which may be private.
    #[must_use]
    pub fn unguarded(&self) -> Self {
        Self { allow_private: true, tls: self.tls.clone() }
    }

    /// Connects to a host by name or address (an IPv6 address with or without brackets). With `tls` the certificate must
    /// be valid for the host.
    ///
    /// # Errors
    /// When the destination is refused or cannot be reached, or TLS fails.
    pub async fn connect(&self, host: &str, port: u16, tls: bool) -> Result<Connection, SocketError> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let connecting = async {
            let (stream, remote) = first(permitted(lookup(host, port).await?, self.allow_private)?).await?;
            let stream = SocketStream::Plain(stream);
            let stream = if tls { self.secure(stream, host).await? } else { stream };
            Ok(Connection { stream, remote })
        };
        let late = |_| SocketError::Timeout(CONNECT_TIMEOUT.as_secs());
        tokio::time::timeout(CONNECT_TIMEOUT, connecting).await.map_err(late)?
    }

    /// Starts TLS on a connection; the certificate must be valid for `name`.
    ///
    /// # Errors
    /// When the handshake fails, or the connection has TLS already.
    pub async fn secure(&self, stream: SocketStream, name: &str) -> Result<SocketStream, SocketError> {
        let SocketStream::Plain(stream) = stream else { return Err(SocketError::Closed) };
        let server = ServerName::try_from(name.to_owned()).map_err(|_| SocketError::ServerName(name.to_owned()))?;
        let connector = TlsConnector::from(self.tls.clone());
        let stream = connector.connect(server, stream).await.map_err(SocketError::Tls)?;
        Ok(SocketStream::Tls(Box::new(stream)))
    }
}

async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>, SocketError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let failed = |error: io::Error| SocketError::Resolve { host: host.to_owned(), cause: error.to_string() };
    Ok(lookup_host((host, port)).await.map_err(failed)?.collect())
}

/// The addresses that may be connected to; an error when there are others only.
fn permitted(mut found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, SocketError> {
    let first = found.first().map(SocketAddr::ip);
    if !allow_private {
        found.retain(|address| !is_private(address.ip()));
    }
    match first {
        Some(address) if found.is_empty() => Err(SocketError::Private(address)),
        _ => Ok(found),
    }
}

/// Tries one address after the other.
async fn first(addresses: Vec<SocketAddr>) -> Result<(TcpStream, SocketAddr), SocketError> {
    let mut failure = SocketError::Closed;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Protocols of requests and answers suffer from Nagle's algorithm; not all systems let it be set.
                let _ = stream.set_nodelay(true);
                return Ok((stream, address));
            }
            Err(cause) => failure = SocketError::Connect { address: address.to_string(), cause },
        }
    }
    Err(failure)
}

/// The bytes of a connection.
#[derive(Debug)]
pub enum SocketStream {
    /// As TCP carries them.
    Plain(TcpStream),
    /// Within TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for SocketStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for SocketStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_destinations_are_left_out() {
        let private: SocketAddr = "10.0.0.1:5432".parse().unwrap();
        let public: SocketAddr = "1.1.1.1:5432".parse().unwrap();
        assert_eq!(permitted(vec![private, public], false).unwrap(), [public]);
        assert_eq!(permitted(vec![private, public], true).unwrap(), [private, public]);
        assert!(matches!(permitted(vec![private], false), Err(SocketError::Private(_))));
        assert!(permitted(vec![], false).unwrap().is_empty());
    }
}
