//! What a bucket keeps of an object besides its bytes.

use serde::{Deserialize, Serialize};

/// An object's metadata for HTTP (<https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#http-metadata>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpMetadata {
    /// `Content-Type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Language`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Content-Disposition`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Cache-Control`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Expires`, in milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_expiry: Option<i64>,
}

/// What is stored with an object on demand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// What its answers to HTTP are to say.
    pub http: HttpMetadata,
    /// The caller's own names and values.
    pub custom: Vec<(String, String)>,
    /// Where it is to be kept; nothing for the bucket's own class.
    pub storage_class: Option<StorageClass>,
}

/// How often an object is expected to be read. It is kept and told, and changes nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageClass {
    /// Often.
    #[default]
    Standard,
    /// Seldom.
    InfrequentAccess,
}

impl StorageClass {
    /// The class of this name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "Standard" => Some(Self::Standard),
            "InfrequentAccess" => Some(Self::InfrequentAccess),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::InfrequentAccess => "InfrequentAccess",
        }
    }
}

/// The checksums that are known of an object, in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// MD5: known of every object that was not uploaded in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// SHA-1
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// SHA-256
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SHA-384
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha384: Option<String>,
    /// SHA-512
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha512: Option<String>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// Its key.
    pub key: String,
    /// What tells this content from any other that the key had or will have.
    pub version: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its etag, without quotes.
    pub etag: String,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub uploaded: i64,
    /// Its checksums.
    pub checksums: Checksums,
    /// Its metadata for HTTP; nothing where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_metadata: Option<HttpMetadata>,
    /// The caller's metadata; nothing where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_metadata: Option<Vec<(String, String)>>,
    /// Its storage class.
    pub storage_class: StorageClass,
}
