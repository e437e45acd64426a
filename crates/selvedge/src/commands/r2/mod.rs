//! `selvedge r2`: buckets on local state, with wrangler's words.

mod args;
mod bucket;
mod bulk;
mod object;
mod transfer;

pub(crate) use args::R2Args;

use args::{BucketCommand, BulkCommand, ObjectCommand, R2Command};

/// Runs the command.
///
/// # Errors
/// What keeps it from doing its work, in words for people.
pub(crate) async fn run(args: R2Args) -> anyhow::Result<()> {
    match args.command {
        R2Command::Bucket { command } => match command {
            BucketCommand::Create(args) => bucket::create(&args).await,
            BucketCommand::List(args) => bucket::list(&args),
            BucketCommand::Info(args) => bucket::info(&args).await,
            BucketCommand::Delete(args) => bucket::delete(&args).await,
        },
        R2Command::Object { command } => match command {
            ObjectCommand::Get(args) => object::get(&args).await,
            ObjectCommand::Put(args) => object::put(&args).await,
            ObjectCommand::Delete(args) => object::delete(&args).await,
            ObjectCommand::List(args) => object::list(&args).await,
        },
        R2Command::Bulk { command: BulkCommand::Put(args) } => bulk::put(&args).await,
    }
}
