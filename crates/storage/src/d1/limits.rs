//! Hosted's limits (<https://developers.cloudflare.com/d1/platform/limits/>), and those that it takes over from
//! <https://www.sqlite.org/security.html>.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::limits::Limit;

/// The longest that a query may take.
pub(super) const QUERY: Duration = Duration::from_secs(30);

/// The most bytes of a string, a blob or a row: what hosted sets, a little above the 2,000,000 that it documents.
const LENGTH: i32 = 2_200_000;

const LIMITS: &[(Limit, i32)] = &[
    (Limit::SQLITE_LIMIT_LENGTH, LENGTH),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 100),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (Limit::SQLITE_LIMIT_VDBE_OP, 25_000),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Sets them all.
pub(super) fn set(connection: &Connection) -> rusqlite::Result<()> {
    LIMITS.iter().try_for_each(|&(limit, value)| connection.set_limit(limit, value).map(drop))
}
