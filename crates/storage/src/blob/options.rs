//! How a bucket is asked, and what a listing answers.

use super::{Checksum, Condition, Metadata, Object, RangeOption};

/// How an object is read.
#[derive(Clone, Debug, Default)]
pub struct GetOptions {
    /// Under which condition its content is given.
    pub condition: Option<Condition>,
    /// Which of its bytes.
    pub range: Option<RangeOption>,
}

/// How an object is stored.
#[derive(Clone, Debug, Default)]
pub struct PutOptions {
    /// Under which condition on what is there.
    pub condition: Option<Condition>,
    /// What is stored with it.
    pub metadata: Metadata,
    /// What its checksum has to be.
    pub checksum: Option<Checksum>,
}

/// Which objects are listed.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// At most so many, objects and prefixes together; 1,000 if nothing is said.
    pub limit: Option<u32>,
    /// Only keys that begin so.
    pub prefix: String,
    /// Where an earlier listing ended.
    pub cursor: Option<String>,
    /// What ends a prefix in whose place its keys are not listed.
    pub delimiter: Option<String>,
    /// Only keys after this one.
    pub start_after: Option<String>,
    /// With their metadata for HTTP.
    pub http_metadata: bool,
    /// With the caller's metadata.
    pub custom_metadata: bool,
}

/// What is listed, in the order of the keys' bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The objects.
    pub objects: Vec<Object>,
    /// What keys have in common up to the delimiter.
    pub delimited_prefixes: Vec<String>,
    /// Where to go on, if there is more.
    pub cursor: Option<String>,
}

/// A part of a multipart upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPart {
    /// Its place, from 1.
    pub number: u32,
    /// The etag that its upload was answered with.
    pub etag: String,
}
