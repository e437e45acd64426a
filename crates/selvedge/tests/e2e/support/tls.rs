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

    /// A client that trusts this certificate.
    pub(crate) fn client(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.certificate.as_bytes()).unwrap();
        super::server::client().tls_certs_only([root]).build().unwrap()
    }
}
