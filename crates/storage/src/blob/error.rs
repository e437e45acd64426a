//! What can go wrong with a bucket, in hosted's words and with its codes
//! (<https://developers.cloudflare.com/r2/api/error-codes/>).

use std::path::Path;

use crate::{Failure, StorageError};

/// Any error that a stream may end with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a bucket did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More than an object may have.
    #[error("Your proposed upload exceeds the maximum allowed object size.")]
    EntityTooLarge,
    /// A part that is not the last is smaller than 5 MiB.
    #[error("Your proposed upload is smaller than the minimum allowed object size.")]
    EntityTooSmall,
    /// More than 8,192 bytes of metadata.
    #[error("Your metadata headers exceed the maximum allowed metadata size.")]
    MetadataTooLarge,
    /// A key that is empty or longer than 1,024 bytes.
    #[error("The specified object name is not valid.")]
    InvalidObjectName,
    /// A listing of no keys, or of more than 1,000.
    #[error("MaxKeys params must be positive integer <= 1000.")]
    InvalidMaxKeys,
    /// A cursor that no listing gave.
    #[error("The specified cursor is not valid.")]
    InvalidCursor,
    /// More keys than may be deleted at once.
    #[error("You can delete at most 1000 keys at once.")]
    TooManyKeys,
    /// The multipart upload is over, or belongs to another key.
    #[error("The specified multipart upload does not exist.")]
    NoSuchUpload,
    /// What was never a multipart upload, or a part that was named twice.
    #[error("We encountered an internal error. Please try again.")]
    Internal,
    /// A part that was not uploaded, or not with this etag.
    #[error("One or more of the specified parts could not be found.")]
    InvalidPart,
    /// Parts of different sizes.
    #[error("There was a problem with the multipart upload.")]
    BadUpload,
    /// A condition does not hold.
    #[error("At least one of the pre-conditions you specified did not hold.")]
    PreconditionFailed,
    /// The content is not what its checksum says.
    #[error(
        "The {algorithm} checksum you specified did not match what we received.\nYou provided a {algorithm} checksum with value: {provided}\nActual {algorithm} was: {calculated}"
    )]
    BadDigest {
        /// The algorithm's name.
        algorithm: &'static str,
        /// The checksum that was given, in hexadecimal.
        provided: String,
        /// That of the content.
        calculated: String,
    },
    /// A range outside of the object.
    #[error("The requested range is not satisfiable")]
    InvalidRange,
    /// The content ended before its announced length, or went on after it.
    #[error("You did not provide the number of bytes specified by the Content-Length HTTP header.")]
    IncompleteBody,
    /// The stream of the content failed.
    #[error("{0}")]
    Body(BoxError),
    /// The disk did.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl BlobError {
    /// Hosted's code.
    pub fn code(&self) -> u32 {
        match self {
            Self::EntityTooLarge => 100_100,
            Self::EntityTooSmall => 10_011,
            Self::MetadataTooLarge => 10_012,
            Self::IncompleteBody => 10_013,
            Self::InvalidObjectName => 10_020,
            Self::InvalidMaxKeys => 10_022,
            Self::NoSuchUpload => 10_024,
            Self::InvalidPart => 10_025,
            Self::InvalidCursor | Self::TooManyKeys => 10_029,
            Self::PreconditionFailed => 10_031,
            Self::BadDigest { .. } => 10_037,
            Self::InvalidRange => 10_039,
            Self::BadUpload => 10_048,
            Self::Internal | Self::Body(_) | Self::Storage(_) => 10_001,
        }
    }
}

impl From<rusqlite::Error> for BlobError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl Failure for BlobError {
    fn at(self, file: &Path) -> Self {
        match self {
            Self::Storage(error) => Self::Storage(error.at(file)),
            other => other,
        }
    }

    fn is_interrupted(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_interrupted())
    }
}
