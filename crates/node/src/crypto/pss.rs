//! What an RSASSA-PSS key may be restricted to, and how that is written.

use rsa::pkcs1::RsaPssParams;
use rsa::pkcs8::der::asn1::{Any, AnyRef};
use rsa::pkcs8::der::{Decode as _, Encode as _};
use rsa::sha2::{Sha224, Sha256, Sha384, Sha512};
use sha1::Sha1;

use super::hash::Algorithm;
use super::rsa::{bad_key, unfit_digest};
use crate::coded::Result;

/// What an RSASSA-PSS key is restricted to (RFC 4055, section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PssLimits {
    pub(crate) hash: Algorithm,
    pub(crate) salt_length: u8,
}

impl PssLimits {
    /// Reads `RSASSA-PSS-params`.
    pub(crate) fn from_der(parameters: AnyRef<'_>) -> Result<Self> {
        let der = parameters.to_der().map_err(bad_key)?;
        let read = RsaPssParams::<Any>::from_der(&der).map_err(bad_key)?;
        let hash = match read.hash.oid.to_string().as_str() {
            "1.3.14.3.2.26" => Algorithm::Sha1,
            "2.16.840.1.101.3.4.2.1" => Algorithm::Sha256,
            "2.16.840.1.101.3.4.2.2" => Algorithm::Sha384,
            "2.16.840.1.101.3.4.2.3" => Algorithm::Sha512,
            "2.16.840.1.101.3.4.2.4" => Algorithm::Sha224,
            _ => return Err(bad_key("its digest is not known")),
        };
        let mask = read.mask_gen.parameters.map(|inner| inner.oid);
        if mask.is_some_and(|mask| mask != read.hash.oid) {
            return Err(bad_key("the digest of its mask is another than that of its data, which is not supported"));
        }
        Ok(Self { hash, salt_length: read.salt_len })
    }

    /// Writes `RSASSA-PSS-params`.
    pub(crate) fn to_der(&self) -> Result<Vec<u8>> {
        let salt = self.salt_length;
        match self.hash {
            Algorithm::Sha1 => RsaPssParams::<AnyRef<'_>>::new::<Sha1>(salt).to_der(),
            Algorithm::Sha224 => RsaPssParams::<AnyRef<'_>>::new::<Sha224>(salt).to_der(),
            Algorithm::Sha256 => RsaPssParams::<AnyRef<'_>>::new::<Sha256>(salt).to_der(),
            Algorithm::Sha384 => RsaPssParams::<AnyRef<'_>>::new::<Sha384>(salt).to_der(),
            Algorithm::Sha512 => RsaPssParams::<AnyRef<'_>>::new::<Sha512>(salt).to_der(),
            _ => return Err(unfit_digest()),
        }
        .map_err(bad_key)
    }
}
