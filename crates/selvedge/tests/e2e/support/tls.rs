//! A certificate that signs itself.

use rcgen::{CertifiedKey, generate_simple_self_signed};

use super::Project;

/// A certificate for `localhost` and `127.0.0.1`, with its key.
pub(crate) struct Certificate {
    /// The certificate in PEM.
    pub(crate) certificate: String,
    /// The private key in PEM.
    pub(crate) key: String,
}

impl Certificate {
    /// A new one.
    pub(crate) fn new() -> Self {
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        Self { certificate: cert.pem(), key: signing_key.serialize_pem() }
    }

    /// Puts `cert.pem` and `key.pem` into a project.
    pub(crate) fn write_to(&self, project: &Project) {
        project.write("cert.pem", &self.certificate);
        project.write("key.pem", &self.key);
    }

    /// Takes TLS connections with it.
    pub(crate) fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        std::sync::Arc::new(config).into()
    }

    /// A client that trusts this certificate.
    pub(crate) fn client(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.certificate.as_bytes()).unwrap();
        super::server::client().tls_certs_only([root]).build().unwrap()
    }
}
