//! `selvedge r2 bulk`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::args::{BulkPutArgs, check_name};
use super::object::store;
use crate::print;

/// Stores the files that a JSON file lists.
pub(super) async fn put(args: &BulkPutArgs) -> anyhow::Result<()> {
    check_name(&args.bucket)?;
    let entries = entries(args)?;
    let local = args.local.open()?;
    let bucket = local.storage.bucket(&args.bucket);
    let count = entries.len();
    let puts = entries.into_iter().map(|(key, file)| {
        let (bucket, metadata) = (bucket.clone(), args.metadata.metadata());
        async move { store(&bucket, &key, Some(&file), metadata).await.map(drop) }
    });
    stream::iter(puts).buffer_unordered(args.concurrency.max(1)).try_collect::<()>().await?;
    if args.local.json {
        return print::json(&serde_json::json!({ "uploaded": count }));
    }
    print::line(&format!("Uploaded {count} objects to bucket {}.", args.bucket))
}

fn entries(args: &BulkPutArgs) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let name = args.filename.display();
    let text =
        std::fs::read_to_string(&args.filename).with_context(|| format!("The file \"{name}\" is not readable."))?;
    let parsed: Value =
        serde_json::from_str(&text).with_context(|| format!("The file \"{name}\" is not a valid JSON."))?;
    let Value::Array(list) = parsed else { bail!("The file \"{name}\" must contain an array of entries.") };
    let entry = |entry: &Value| {
        let (key, file) = (entry.get("key")?.as_str()?, entry.get("file")?.as_str()?);
        Some((key.to_owned(), PathBuf::from(file)))
    };
    list.iter()
        .map(|value| {
            entry(value).with_context(|| {
                format!(
                    "Each entry in the file \"{name}\" must be an object with \"key\" and \"file\" string properties."
                )
            })
        })
        .collect()
}
