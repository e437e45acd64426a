//! Takes out what is over and what nobody needs, in the background.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::expiry::now;
use super::namespaces::Known;
use super::sqlite::SqliteNamespace;
use super::{pieces, rows};
use crate::StorageError;

/// How often is looked whether a namespace has to be swept.
const LOOK: Duration = Duration::from_secs(5);

/// The most keys, or values, of one write: other writes come in between.
const AT_ONCE: usize = 200;

/// Sweeps whatever is in use, for as long as somebody has the namespaces.
pub(super) async fn run(known: Weak<Known>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(known) = known.upgrade() else { return };
        let now = now();
        let due = known.all().into_iter().filter(|namespace| namespace.is_in_use() && namespace.need().is_due(now));
        for namespace in due.collect::<Vec<_>>() {
            if let Err(error) = namespace.sweep(now).await {
                tracing::warn!("the KV namespace {} could not be swept: {error}", namespace.id);
                // Tried again in a while.
                namespace.need().loose = true;
            }
        }
    }
}

impl SqliteNamespace {
    /// Deletes the keys that are over at `now`, and loose values.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(super) async fn sweep(&self, now: u64) -> Result<(), StorageError> {
        let database = self.database()?;
        {
            // What is written from here on is noted anew.
            let mut need = self.need();
            need.swept = Some(now);
            need.earliest = None;
            need.loose = false;
        }
        loop {
            let keys = database.read(move |connection| rows::expired(connection, now, AT_ONCE)).await?;
            if keys.is_empty() {
                break;
            }
            let delete = move |connection: &rusqlite::Connection| {
                keys.iter().try_for_each(|key| rows::delete_expired(connection, key, now).map(drop))
            };
            database.write(delete).await?;
        }
        let mut left = 0;
        loop {
            let loose = database.read(move |connection| pieces::loose(connection, AT_ONCE)).await?;
            // Pinned ones stay; they come up again.
            if loose.len() <= left {
                break;
            }
            let values = Arc::clone(&self.values);
            left = database.write(move |connection| pieces::delete_loose(connection, &values, &loose)).await?;
        }
        let earliest = database.read(rows::earliest).await?;
        let mut need = self.need();
        need.note(earliest);
        need.loose |= left > 0;
        Ok(())
    }
}
