//! `selvedge kv bulk`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use selvedge_storage::kv::{KvValue, now};
use serde_json::{Map, Value, json};

use super::json_file::{self, Pair};
use super::target::{Opened, Target};
use crate::confirm::confirm;
use crate::local_args::LocalArgs;
use crate::output::count;
use crate::print;

/// Writes under way at once: what waits is made durable together.
const AT_ONCE: usize = 256;

/// Arguments of `selvedge kv bulk`.
#[derive(Args, Debug)]
pub(super) struct BulkArgs {
    #[command(subcommand)]
    command: BulkCommand,
}

/// What is done.
#[derive(Debug, Subcommand)]
enum BulkCommand {
    /// Write keys: [{ "key": ..., "value": ..., "expiration_ttl"?, "expiration"?, "metadata"?, "base64"? }, ...]
    #[command(after_help = "Examples:\n  selvedge kv bulk put --binding CACHE pairs.json")]
    Put(FileArgs),
    /// Print keys with their values as JSON: ["key", ...]
    #[command(after_help = "Examples:\n  selvedge kv bulk get --binding CACHE keys.json")]
    Get(FileArgs),
    /// Delete keys: ["key", ...]
    #[command(after_help = "Examples:\n  selvedge kv bulk delete --binding CACHE keys.json --force")]
    Delete(DeleteArgs),
}

/// Arguments of `put` and `get`.
#[derive(Args, Debug)]
struct FileArgs {
    /// The JSON file
    filename: PathBuf,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `delete`.
#[derive(Args, Debug)]
struct DeleteArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Do not ask
    #[arg(long, short)]
    force: bool,
}

/// Does what was asked.
///
/// # Errors
/// The file is not as it should be, the state cannot be used, or a limit is broken.
pub(super) async fn run(args: BulkArgs) -> anyhow::Result<()> {
    match args.command {
        BulkCommand::Put(args) => put(&args).await,
        BulkCommand::Get(args) => get(&args).await,
        BulkCommand::Delete(args) => delete(&args).await,
    }
}

/// A bar on stderr, if that is a terminal.
fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    // The template is ours: it is a good one.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} keys ({eta})") {
        bar.set_style(style);
    }
    bar
}

fn done(args: &LocalArgs, verb: &str, keys: usize, found: &super::target::Found) -> anyhow::Result<()> {
    match args.json {
        true => print::json(&json!({ "namespaceId": found.id, "keys": keys })),
        false => print::line(&format!("{verb} {} on namespace {}.\nSuccess!", count(keys, "key"), found.shown)),
    }
}

async fn put(args: &FileArgs) -> anyhow::Result<()> {
    let pairs = json_file::pairs(&json_file::read(&args.filename)?, now())?;
    let Opened { kv, found } = args.target.open(&args.local)?;
    let (length, bar) = (pairs.len(), progress(pairs.len()));
    let writes = pairs.into_iter().map(|Pair { key, value, options }| {
        let write = kv.clone().put(key, KvValue::Whole(value), options);
        async { write.await.inspect(|()| bar.inc(1)) }
    });
    // They are begun in order, so that of one key that comes twice the last value stays.
    stream::iter(writes).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    bar.finish_and_clear();
    done(&args.local, "Wrote", length, &found)
}

async fn get(args: &FileArgs) -> anyhow::Result<()> {
    let keys = json_file::keys(&json_file::read(&args.filename)?)?;
    let Opened { kv, .. } = args.target.open(&args.local)?;
    let bar = progress(keys.len());
    let mut all = Map::new();
    for key in keys {
        let value = match kv.clone().get(key.clone()).await? {
            Some(entry) => String::from_utf8_lossy(&entry.value.collect().await?).into_owned().into(),
            None => Value::Null,
        };
        all.insert(key, json!({ "value": value }));
        bar.inc(1);
    }
    bar.finish_and_clear();
    print::json(&Value::Object(all))
}

async fn delete(args: &DeleteArgs) -> anyhow::Result<()> {
    let DeleteArgs { file: FileArgs { filename, target, local }, force } = args;
    let keys = json_file::keys(&json_file::read(filename)?)?;
    let Opened { kv, found } = target.open(local)?;
    let question = format!(
        "Are you sure you want to delete all the keys read from \"{}\" from kv-namespace {}?",
        filename.display(),
        found.shown
    );
    if !force && !confirm(&question, false)? {
        return print::line(&format!("Not deleting keys read from \"{}\".", filename.display()));
    }
    let (length, bar) = (keys.len(), progress(keys.len()));
    for some in keys.chunks(AT_ONCE) {
        kv.clone().delete(some.to_vec()).await?;
        bar.inc(some.len() as u64);
    }
    bar.finish_and_clear();
    done(local, "Deleted", length, &found)
}
