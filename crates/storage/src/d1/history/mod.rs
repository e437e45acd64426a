//! Time travel: what is needed to make a database what it was at any commit of the last thirty days.
//!
//! SQLite writes each commit to the end of its write-ahead log, and moves the log into the file now and then: a
//! checkpoint. Here nobody makes checkpoints but this. Before one, the log is copied to the folder of the database's
//! history, and synced. So all commits are kept: those since the last checkpoint in the log itself, all others in the
//! copies. With a copy of the whole file to begin with (a base), any commit can be had again: the base, the logs that
//! follow it, and of the last one as much as ends with the commit. SQLite itself puts them together, and checks each
//! page's checksum as it does.
//!
//! ```text
//! 00000001.base   the file before log 1
//! 00000001.wal    log 1, 00000002.wal   log 2, ...
//! 00000007.base   the file before log 7: made when the logs since the last base are larger than the file
//! times           when commits were made
//! ```
//!
//! Whenever the process is killed, the copy of a log and the log agree: a copy appears whole, by renaming, and a log
//! that is copied but not moved into the file yet is known by its salt and copied again, then longer.
//!
//! To restore is one more commit, which writes the old pages over the new ones by SQLite's backup interface: no file is
//! swapped beneath open connections, readers see the one state or the other, and what was there before stays in the
//! history.
//!
//! Tried and dropped: a copy of the whole file every minute (writes a database of a gigabyte to the disk sixty times an
//! hour for one changed row); a counter in a table of the database, as miniflare has it (one page more in each commit).

mod build;
mod files;
mod records;
mod wal;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use self::files::Files;
use self::records::{Record, Records};
use self::wal::Wal;
use super::Bookmark;
use crate::{Failure, StorageError};

/// How far back one can go at least, as on hosted's paid plan (<https://developers.cloudflare.com/d1/reference/time-travel/>).
pub const WINDOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The size at which a log is moved into the file.
const CHECKPOINT: u64 = 4 << 20;

/// How long the connection that writes waits for locks otherwise; as `sqlite::connection` sets it.
const BUSY: Duration = Duration::from_secs(10);

/// A commit and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The position.
    pub bookmark: Bookmark,
    /// Milliseconds since 1970.
    pub time: u64,
}

/// Why there is no going back.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The position is of another database, or of commits that are not kept any more.
    #[error("There is no commit {0} in the history of this database.")]
    Unknown(Bookmark),
    /// The time is before what is kept.
    #[error("The history of this database does not go back that far.")]
    TooEarly,
    /// The files cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl Failure for HistoryError {
    fn at(self, path: &Path) -> Self {
        match self {
            Self::Storage(error) => Self::Storage(error.at(path)),
            other => other,
        }
    }

    fn is_interrupted(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_interrupted())
    }
}

/// The history of one database.
#[derive(Debug)]
pub(super) struct History {
    database: PathBuf,
    files: Files,
    state: Mutex<State>,
    /// The state's position, for those who cannot wait until a log is copied.
    position: Mutex<Bookmark>,
}

#[derive(Debug, Default)]
struct State {
    /// The log that is being written.
    wal: Option<Wal>,
    /// The number and the salt of the newest log that there has been.
    log: u32,
    salt: u64,
    position: Bookmark,
    records: Option<Records>,
    /// The size at which a checkpoint is tried next.
    next: u64,
}

