//! The certificate of a development server.

use std::path::Path;

use anyhow::Context;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use selvedge_edge::TlsConfig;

/// The certificate of the files, or a new one that signs itself.
///
/// # Errors
/// A file cannot be used, or none can be written.
pub(super) fn certificate(files: Option<(&Path, &Path)>) -> anyhow::Result<TlsConfig> {
    match files {
        Some((cert, key)) => Ok(TlsConfig::from_pem_files(cert, key)?),
        None => self_signed(),
    }
}

fn self_signed() -> anyhow::Result<TlsConfig> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).context("Cannot make a certificate.")?;
    // A private folder, gone once the files have been read.
    let folder = tempfile::tempdir().context("Cannot make a temporary folder for the certificate.")?;
    let (cert_path, key_path) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    for (path, text) in [(&cert_path, cert.pem()), (&key_path, signing_key.serialize_pem())] {
        std::fs::write(path, text).with_context(|| format!("Cannot write {}.", path.display()))?;
    }
    Ok(TlsConfig::from_pem_files(&cert_path, &key_path)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_certificate_is_made_where_none_is_given() {
        super::certificate(None).unwrap();
    }
}
