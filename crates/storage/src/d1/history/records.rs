//! When commits were made: records of a time and a position, sixteen bytes each, one after the other in a file.
//!
//! There is at most one for each second; it is the second's last commit. It is written when a later second's commit
//! comes, and not synced: what a crash takes is dated anew when the file is opened.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A record's bytes.
const LENGTH: usize = 16;

/// A commit and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Milliseconds since 1970.
    pub(super) time: u64,
    pub(super) log: u32,
    pub(super) frame: u32,
}

impl Record {
    fn to_bytes(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(&self.time.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.log.to_be_bytes());
        bytes[12..].copy_from_slice(&self.frame.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let number = |at: usize, length| bytes[at..at + length].iter().fold(0, |n, &byte| n << 8 | u64::from(byte));
        Self { time: number(0, 8), log: number(8, 4) as u32, frame: number(12, 4) as u32 }
    }

    /// What positions are ordered by.
    pub(super) fn position(self) -> (u32, u32) {
        (self.log, self.frame)
    }
}

/// The file, and the record that is not in it yet.
#[derive(Debug)]
pub(super) struct Records {
    path: PathBuf,
    file: File,
    pending: Option<Record>,
    last: Option<Record>,
}

impl Records {
    /// Opens the file, and makes it if it is not there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            bytes => bytes?,
        };
        let whole = bytes.len() / LENGTH * LENGTH;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if whole < bytes.len() {
            // The half of a record that a crash left.
            file.set_len(whole as u64)?;
        }
        let last = bytes[..whole].chunks_exact(LENGTH).next_back().map(Record::from_bytes);
        Ok(Self { path: path.to_owned(), file, pending: None, last })
    }

    /// The newest record.
    pub(super) fn last(&self) -> Option<Record> {
        self.pending.or(self.last)
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> io::Result<Vec<Record>> {
        let bytes = std::fs::read(&self.path)?;
        Ok(bytes.chunks_exact(LENGTH).map(Record::from_bytes).chain(self.pending).collect())
    }

    /// Notes a commit.
    pub(super) fn add(&mut self, record: Record) -> io::Result<()> {
        // A clock that was set back does not make times fall.
        let time = self.last().map_or(record.time, |last| record.time.max(last.time));
        if self.pending.is_some_and(|pending| pending.time / 1000 < time / 1000) {
            self.flush()?;
        }
        self.pending = Some(Record { time, ..record });
        Ok(())
    }

    /// Writes what is pending.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if let Some(pending) = self.pending {
            self.file.write_all(&pending.to_bytes())?;
            self.last = self.pending.take();
        }
        Ok(())
    }

    /// Drops what is of logs before this one.
    pub(super) fn prune(&mut self, log: u32) -> io::Result<()> {
        self.flush()?;
        let kept: Vec<u8> =
            self.all()?.into_iter().filter(|record| record.log >= log).flat_map(Record::to_bytes).collect();
        let new = self.path.with_extension("new");
        std::fs::write(&new, kept)?;
        std::fs::rename(&new, &self.path)?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        Ok(())
    }
}
