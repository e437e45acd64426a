//! Buckets of objects: R2 (<https://developers.cloudflare.com/r2/>).
//!
//! A [`BlobBucket`] keeps objects of any size under keys, with metadata, checksums, conditions, ranges and multipart
//! uploads. What it is asked and what it answers are plain types; bodies are streams of bytes, both ways, so that an
//! object of gigabytes takes no more memory than one of kilobytes. The rules that hosted's errors stand for
//! (`limits.rs`, `condition.rs`, `range.rs`) are pure functions.
//!
//! [`LocalBucket`] is the engine that needs nothing but a folder (`local/`).

mod bucket;
mod condition;
mod error;
mod hash;
mod limits;
mod local;
mod object;
mod options;
mod range;

pub use bucket::{BlobBucket, BlobStream, BoxFuture, Content, Found, from_bytes};
pub use condition::{Condition, Etag};
pub use error::{BlobError, BoxError};
pub use hash::{Algorithm, Checksum};
pub use limits::{MOST_DELETED, MOST_LISTED, PART_BYTES};
pub use local::{BucketInfo, Buckets, LocalBucket};
pub use object::{Checksums, HttpMetadata, Metadata, Object, StorageClass};
pub use options::{GetOptions, ListOptions, Listing, PutOptions, UploadedPart};
pub use range::RangeOption;
