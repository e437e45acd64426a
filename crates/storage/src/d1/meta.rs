//! What a query took (<https://developers.cloudflare.com/d1/worker-api/return-object/>).

use std::time::Duration;

/// The figures beside the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meta {
    /// The time that SQLite took.
    pub duration: Duration,
    /// Rows that were inserted, changed or deleted, by triggers too.
    pub changes: u64,
    /// The ID of the row that was inserted last, by this query or an earlier one.
    pub last_row_id: i64,
    /// Whether the database is another than before.
    pub changed_db: bool,
    /// The size of the database after the query, in bytes.
    pub size_after: u64,
    /// Rows that were read: those of full scans as SQLite counts them, and at least those that were returned. A row
    /// that was found by an index is counted once; hosted counts the index's entry as well.
    pub rows_read: u64,
    /// Rows that were written, with one more for each index of the table, as hosted counts.
    pub rows_written: u64,
}
