//! The pieces of values, and which of them nobody needs any more.
//!
//! A value is an array of pieces under a number of its own. One piece is read in one statement, so it may be changed
//! or deleted at any time. Several are read one after the other, for as long as a client takes: such a value is
//! *pinned* meanwhile, and one that loses its key only becomes *loose*; so does one that is still being written. The
//! sweep deletes what is loose and not pinned. Numbers are never used twice in a process, and at the start of a
//! process nothing is pinned: what an interrupted write has left is found then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use crate::StorageError;

/// The length of all pieces of a value but the last, in bytes.
pub(super) const PIECE_BYTES: usize = 1 << 20;

/// A value's number times this is the number of its first piece. More than the pieces of the longest value.
pub(super) const PIECES: i64 = 64;

/// A value's number, and its pieces'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ValueId(pub(super) i64);

impl ValueId {
    pub(super) fn piece(self, place: usize) -> i64 {
        self.0 * PIECES + place as i64
    }
}

#[derive(Debug, Default)]
struct State {
    /// The next number; none before the file was asked.
    next: Option<i64>,
    pinned: HashMap<ValueId, usize>,
}

/// The values of one namespace.
#[derive(Debug, Default)]
pub(super) struct Values(Mutex<State>);

impl Values {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no value has had. Called within a write.
    pub(super) fn new_id(&self, connection: &Connection) -> Result<ValueId, StorageError> {
        let mut state = self.state();
        let next = match state.next {
            Some(next) => next,
            None => {
                let pieces: Option<i64> = connection.query_row("SELECT max(id) FROM pieces", (), |row| row.get(0))?;
                let loose: Option<i64> = connection.query_row("SELECT max(value) FROM loose", (), |row| row.get(0))?;
                1 + loose.unwrap_or(0).max(pieces.unwrap_or(0) / PIECES)
            }
        };
        state.next = Some(next + 1);
        Ok(ValueId(next))
    }

    /// Keeps a value's pieces until the pin is dropped.
    pub(super) fn pin(self: &Arc<Self>, id: ValueId) -> Pin {
        *self.state().pinned.entry(id).or_default() += 1;
        Pin { values: self.clone(), id }
    }

    fn is_pinned(&self, id: ValueId) -> bool {
        self.state().pinned.contains_key(&id)
    }
}

/// Somebody reads or writes this value.
#[derive(Debug)]
pub(super) struct Pin {
    values: Arc<Values>,
    pub(super) id: ValueId,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = self.values.state();
        if let Some(times) = state.pinned.get_mut(&self.id) {
            *times -= 1;
            if *times == 0 {
                state.pinned.remove(&self.id);
            }
        }
    }
}

pub(super) fn insert(connection: &Connection, piece: i64, bytes: &[u8]) -> Result<(), StorageError> {
    connection.prepare_cached("INSERT INTO pieces (id, bytes) VALUES (?1, ?2)")?.execute((piece, bytes))?;
    Ok(())
}

pub(super) fn replace(connection: &Connection, piece: i64, bytes: &[u8]) -> Result<(), StorageError> {
    connection.prepare_cached("UPDATE pieces SET bytes = ?2 WHERE id = ?1")?.execute((piece, bytes))?;
    Ok(())
}

pub(super) fn read(connection: &Connection, piece: i64) -> Result<Option<Vec<u8>>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT bytes FROM pieces WHERE id = ?1")?;
    Ok(statement.query_row([piece], |row| row.get(0)).optional()?)
}

pub(super) fn delete(connection: &Connection, id: ValueId) -> Result<(), StorageError> {
    let mut statement = connection.prepare_cached("DELETE FROM pieces WHERE id >= ?1 AND id < ?2")?;
    statement.execute((id.piece(0), ValueId(id.0 + 1).piece(0)))?;
    Ok(())
}

/// Says that no key has this value, or not yet.
pub(super) fn loosen(connection: &Connection, id: ValueId) -> Result<(), StorageError> {
    connection.prepare_cached("INSERT OR IGNORE INTO loose (value) VALUES (?1)")?.execute([id.0])?;
    Ok(())
}

/// Says that a key has it.
pub(super) fn fasten(connection: &Connection, id: ValueId) -> Result<(), StorageError> {
    connection.prepare_cached("DELETE FROM loose WHERE value = ?1")?.execute([id.0])?;
    Ok(())
}

/// Some loose values. Read apart from their deletion, and before it: a reader pins a value and then looks whether its
/// key still has it, so that of a value seen to be loose here all pins that will ever be are there already.
pub(super) fn loose(connection: &Connection, most: usize) -> Result<Vec<ValueId>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT value FROM loose LIMIT ?1")?;
    let ids = statement.query_map([most as i64], |row| row.get(0).map(ValueId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Deletes those that are not pinned. How many are left.
pub(super) fn delete_loose(connection: &Connection, values: &Values, ids: &[ValueId]) -> Result<usize, StorageError> {
    let mut left = 0;
    for &id in ids {
        if values.is_pinned(id) {
            left += 1;
            continue;
        }
        delete(connection, id)?;
        fasten(connection, id)?;
    }
    Ok(left)
}
