//! TLS, by certificates made here.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use selvedge_edge::{ServerConfig, TlsConfig, TlsError};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Func, Running, config, start, text, within};

/// A certificate and its key, in files.
pub(crate) struct Pair {
    folder: TempDir,
    root: rustls::pki_types::CertificateDer<'static>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder, root: made.cert.der().clone() }
    }

    fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// A server's configuration with it.
    pub(crate) fn server(&self) -> ServerConfig {
        let tls = Some(TlsConfig::from_pem_files(&self.cert(), &self.key()).unwrap());
        ServerConfig { tls, ..config() }
    }

    /// Connects as a client that trusts it, with one ALPN protocol.
    pub(crate) async fn connect(&self, server: &Running, alpn: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        within(TlsConnector::from(Arc::new(client)).connect(name, server.connect().await)).await.unwrap()
    }
}

/// What `request.cf` says over TLS, asked with one ALPN protocol.
async fn cf_over(alpn: &str) -> serde_json::Value {
    let pair = Pair::new();
    let server = start(
        pair.server(),
        Func(|mut request: Request<hyper::body::Incoming>, client: selvedge_edge::ClientInfo| async move {
            client.apply(request.headers_mut());
            assert_eq!(request.headers()["x-forwarded-proto"], "https");
            assert_eq!(request.headers()["host"], "localhost");
            text(client.cf_json().to_string())
        }),
    );
    let io = TokioIo::new(pair.connect(&server, alpn).await);
    let request = Request::builder().header("host", "localhost").body(Empty::<Bytes>::new());
    let answer = if alpn == "h2" {
        let (mut client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        let mut request = request.unwrap();
        *request.uri_mut() = "https://localhost/".parse().unwrap();
        within(client.send_request(request)).await.unwrap()
    } else {
        let (mut client, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        within(client.send_request(request.unwrap())).await.unwrap()
    };
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn both_protocols_by_alpn() {
    for (alpn, protocol) in [("h2", "HTTP/2"), ("http/1.1", "HTTP/1.1")] {
        let cf = cf_over(alpn).await;
        assert_eq!(cf["httpProtocol"], protocol);
        assert_eq!(cf["tlsVersion"], "TLSv1.3");
        assert!(cf["tlsCipher"].as_str().unwrap().starts_with("AEAD-"), "{cf}");
    }
}

#[tokio::test]
async fn plain_text_on_a_tls_port_does_no_harm() {
    let server = start(Pair::new().server(), Func(crate::support::echo));
    let mut stream = server.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // An alert, or a reset: closed either way.
    let _ = within(tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer)).await;
    assert!(!answer.starts_with(b"HTTP"));
}

#[test]
fn bad_certificates_are_one_line_with_file_and_cause() {
    let (pair, other) = (Pair::new(), Pair::new());
    let missing = pair.folder.path().join("nothing.pem");
    let junk = pair.folder.path().join("junk.pem");
    fs::write(&junk, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n").unwrap();
    let error = |cert: &PathBuf, key: &PathBuf| TlsConfig::from_pem_files(cert, key).unwrap_err();

    assert!(matches!(error(&missing, &pair.key()), TlsError::Unreadable { path, .. } if path == missing));
    assert!(matches!(error(&pair.cert(), &missing), TlsError::Unreadable { path, .. } if path == missing));
    assert!(matches!(error(&pair.key(), &pair.key()), TlsError::Missing { what: "certificate", .. }));
    assert!(matches!(error(&pair.cert(), &pair.cert()), TlsError::Missing { what: "private key", .. }));
    assert!(matches!(error(&pair.cert(), &other.key()), TlsError::Mismatch { .. }));
    for error in [error(&missing, &missing), error(&junk, &pair.key()), error(&pair.cert(), &other.key())] {
        let line = error.to_string();
        assert!(!line.contains('\n') && line.contains(".pem"), "{line}");
    }
}
