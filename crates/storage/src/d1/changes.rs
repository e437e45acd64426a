//! Which rows a statement wrote, for `rows_written`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::Action;

/// Rows that were written; those that were inserted or deleted, which their indexes notice too, by table.
#[derive(Debug, Default)]
struct Written {
    updated: u64,
    moved: HashMap<String, u64>,
}

/// What the update hook of the connection that writes counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Arc<Mutex<Written>>);

impl Changes {
    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the changes of a connection from now on.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let changes = self.clone();
        connection.update_hook(Some(move |action: Action, _: &str, table: &str, _: i64| {
            let mut written = changes.lock();
            if action == Action::SQLITE_UPDATE {
                written.updated += 1;
            } else if let Some(count) = written.moved.get_mut(table) {
                *count += 1;
            } else {
                written.moved.insert(table.to_owned(), 1);
            }
        }))
    }

    /// Forgets what was counted.
    pub(super) fn reset(&self) {
        let mut written = self.lock();
        written.updated = 0;
        written.moved.clear();
    }

    /// The rows that were written, at least `changes`: deleting a whole table calls no hook. Each row counts once more
    /// for each index of its table.
    pub(super) fn rows(&self, connection: &Connection, changes: u64) -> rusqlite::Result<u64> {
        let (mut rows, moved): (u64, Vec<(String, u64)>) = {
            let mut written = self.lock();
            (written.updated, written.moved.drain().collect())
        };
        for (table, count) in moved {
            let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1";
            let indexes: u32 = connection.prepare_cached(sql)?.query_row([&table], |row| row.get(0))?;
            rows += count * (1 + u64::from(indexes));
        }
        Ok(rows.max(changes))
    }
}
