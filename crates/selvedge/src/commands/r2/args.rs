//! The arguments of `selvedge r2`: wrangler's names.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use selvedge_storage::blob::{HttpMetadata, Metadata, StorageClass};

use crate::local_args::LocalArgs;

/// Arguments of `selvedge r2`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge r2 bucket create media
  selvedge r2 object put media/cat.png --file cat.png --content-type image/png
  selvedge r2 object get media/cat.png --pipe > cat.png
  selvedge r2 object list media --prefix photos/ --delimiter /
  selvedge r2 object delete media/cat.png
  selvedge r2 bulk put media --filename files.json")]
pub(crate) struct R2Args {
    #[command(subcommand)]
    pub(super) command: R2Command,
}

/// What to work on.
#[derive(Debug, Subcommand)]
pub(super) enum R2Command {
    /// Manage buckets
    Bucket {
        #[command(subcommand)]
        command: BucketCommand,
    },
    /// Manage objects
    Object {
        #[command(subcommand)]
        command: ObjectCommand,
    },
    /// Work on many objects at once
    Bulk {
        #[command(subcommand)]
        command: BulkCommand,
    },
}

/// What to do with buckets.
#[derive(Debug, Subcommand)]
pub(super) enum BucketCommand {
    /// Create a bucket
    Create(CreateArgs),
    /// List the buckets
    List(LocalArgs),
    /// Tell what is known of a bucket
    Info(BucketArgs),
    /// Delete an empty bucket
    Delete(BucketArgs),
}

/// What to do with objects.
#[derive(Debug, Subcommand)]
pub(super) enum ObjectCommand {
    /// Fetch an object
    Get(GetArgs),
    /// Store an object
    Put(PutArgs),
    /// Delete an object
    Delete(DeleteArgs),
    /// List the objects of a bucket
    List(ListArgs),
}

/// What to do with many objects.
#[derive(Debug, Subcommand)]
pub(super) enum BulkCommand {
    /// Store the files that a JSON file lists: [{ "key": "a.png", "file": "images/a.png" }]
    Put(BulkPutArgs),
}

/// A bucket to be made.
#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// The name of the bucket
    pub(super) name: String,
    /// The storage class of objects that say none
    #[arg(long, short, value_enum, default_value_t)]
    pub(super) storage_class: Class,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// A bucket.
