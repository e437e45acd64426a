//! `selvedge d1`: wrangler's commands, on local state.

mod databases;
mod execute;
mod export;
mod migrations;
mod rows;
mod time_travel;
mod timestamp;

use clap::{Args, Subcommand};
use selvedge_storage::d1::D1Database;

use crate::d1::{Configuration, find};
use crate::local_args::{Local, LocalArgs};

/// Arguments of `selvedge d1`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge d1 create my-db                                   prints what to add to the wrangler file
  selvedge d1 execute my-db --command \"SELECT * FROM users\"
  selvedge d1 execute my-db --file schema.sql
  selvedge d1 migrations apply my-db
  selvedge d1 export my-db --output backup.sql
  selvedge d1 time-travel restore my-db --timestamp 2026-11-26T09:30:00Z

A database is named by its database_name, its binding, or its database_id. The commands work on local state, so no
server may be using it.")]
pub(crate) struct D1Args {
    #[command(subcommand)]
    command: D1Command,
}

#[derive(Debug, Subcommand)]
enum D1Command {
    /// Make a database, and print what to add to the wrangler file
    Create(databases::CreateArgs),
    /// List the databases
    List(databases::ListArgs),
    /// Show a database's size, tables and position
    Info(databases::InfoArgs),
    /// Remove a database, with its history
    Delete(databases::DeleteArgs),
    /// Run SQL
    Execute(execute::ExecuteArgs),
    /// Write a database as SQL
    Export(export::ExportArgs),
    /// Make, list and apply migrations
    Migrations(migrations::MigrationsArgs),
    /// Find positions in a database's history, and go back to them
    TimeTravel(time_travel::TimeTravelArgs),
}

/// Runs a command.
///
/// # Errors
/// Whatever keeps it from doing its work, in words for people.
pub(crate) async fn run(args: D1Args) -> anyhow::Result<()> {
    match args.command {
        D1Command::Create(args) => databases::create(&args).await,
        D1Command::List(args) => databases::list(&args),
        D1Command::Info(args) => databases::info(&args).await,
        D1Command::Delete(args) => databases::delete(&args),
        D1Command::Execute(args) => execute::run(&args).await,
        D1Command::Export(args) => export::run(&args).await,
        D1Command::Migrations(args) => migrations::run(&args).await,
        D1Command::TimeTravel(args) => time_travel::run(&args).await,
    }
}

/// What all of them take.
#[derive(Args, Clone, Debug, Default)]
struct Common {
    #[command(flatten)]
    local: LocalArgs,
    /// Wrangler's flag: local development has no other database for it
    #[arg(long, hide = true)]
    preview: bool,
}

impl Common {
    fn open(&self) -> anyhow::Result<Local> {
        self.local.open()
    }

    /// The database that is named.
    fn database(&self, named: &str) -> anyhow::Result<Named> {
        let local = self.open()?;
        let configuration = find(&local.project, named)?;
        let database = D1Database::new(local.storage.clone(), configuration.id.clone());
        Ok(Named { local, configuration, database })
    }
}

/// A database of the wrangler file, and its state.
struct Named {
    local: Local,
    configuration: Configuration,
    database: D1Database,
}

impl Named {
    /// Closes the file in order, which leaves no log beside it.
    fn close(&self) {
        self.local.storage.databases().close();
    }
}
