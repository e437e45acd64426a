//! SQL databases as D1 gives them to Workers (<https://developers.cloudflare.com/d1/>).
//!
//! A database is one SQLite file that is the Worker's alone: its schema is what the Worker made. What SQL may do is
//! what hosted lets it do: the authorizer (`authorizer.rs`), the limits (`limits.rs`) and the words of the errors
//! (`error.rs`) are hosted's, so that a Worker that runs here runs there.
//!
//! A statement that only reads runs on a connection that reads, where it is asked if it is short; it is prepared once
//! for each connection. All others wait for the group commit of [`crate::sqlite`]: a single query and a batch are both
//! one savepoint of it, whole or absent.
//!
//! A [`Bookmark`] is a position in the file's log of commits, and so orders reads after writes; the log is also what
//! time travel (`history/`) stands on.

mod answer;
mod authorizer;
mod bookmark;
mod changes;
mod database;
mod error;
mod execute;
mod history;
mod keeper;
mod limits;
mod meta;
mod sql;
mod value;

pub use answer::{Cell, Rows};
pub use bookmark::{Bookmark, InvalidBookmark};
pub use database::{D1Database, KIND};
pub use error::{BatchError, SqlError};
pub use history::{HistoryError, Moment, WINDOW};
pub use meta::Meta;
pub use sql::{is_blank, statements};
pub use value::Value;

use futures_util::future::BoxFuture;

/// One SQL text with the values of its parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// One statement, or several of which the last may have parameters.
    pub sql: String,
    /// The values, in the order of their numbers.
    pub params: Vec<Value>,
}

impl From<&str> for Query {
    fn from(sql: &str) -> Self {
        Self { sql: sql.to_owned(), params: Vec::new() }
    }
}

/// What a query answered.
#[derive(Debug)]
pub struct Answer {
    /// The rows of its last statement.
    pub rows: Rows,
    /// What it took.
    pub meta: Meta,
}

/// A database that SQL is sent to.
pub trait SqlDatabase: Send + Sync {
    /// Runs one query: all of it or nothing.
    fn query(&self, query: Query) -> BoxFuture<'static, Result<Answer, SqlError>>;

    /// Runs queries in one transaction: all of them or nothing. The error names the one that failed by its place.
    fn batch(&self, queries: Vec<Query>) -> BoxFuture<'static, Result<Vec<Answer>, BatchError>>;

    /// A copy of the database: the bytes of a SQLite file.
    fn dump(&self) -> BoxFuture<'static, Result<Vec<u8>, SqlError>>;

    /// The position of the last commit. What a query has read or written before is not after it.
    fn bookmark(&self) -> BoxFuture<'static, Result<Bookmark, SqlError>>;
}
