//! TLS: the certificate a listener shows, and what a handshake settled on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, ProtocolVersion, ServerConfig, ServerConnection};
use tokio_rustls::TlsAcceptor;

/// Why a certificate cannot be used. One line each, with the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read {}: {cause}; check the path and that this user may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file is not PEM, or is damaged.
    #[error("{} is not valid PEM: {cause}; it should hold lines like -----BEGIN {expected}-----", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
        /// The kind of section that it should hold.
        expected: &'static str,
    },
    /// The file is PEM but holds none of what is needed.
    #[error("{} holds no {what}; it should have a section -----BEGIN {expected}-----", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
        /// The kind of section that it should hold.
        expected: &'static str,
    },
    /// The key belongs to another certificate.
    #[error("the key in {} does not belong to the first certificate in {}; give the pair that was issued together, the server's own certificate first", key.display(), cert.display())]
    Mismatch {
        /// The certificate file.
        cert: PathBuf,
        /// The key file.
        key: PathBuf,
    },
    /// The certificate or key cannot be used for another reason.
    #[error("the certificate in {} and the key in {} cannot be used: {cause}", cert.display(), key.display())]
    Unusable {
        /// The certificate file.
        cert: PathBuf,
        /// The key file.
        key: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
}

/// A certificate chain and its key, ready to serve HTTP/2 and HTTP/1.1 (by ALPN) over TLS 1.3 and
/// 1.2.
#[derive(Clone, Debug)]
pub struct TlsConfig(Arc<ServerConfig>);

impl TlsConfig {
    /// Reads a certificate chain and its private key (PKCS#8, PKCS#1 or SEC1) from PEM files. They
    /// may be one file.
    ///
    /// # Errors
    /// A file that is missing, unreadable, damaged or without what it should hold; a key of another
    /// certificate.
    pub fn from_pem_files(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        const CERT: &str = "CERTIFICATE";
        const KEY: &str = "PRIVATE KEY";
        let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect)
            .map_err(|error| pem_error(error, cert, "certificate", CERT))?;
        if chain.is_empty() {
            return Err(TlsError::Missing { path: cert.to_owned(), what: "certificate", expected: CERT });
        }
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| pem_error(error, key, "private key", KEY))?;

        let unusable = |cause| match cause {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { cert: cert.to_owned(), key: key.to_owned() },
            cause => TlsError::Unusable { cert: cert.to_owned(), key: key.to_owned(), cause },
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0))
    }
}

fn pem_error(error: pem::Error, path: &Path, what: &'static str, expected: &'static str) -> TlsError {
    let path = path.to_owned();
    match error {
        pem::Error::Io(cause) => TlsError::Unreadable { path, cause },
        pem::Error::NoItemsFound => TlsError::Missing { path, what, expected },
        cause => TlsError::NotPem { path, cause: cause.to_string(), expected },
    }
}

/// What `request.cf` tells of a handshake.
#[derive(Clone, Debug)]
pub(crate) struct TlsFacts {
    pub(crate) version: &'static str,
    pub(crate) cipher: &'static str,
}

impl TlsFacts {
    pub(crate) fn of(connection: &ServerConnection) -> Self {
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLSv1.3",
        };
        let suite = connection.negotiated_cipher_suite().map(|suite| suite.suite());
        Self { version, cipher: suite.map_or("", openssl_name) }
    }
}

/// The name hosted reports: OpenSSL's (BoringSSL's `AEAD-` form for TLS 1.3).
fn openssl_name(suite: CipherSuite) -> &'static str {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "AEAD-AES128-GCM-SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "AEAD-AES256-GCM-SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "AEAD-CHACHA20-POLY1305-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-RSA-CHACHA20-POLY1305",
        _ => "",
    }
}
