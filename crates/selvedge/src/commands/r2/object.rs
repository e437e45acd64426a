//! `selvedge r2 object`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use futures_util::StreamExt;
use selvedge_storage::blob::{BlobBucket, GetOptions, ListOptions, LocalBucket, Metadata, Object, PutOptions};
use serde_json::json;

use super::args::{DeleteArgs, GetArgs, ListArgs, PutArgs, bucket_and_key, check_name};
use super::bucket::existing;
use super::transfer::{Progress, content_of};
use crate::print;

/// Fetches an object into a file or to the standard output. A file is there whole or not at all.
pub(super) async fn get(args: &GetArgs) -> anyhow::Result<()> {
    let (bucket, key) = bucket_and_key(&args.object_path)?;
    let local = args.local.open()?;
    let bucket = existing(&local, bucket)?;
    let found = bucket.get(key, GetOptions::default()).await?.context("The specified key does not exist.")?;
    let mut body = found.body.context("The object has no content.")?;
    if args.pipe {
        let mut stdout = std::io::stdout().lock();
        while let Some(bytes) = body.next().await {
            stdout.write_all(&bytes.map_err(anyhow::Error::from_boxed)?)?;
        }
        return Ok(stdout.flush()?);
    }
    let file = args.file.clone().unwrap_or_else(|| PathBuf::from(key));
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let unwritable = || format!("Cannot write {}.", file.display());
    std::fs::create_dir_all(folder).with_context(unwritable)?;
    let mut part = tempfile::NamedTempFile::new_in(folder).with_context(unwritable)?;
    let progress = Progress::new(key, Some(found.object.size));
    while let Some(bytes) = body.next().await {
        let bytes = bytes.map_err(anyhow::Error::from_boxed)?;
        part.write_all(&bytes).with_context(unwritable)?;
        progress.add(bytes.len());
    }
    part.persist(&file).with_context(unwritable)?;
    progress.finish();
    print::line(&format!("Downloaded \"{key}\" to {} ({} bytes).", file.display(), found.object.size))
}

/// Stores an object from a file or from the standard input.
pub(super) async fn put(args: &PutArgs) -> anyhow::Result<()> {
    let (name, key) = bucket_and_key(&args.object_path)?;
    check_name(name)?;
    let local = args.local.open()?;
    let object = store(&local.storage.bucket(name), key, args.file.as_deref(), args.metadata.metadata()).await?;
    if args.local.json {
        return print::json(&described(&object));
    }
    print::line(&format!("Created object \"{key}\" in bucket \"{name}\" ({} bytes).", object.size))
}

/// Stores a file, or the standard input.
pub(super) async fn store(
    bucket: &LocalBucket,
    key: &str,
    file: Option<&Path>,
    metadata: Metadata,
) -> anyhow::Result<Object> {
    let (content, progress) = content_of(key, file)?;
    let options = PutOptions { metadata, ..PutOptions::default() };
    let object = bucket.put(key, content, options).await.with_context(|| format!("\"{key}\" was not stored."))?;
    progress.finish();
    object.context("The object was not stored.")
}

/// Deletes an object.
pub(super) async fn delete(args: &DeleteArgs) -> anyhow::Result<()> {
    let (name, key) = bucket_and_key(&args.object_path)?;
    let local = args.local.open()?;
    existing(&local, name)?.delete(vec![key.to_owned()]).await?;
    if args.local.json {
        return print::json(&json!({ "key": key, "deleted": true }));
    }
    print::line(&format!("Deleted object \"{key}\" from bucket \"{name}\"."))
}

/// Lists all objects, however many there are.
pub(super) async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let local = args.local.open()?;
    let bucket = existing(&local, &args.bucket)?;
    let (mut objects, mut prefixes, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = bucket
            .list(ListOptions {
                prefix: args.prefix.clone().unwrap_or_default(),
                delimiter: args.delimiter.clone(),
                cursor,
                ..ListOptions::default()
            })
            .await?;
        objects.extend(page.objects);
        prefixes.extend(page.delimited_prefixes);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    if args.local.json {
        let objects: Vec<_> = objects.iter().map(described).collect();
        return print::json(&json!({ "objects": objects, "delimitedPrefixes": prefixes }));
    }
    if objects.is_empty() && prefixes.is_empty() {
        return print::line("There are no objects.");
    }
    let prefixes = prefixes.into_iter().map(|prefix| vec![prefix, String::new(), String::new(), String::new()]);
    let objects =
        objects.into_iter().map(|object| vec![object.key, object.size.to_string(), time(object.uploaded), object.etag]);
    print::table(&["key", "size", "uploaded", "etag"], prefixes.chain(objects))
}

fn described(object: &Object) -> serde_json::Value {
    json!({
        "key": object.key,
        "size": object.size,
        "etag": object.etag,
        "version": object.version,
        "uploaded": time(object.uploaded),
        "storageClass": object.storage_class.name(),
    })
}

/// A time, as HTTP writes it.
pub(super) fn time(milliseconds: i64) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds.unsigned_abs());
    httpdate::fmt_http_date(time)
}