impl History {
    /// The history of a database, in a folder that is made when it is needed.
    pub(super) fn new(database: PathBuf, folder: PathBuf) -> Self {
        Self { database, files: Files::new(folder), state: Mutex::default(), position: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The position of the last commit.
    pub(super) fn position(&self) -> Bookmark {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, state: &State) {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner) = state.position;
    }

    fn wal_path(&self) -> PathBuf {
        let mut path = self.database.clone().into_os_string();
        path.push("-wal");
        path.into()
    }

    /// Finds out where the log is.
    pub(super) fn opened(&self, writer: &Connection) -> Result<(), StorageError> {
        let mut state = self.lock();
        self.files.make()?;
        *state = State { next: CHECKPOINT, ..State::default() };
        let records = self.files.records()?;
        let recorded = records.last();
        state.records = Some(records);
        if let Some(newest) = self.files.newest_log()? {
            state.log = newest;
            if let Some(mut wal) = self.files.log(newest)? {
                self.io("read the log of", wal.advance())?;
                state.salt = wal.salt;
                state.position = Bookmark { log: newest, frame: wal.frames, identity: wal.identity() };
            }
        }
        if let Some(base) = self.files.newest_base()?.filter(|&base| base > state.position.log) {
            state.position = Bookmark { log: base, frame: 0, identity: 0 };
        }
        if let Some(Record { log, frame, .. }) = recorded {
            // A log that was never copied has the number that its commits were recorded with.
            if state.position < (Bookmark { log, frame, identity: 0 }) && state.log < log {
                state.log = log - 1;
            }
        }
        let written = std::fs::metadata(self.wal_path()).and_then(|metadata| metadata.modified());
        self.follow(&mut state, written.unwrap_or_else(|_| SystemTime::now()))?;
        let lost = recorded.is_some_and(|record| record.position() > (state.position.log, state.position.frame));
        if self.files.newest_base()?.is_none() || lost {
            // The file comes from elsewhere, or somebody else has moved the log into it.
            if let Some(record) = recorded.filter(|_| lost) {
                state.log = state.log.max(record.log);
            }
            self.rebase(&mut state, writer)?;
        }
        self.publish(&state);
        Ok(())
    }

    /// Notes what was committed, and moves the log into the file if it is time.
    pub(super) fn committed(&self, writer: &Connection) -> Result<(), StorageError> {
        let mut state = self.lock();
        self.follow(&mut state, SystemTime::now())?;
        self.publish(&state);
        if state.wal.as_ref().is_some_and(|wal| wal.bytes() >= state.next) {
            self.checkpoint(&mut state, writer)?;
            self.publish(&state);
        }
        Ok(())
    }

    /// Moves the log into the file.
    pub(super) fn closing(&self, writer: &Connection) -> Result<(), StorageError> {
        let mut state = self.lock();
        self.follow(&mut state, SystemTime::now())?;
        self.checkpoint(&mut state, writer)?;
        if let Some(records) = &mut state.records {
            self.io("write the times of", records.flush())?;
        }
        state.wal = None;
        Ok(())
    }

    fn io<T>(&self, what: &'static str, result: std::io::Result<T>) -> Result<T, StorageError> {
        result.map_err(|error| StorageError::io(what, &self.database, error))
    }

    /// Reads on in the log, in which something was written at a time.
    fn follow(&self, state: &mut State, time: SystemTime) -> Result<(), StorageError> {
        let over = match &state.wal {
            Some(wal) => self.io("read the log of", wal.is_over())?,
            None => true,
        };
        if over {
            state.wal = self.io("open the log of", Wal::open(&self.wal_path()))?;
        }
        let Some(wal) = &mut state.wal else { return Ok(()) };
        if !self.io("read the log of", wal.advance())? {
            return Ok(());
        }
        let is_new = wal.salt != state.salt;
        if is_new {
            (state.log, state.salt) = (state.log + 1, wal.salt);
        }
        state.position = Bookmark { log: state.log, frame: wal.frames, identity: wal.identity() };
        let record = Record { time: milliseconds(time), log: state.log, frame: wal.frames };
        match &mut state.records {
            Some(records) if records.last().is_none_or(|last| last.position() < record.position()) => {
                // That there is a log must not be forgotten: it would not be missed if somebody else moved it.
                let added = records.add(record).and_then(|()| if is_new { records.flush() } else { Ok(()) });
                self.io("write the times of", added)
            }
            _ => Ok(()),
        }
    }

    /// Copies the log, and then moves it into the file.
    fn checkpoint(&self, state: &mut State, writer: &Connection) -> Result<(), StorageError> {
        self.keep(state)?;
        if !truncate(writer)? {
            // Somebody reads what is in the log.
            state.next = state.wal.as_ref().map_or(CHECKPOINT, |wal| wal.bytes() + CHECKPOINT / 4);
            return Ok(());
        }
        state.next = CHECKPOINT;
        state.wal = None;
        let since = self.files.size_since_base()?;
        let size = std::fs::metadata(&self.database).map_or(0, |metadata| metadata.len());
        if since > size.max(4 * CHECKPOINT) { self.rebase(state, writer) } else { Ok(()) }
    }

    /// Copies what is in the log.
    fn keep(&self, state: &mut State) -> Result<(), StorageError> {
        if let Some(wal) = state.wal.as_ref().filter(|wal| wal.frames > 0) {
            self.files.keep_log(state.log, wal)?;
        }
        Ok(())
    }

    /// Begins anew with a copy of the whole file. Nothing is lost of what is kept already.
    fn rebase(&self, state: &mut State, writer: &Connection) -> Result<(), StorageError> {
        if !truncate(writer)? {
            return Ok(());
        }
        state.wal = None;
        let number = state.log + 1;
        self.files.keep_base(number, |path| Ok(super::database::back_up(writer, path)?))?;
        state.position = Bookmark { log: number, frame: 0, identity: 0 };
        if let Some(records) = &mut state.records {
            let base = Record { time: milliseconds(SystemTime::now()), log: number, frame: 0 };
            self.io("write the times of", records.add(base).and_then(|()| records.flush()))?;
            self.files.prune(records, SystemTime::now() - WINDOW)?;
        }
        Ok(())
    }

    /// The last commit that was not after a time.
    pub(super) fn at(&self, _: &Connection, time: u64) -> Result<Moment, HistoryError> {
        let state = self.lock();
        let records = self.records(&state)?;
        let record = records.iter().rev().find(|record| record.time <= time).ok_or(HistoryError::TooEarly)?;
        self.moment(&state, *record)
    }

    /// The first and the last commit that are kept.
    pub(super) fn kept(&self, _: &Connection) -> Result<(Moment, Moment), HistoryError> {
        let state = self.lock();
        let records = self.records(&state)?;
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Err(HistoryError::TooEarly) };
        Ok((self.moment(&state, *first)?, Moment { bookmark: state.position, time: last.time }))
    }

