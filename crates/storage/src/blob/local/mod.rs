//! Buckets on the local disk: an index in one SQLite file, `r2/NAME.sqlite`, and the bodies as files beside it, in
//! `r2/NAME/`.
//!
//! A body is written to a file in `incoming/`, hashed on its way, made durable, and moved to `blobs/`; then one commit
//! of the index makes the object visible, with all that belongs to it. So a reader sees an object whole or not at all,
//! and whatever ends an upload before the commit leaves the bucket as it was: the file is removed with the value that
//! stands for it, and what a crash left is removed when the bucket is opened the next time.
//!
//! A body that is replaced or deleted goes when nobody reads it any more. One file that is open is kept by the
//! operating system; the many files of an object in parts are kept by a lease (`files.rs`).
//!
//! Files are read and written on blocking threads, a piece at a time, so that a slow client holds no thread.

mod admin;
mod bucket;
mod files;
mod index;
mod listing;
mod read;
mod receive;
mod shared;
mod uploads;

pub use bucket::LocalBucket;
pub use index::BucketInfo;
pub use shared::Buckets;
