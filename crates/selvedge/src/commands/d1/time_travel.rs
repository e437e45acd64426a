//! `selvedge d1 time-travel`: positions in a database's history, and the way back to them.

use std::time::SystemTime;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use selvedge_storage::d1::{Bookmark, D1Database, HistoryError, SqlDatabase};
use serde_json::json;

use super::{Common, Named, timestamp};
use crate::confirm::confirm;
use crate::print;

/// Arguments of `selvedge d1 time-travel`.
#[derive(Args, Debug)]
pub(super) struct TimeTravelArgs {
    #[command(subcommand)]
    command: TimeTravelCommand,
}

#[derive(Debug, Subcommand)]
enum TimeTravelCommand {
    /// Print the position of a database, now or at a time
    Info(InfoArgs),
    /// Make a database what it was at a time or a position
    Restore(RestoreArgs),
}

#[derive(Args, Debug)]
struct InfoArgs {
    /// The database's name or binding
    database: String,
    /// The time: seconds since 1970, or like 2026-11-26T09:30:00Z [default: now]
    #[arg(long)]
    timestamp: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge d1 time-travel restore my-db --timestamp 2026-11-26T09:30:00Z
  selvedge d1 time-travel restore my-db --timestamp 1795685400
  selvedge d1 time-travel restore my-db --bookmark 00000001-00000017-00000000-6c2f...

To restore can be undone, by restoring the position that it prints.")]
struct RestoreArgs {
    /// The database's name or binding
    database: String,
    /// The time: seconds since 1970, or like 2026-11-26T09:30:00Z
    #[arg(long)]
    timestamp: Option<String>,
    /// The position, as `time-travel info` and `getBookmark()` give it
    #[arg(long, conflicts_with = "timestamp")]
    bookmark: Option<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: &TimeTravelArgs) -> anyhow::Result<()> {
    match &args.command {
        TimeTravelCommand::Info(args) => {
            let named = args.common.database(&args.database)?;
            let result = info(args, &named).await;
            named.close();
            result
        }
        TimeTravelCommand::Restore(args) => {
            let named = args.common.database(&args.database)?;
            let result = restore(args, &named).await;
            named.close();
            result
        }
    }
}

/// The position at a time.
async fn at(database: &D1Database, time: &str) -> anyhow::Result<Bookmark> {
    let time = timestamp::parse(time)?;
    let now = timestamp::parse(&timestamp::format(SystemTime::now()))?;
    if time > now + 1000 {
        bail!("Invalid timestamp: {} is in the future.", timestamp::format_milliseconds(time));
    }
    match database.at(time).await {
        Ok(moment) => Ok(moment.bookmark),
        Err(error @ HistoryError::TooEarly) => {
            let (first, _) = database.kept().await?;
            Err(anyhow!("It begins at {}.", timestamp::format_milliseconds(first.time)).context(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

async fn info(args: &InfoArgs, named: &Named) -> anyhow::Result<()> {
    let bookmark = match &args.timestamp {
        Some(time) => at(&named.database, time).await?,
        None => named.database.bookmark().await?,
    };
    let (first, _) = named.database.kept().await?;
    let since = timestamp::format_milliseconds(first.time);
    if args.common.local.json {
        return print::json(&json!({ "bookmark": bookmark.to_string(), "since": since }));
    }
    match &args.timestamp {
        Some(time) => print::line(&format!("Timestamp '{time}' corresponds with bookmark '{bookmark}'"))?,
        None => print::line(&format!("The current bookmark is '{bookmark}'"))?,
    }
    let name = named.configuration.name();
    print::line(&format!(
        "The history goes back to {since}.\n\nTo restore to this specific bookmark, run:\n  selvedge d1 time-travel restore {name} --bookmark={bookmark}"
    ))
}

async fn restore(args: &RestoreArgs, named: &Named) -> anyhow::Result<()> {
    let target: Bookmark = match (&args.bookmark, &args.timestamp) {
        (Some(bookmark), _) => bookmark.parse()?,
        (None, Some(time)) => at(&named.database, time).await?,
        (None, None) => bail!("Provide either a timestamp (--timestamp) or a bookmark (--bookmark) to restore to."),
    };
    let name = named.configuration.name();
    let json = args.common.local.json;
    if !json {
        print::line(&format!("Restoring database {name} from bookmark {target}"))?;
        let question = format!("This will overwrite all data in database {name}. OK to proceed?");
        if !args.yes && !confirm(&question, true)? {
            return Ok(());
        }
    }
    let previous = named.database.bookmark().await?;
    let now = named.database.restore(target).await.with_context(|| format!("{name} was left as it is."))?;
    if json {
        return print::json(&json!({
            "bookmark": now.to_string(),
            "previous_bookmark": previous.to_string(),
            "message": format!("Database {name} restored back to bookmark {target}"),
        }));
    }
    print::line(&format!(
        "\u{2705} Database {name} restored back to bookmark {target}\n\nTo undo this operation, you can restore to the previous bookmark:\n  selvedge d1 time-travel restore {name} --bookmark={previous}"
    ))
}