    fn records(&self, state: &State) -> Result<Vec<Record>, StorageError> {
        let records = state.records.as_ref().map_or_else(|| Ok(Vec::new()), Records::all);
        self.io("read the times of", records)
    }

    fn moment(&self, state: &State, record: Record) -> Result<Moment, HistoryError> {
        let Record { time, log, frame } = record;
        let mut bookmark = Bookmark { log, frame, identity: 0 };
        bookmark.identity = self.identity(state, bookmark)?.ok_or(HistoryError::Unknown(bookmark))?;
        Ok(Moment { bookmark, time })
    }

    /// What identifies the commit at a position; nothing if none is there.
    fn identity(&self, state: &State, Bookmark { log, frame, .. }: Bookmark) -> Result<Option<u128>, StorageError> {
        if frame == 0 {
            return Ok(Some(0));
        }
        if let Some(wal) = state.wal.as_ref().filter(|wal| wal.salt == state.salt && log == state.log) {
            return self.io("read the log of", wal.commit(frame));
        }
        match self.files.log(log)? {
            Some(wal) => self.io("read the log of", wal.commit(frame)),
            None => Ok(None),
        }
    }

    /// Makes the database what it was at a position.
    pub(super) fn restore(&self, writer: &Connection, bookmark: Bookmark) -> Result<(), HistoryError> {
        let mut state = self.lock();
        self.follow(&mut state, SystemTime::now())?;
        if self.identity(&state, bookmark)? != Some(bookmark.identity) {
            return Err(HistoryError::Unknown(bookmark));
        }
        self.checkpoint(&mut state, writer)?;
        build::restore(&self.files, &self.database, bookmark)
    }
}

/// Moves the log into the file, and empties it. Whether nobody was in the way.
fn truncate(writer: &Connection) -> Result<bool, StorageError> {
    // Who reads is not waited for, and neither are those who write kept waiting.
    writer.busy_timeout(Duration::ZERO)?;
    let busy: rusqlite::Result<bool> = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
    writer.busy_timeout(BUSY)?;
    match busy {
        Ok(busy) => Ok(!busy),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Milliseconds since 1970.
fn milliseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

/// Makes what was done to the entries of a folder last.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
