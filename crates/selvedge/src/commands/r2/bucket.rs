//! `selvedge r2 bucket`.

use anyhow::{Context, bail};
use selvedge_storage::blob::{BlobBucket, BucketInfo, ListOptions, LocalBucket};
use serde_json::{Value, json};

use super::args::{BucketArgs, CreateArgs, check_name};
use crate::local_args::{Local, LocalArgs};
use crate::print;

/// A bucket that is there.
///
/// # Errors
/// It is not.
pub(super) fn existing(local: &Local, name: &str) -> anyhow::Result<LocalBucket> {
    let bucket = local.storage.bucket(name);
    if bucket.exists() {
        return Ok(bucket);
    }
    let names = LocalBucket::names(&local.storage)?;
    let known =
        if names.is_empty() { "There are none yet.".to_owned() } else { format!("There are: {}.", names.join(", ")) };
    bail!(
        "The specified bucket does not exist: {name} (10006). {known} Create it with: selvedge r2 bucket create {name}"
    )
}

/// Makes a bucket.
pub(super) async fn create(args: &CreateArgs) -> anyhow::Result<()> {
    check_name(&args.name)?;
    let local = args.local.open()?;
    let bucket = local.storage.bucket(&args.name);
    if bucket.exists() {
        bail!("The bucket you tried to create already exists, and you own it: {} (10004).", args.name);
    }
    bucket.create(args.storage_class.into()).await.context("The bucket could not be created.")?;
    let info = bucket.info().await?;
    if args.local.json {
        return print::json(&described(&info));
    }
    print::line(&format!("Created bucket '{}' with default storage class of {}.", info.name, info.storage_class.name()))
}

/// Lists the buckets.
pub(super) fn list(args: &LocalArgs) -> anyhow::Result<()> {
    let local = args.open()?;
    let names = LocalBucket::names(&local.storage)?;
    if args.json {
        return print::json(&names.iter().map(|name| json!({ "name": name })).collect());
    }
    print::table(&["name"], names.into_iter().map(|name| vec![name]))
}

/// Tells what is known of a bucket.
pub(super) async fn info(args: &BucketArgs) -> anyhow::Result<()> {
    let local = args.local.open()?;
    let info = existing(&local, &args.bucket)?.info().await?;
    let described = described(&info);
    if args.local.json {
        return print::json(&described);
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows = described.as_object().into_iter().flatten().map(|(name, value)| vec![name.clone(), text(value)]);
    print::table(&["property", "value"], rows)
}

fn described(info: &BucketInfo) -> Value {
    json!({
        "name": info.name,
        "created": super::object::time(info.created),
        "default_storage_class": info.storage_class.name(),
        "object_count": info.objects,
        "bucket_size": info.bytes,
    })
}

/// Deletes a bucket that is empty.
pub(super) async fn delete(args: &BucketArgs) -> anyhow::Result<()> {
    let local = args.local.open()?;
    let bucket = existing(&local, &args.bucket)?;
    let some = bucket.list(ListOptions { limit: Some(1), ..ListOptions::default() }).await?;
    if !some.objects.is_empty() {
        bail!("The bucket you tried to delete ({}) is not empty (10008). Delete its objects first.", args.bucket);
    }
    bucket.destroy().await.context("The bucket could not be deleted.")?;
    if args.local.json {
        return print::json(&json!({ "name": args.bucket, "deleted": true }));
    }
    print::line(&format!("Deleted bucket {}.", args.bucket))
}
