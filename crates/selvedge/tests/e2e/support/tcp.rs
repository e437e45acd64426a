//! A TCP server for Workers to connect to.

use std::future::Future;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Certificate;

/// A server on the loopback interface, ended when dropped.
pub(crate) struct TcpPeer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl TcpPeer {
    /// Serves each connection with a function.
    pub(crate) async fn start<F, A>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> A + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address, serving }
    }

    /// Sends back what it gets, and ends when the other side has.
    pub(crate) async fn echo() -> Self {
        Self::start(|mut stream| async move { echo(&mut stream).await }).await
    }

    /// The same within TLS.
    pub(crate) async fn tls_echo(certificate: &Certificate) -> Self {
        let acceptor = certificate.acceptor();
        Self::start(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                echo(&mut stream).await;
            }
        })
        .await
    }

    /// The same, after `STARTTLS` has been asked for and granted in plain text.
    pub(crate) async fn starttls_echo(certificate: &Certificate) -> Self {
        let acceptor = certificate.acceptor();
        Self::start(move |mut stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut command = [0; 9];
                stream.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"STARTTLS\n");
                stream.write_all(b"go ahead\n").await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                echo(&mut stream).await;
            }
        })
        .await
    }

    /// Ends it. Afterwards its port is closed; one that is only dropped may take a connection yet.
    pub(crate) async fn stop(mut self) {
        self.serving.abort();
        let _aborted = (&mut self.serving).await;
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Host and port, the host by name.
    pub(crate) fn address(&self) -> String {
        format!("localhost:{}", self.port())
    }
}

async fn echo(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        if stream.write_all(&buffer[..length]).await.is_err() {
            return;
        }
        let _gone = stream.flush().await;
    }
    let _gone = stream.shutdown().await;
}

impl Drop for TcpPeer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
