//! Group commit: the writes that wait are made durable together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Failure, StorageError};

/// The most writes of one commit, so that the first of them does not wait for ever.
const GROUP: usize = 1024;

/// A write that waits.
pub(super) trait Job: Send {
    /// Does the work. Whether it succeeded: whether its changes are to be kept. May be called again, after its changes
    /// were undone.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Whether the work minds its own transactions: it is run alone, outside of any.
    fn is_alone(&self) -> bool;

    /// Tells the result to whom it concerns, unless the commit failed.
    fn finish(self: Box<Self>, path: &Path, committed: Result<(), StorageError>);
}

/// A write, and who waits for it.
pub(super) struct Write<F, T, E> {
    work: F,
    alone: bool,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Write<F, T, E> {
    pub(super) fn new(work: F, alone: bool) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work, alone, result: None, reply }, answer)
    }
}

impl<F, T, E> Job for Write<F, T, E>
where
    F: FnMut(&Connection) -> Result<T, E> + Send,
    T: Send,
    E: Failure,
{
    fn run(&mut self, connection: &Connection) -> bool {
        // A panic is a defect of ours; the other writes of the group are not to pay for it.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)));
        let result = result.unwrap_or_else(|_| Err(StorageError::Closed.into()));
        let succeeded = result.is_ok();
        self.result = Some(result);
        succeeded
    }

    fn is_alone(&self) -> bool {
        self.alone
    }

    fn finish(self: Box<Self>, path: &Path, committed: Result<(), StorageError>) {
        let result = match (committed, self.result) {
            // Its own error says more than that of the transaction that it spoiled.
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(result)) => result,
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StorageError::Closed.into()),
        };
        // Who asked may have gone away.
        let _ = self.reply.send(result.map_err(|error| error.at(path)));
    }
}

/// The writes that wait for one file.
#[derive(Default)]
pub(super) struct Queue {
    jobs: VecDeque<Box<dyn Job>>,
    /// Whether somebody is at work on them.
    pub(super) running: bool,
}

impl Queue {
    /// Adds a write. Whether somebody has to be set to work.
    pub(super) fn push(&mut self, job: Box<dyn Job>) -> bool {
        self.jobs.push_back(job);
        !std::mem::replace(&mut self.running, true)
    }

    /// The next writes to be done together; none when there are none, and then nobody is at work any more.
    pub(super) fn next_group(&mut self) -> Vec<Box<dyn Job>> {
        let alone = self.jobs.front().is_some_and(|job| job.is_alone());
        let length = match alone {
            true => 1,
            false => self.jobs.iter().take(GROUP).take_while(|job| !job.is_alone()).count(),
        };
        self.running = length > 0;
        self.jobs.drain(..length).collect()
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("jobs", &self.jobs.len()).field("running", &self.running).finish()
    }
}

/// A write that was tried, and what became of its transaction.
pub(super) type Tried = (Box<dyn Job>, Result<(), StorageError>);

/// Does a group of writes in one transaction, and runs `after`. Nobody is told yet.
pub(super) fn commit(connection: &Connection, mut jobs: Vec<Box<dyn Job>>, after: &dyn Fn()) -> Vec<Tried> {
    if jobs.len() > 1 && commit_all(connection, &mut jobs).is_ok() {
        after();
        return jobs.into_iter().map(|job| (job, Ok(()))).collect();
    }
    // There is only one, or one of them spoiled it for all: a constraint that is checked at the commit, a disk that is
    // full. Each by itself shows which.
    let alone = |mut job: Box<dyn Job>| {
        let committed = commit_one(connection, job.as_mut());
        after();
        (job, committed)
    };
    jobs.into_iter().map(alone).collect()
}

fn commit_one(connection: &Connection, job: &mut dyn Job) -> Result<(), StorageError> {
    if job.is_alone() {
        job.run(connection);
        return undo(connection);
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    if !job.run(connection) {
        return undo(connection);
    }
    connection.execute_batch("COMMIT").map_err(|error| {
        let _ = undo(connection);
        error.into()
    })
}

fn commit_all(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut work = || -> Result<(), StorageError> {
        for job in jobs.iter_mut() {
            connection.execute_batch("SAVEPOINT job")?;
            if !job.run(connection) {
                // Fails if the error ended the whole transaction, as a full disk does.
                connection.execute_batch("ROLLBACK TO job")?;
            }
            connection.execute_batch("RELEASE job")?;
        }
        Ok(connection.execute_batch("COMMIT")?)
    };
    work().inspect_err(|_| {
        let _ = undo(connection);
    })
}

/// Ends a transaction that is to leave nothing, if there still is one.
fn undo(connection: &Connection) -> Result<(), StorageError> {
    if connection.is_autocommit() { Ok(()) } else { Ok(connection.execute_batch("ROLLBACK")?) }
}
