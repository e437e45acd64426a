//! SQLite files that many tasks use at once.
//!
//! A [`Database`] is one file in WAL mode, with one connection that writes and a few that read. Writes wait in a queue
//! and are committed together (`writer.rs`): while the disk makes one commit durable the next ones gather, so that a
//! thousand concurrent writes cost a few syncs and not a thousand. Each write is a savepoint of its own within the
//! shared transaction: it fails alone.
//!
//! Reads never wait for writes. A read of a few rows takes microseconds, less than handing it to another thread and
//! back; so it runs right where it is asked, with a bound on the steps of SQLite's virtual machine. One that meets
//! the bound is begun again on a blocking thread.
//!
//! Tried and dropped: a thread for each database (ten thousand databases are normal); one pool of connections for
//! both (two writers of one file only wait for each other).

mod connection;
mod database;
mod databases;
mod eviction;
mod keeper;
mod readers;
mod writer;

pub use connection::{Access, Configure, DatabaseOptions};
pub use database::Database;
pub use databases::Databases;
pub use keeper::Keeper;