#[derive(Args, Debug)]
pub(super) struct BucketArgs {
    /// The name of the bucket
    pub(super) bucket: String,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// An object to be fetched.
#[derive(Args, Debug)]
pub(super) struct GetArgs {
    /// The object: BUCKET/KEY
    #[arg(value_name = "BUCKET/KEY")]
    pub(super) object_path: String,
    /// The file to write [default: the key]
    #[arg(long, short, value_name = "FILE", conflicts_with = "pipe")]
    pub(super) file: Option<PathBuf>,
    /// Write to the standard output
    #[arg(long, short)]
    pub(super) pipe: bool,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// An object to be stored.
#[derive(Args, Debug)]
pub(super) struct PutArgs {
    /// The object: BUCKET/KEY
    #[arg(value_name = "BUCKET/KEY")]
    pub(super) object_path: String,
    /// The file to store
    #[arg(long, short, value_name = "FILE", conflicts_with = "pipe", required_unless_present = "pipe")]
    pub(super) file: Option<PathBuf>,
    /// Store what comes from the standard input
    #[arg(long, short)]
    pub(super) pipe: bool,
    #[command(flatten)]
    pub(super) metadata: MetadataArgs,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// An object to be deleted.
#[derive(Args, Debug)]
pub(super) struct DeleteArgs {
    /// The object: BUCKET/KEY
    #[arg(value_name = "BUCKET/KEY")]
    pub(super) object_path: String,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// Objects to be listed.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// The name of the bucket
    pub(super) bucket: String,
    /// Only keys that begin so
    #[arg(long)]
    pub(super) prefix: Option<String>,
    /// What ends a prefix in whose place its keys are not listed, such as /
    #[arg(long)]
    pub(super) delimiter: Option<String>,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// Objects to be stored.
#[derive(Args, Debug)]
pub(super) struct BulkPutArgs {
    /// The name of the bucket
    pub(super) bucket: String,
    /// The JSON file that lists keys and files
    #[arg(long, short, value_name = "FILE")]
    pub(super) filename: PathBuf,
    /// How many are stored at once
    #[arg(long, default_value_t = 20)]
    pub(super) concurrency: usize,
    #[command(flatten)]
    pub(super) metadata: MetadataArgs,
    #[command(flatten)]
    pub(super) local: LocalArgs,
}

/// What is stored with an object.
#[derive(Args, Debug, Default)]
pub(super) struct MetadataArgs {
    /// Its Content-Type
    #[arg(long, alias = "ct", value_name = "TYPE")]
    content_type: Option<String>,
    /// Its Content-Disposition
    #[arg(long, alias = "cd", value_name = "VALUE")]
    content_disposition: Option<String>,
    /// Its Content-Encoding
    #[arg(long, alias = "ce", value_name = "CODING")]
    content_encoding: Option<String>,
    /// Its Content-Language
    #[arg(long, alias = "cl", value_name = "LANGUAGE")]
    content_language: Option<String>,
    /// Its Cache-Control
    #[arg(long, alias = "cc", value_name = "VALUE")]
    cache_control: Option<String>,
    /// When it expires, in milliseconds since 1970
    #[arg(long, value_name = "TIME")]
    expires: Option<i64>,
    /// Its storage class [default: that of the bucket]
    #[arg(long, short, value_enum)]
    storage_class: Option<Class>,
}

/// The names of [`StorageClass`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Class {
    /// Read often
    #[default]
    #[value(name = "Standard")]
    Standard,
    /// Read seldom
    #[value(name = "InfrequentAccess")]
    InfrequentAccess,
}

impl From<Class> for StorageClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Standard => Self::Standard,
            Class::InfrequentAccess => Self::InfrequentAccess,
        }
    }
}

impl MetadataArgs {
    /// As a bucket takes it.
    pub(super) fn metadata(&self) -> Metadata {
        let http = HttpMetadata {
            content_type: self.content_type.clone(),
            content_language: self.content_language.clone(),
            content_disposition: self.content_disposition.clone(),
            content_encoding: self.content_encoding.clone(),
            cache_control: self.cache_control.clone(),
            cache_expiry: self.expires,
        };
        Metadata { http, custom: Vec::new(), storage_class: self.storage_class.map(Into::into) }
    }
}

/// The bucket and the key of `BUCKET/KEY`.
///
/// # Errors
/// There is no slash in it, or the name is none.
pub(super) fn bucket_and_key(path: &str) -> anyhow::Result<(&str, &str)> {
    let (bucket, key) = path
        .split_once('/')
        .with_context(|| format!("The object path must be in the form of {{bucket}}/{{key}} you provided {path}"))?;
    Ok((bucket, key))
}

/// Refuses a name that no bucket may be created with.
///
/// # Errors
/// It is such a name.
pub(super) fn check_name(name: &str) -> anyhow::Result<()> {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().all(|end| end.is_some_and(|&byte| alphanumeric(byte)));
    if ends && (3..=63).contains(&bytes.len()) && bytes.iter().all(|&byte| alphanumeric(byte) || byte == b'-') {
        return Ok(());
    }
    bail!(
        "The bucket name \"{name}\" is invalid. Bucket names must begin and end with an alphanumeric character, only \
         contain lowercase letters, numbers, and hyphens, and be between 3 and 63 characters long."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets() {
        for name in ["abc", "a-1", "0a0", &"a".repeat(63)] {
            check_name(name).unwrap();
        }
        for name in ["", "ab", "-ab", "ab-", "aBc", "a_c", "a/c", &"a".repeat(64)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn keys_may_have_slashes() {
        assert_eq!(bucket_and_key("b/a/b/c").unwrap(), ("b", "a/b/c"));
        assert!(bucket_and_key("b").unwrap_err().to_string().contains("{bucket}/{key}"));
    }
}
