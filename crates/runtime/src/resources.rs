//! Native things that JavaScript knows as numbers.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use selvedge_ops::OpError;

use crate::memory::{Charge, Memory};
use crate::numbers::Numbered;

/// Hosted's answer to the use of another request's stream or body
/// (<https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request>).
const FOREIGN: &str = "Cannot perform I/O on behalf of a different request. I/O objects (such as streams, \
    request/response bodies, and others) created in the context of one request handler cannot be accessed from a \
    different request's handler. This is a limitation of Cloudflare Workers which allows us to improve overall \
    performance.";

/// What a resource weighs besides itself, in bytes: its place in the table, its counts. More than what a small buffer
/// has free of charge, so that it can be refused.
const ENTRY: usize = 320;

/// A resource, and its share of the instance's memory.
struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    _charge: Option<Charge>,
}

type Table = Numbered<Entry>;

/// The table itself, of an invocation or an instance.
#[derive(Default)]
pub(crate) struct ResourceTable {
    table: Mutex<Table>,
    /// Whether there was ever one: most invocations have none, and need not look.
    is_used: AtomicBool,
}

/// What the tables of an instance and of its invocations have in common.
pub(crate) struct ResourceCommon {
    /// The next number.
    next: AtomicU32,
    memory: Arc<Memory>,
}

/// A table of native resources, freed with its invocation or instance.
///
/// A guest makes them in a loop and drops none, so each counts towards the instance's memory: one too many is a
/// `RangeError`. That is what bounds every kind of them, besides what bounds a kind in particular.
///
/// Numbers are never used twice in an instance, so the number of a resource that is gone, or of another
/// invocation's, finds nothing.
#[derive(Clone, Copy)]
pub struct Resources<'a> {
    table: &'a ResourceTable,
    common: &'a ResourceCommon,
}

impl std::fmt::Debug for Resources<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resources").field("len", &self.table.entries().len()).finish()
    }
}

impl ResourceCommon {
    /// Of an instance, whose memory its tables are counted towards.
    pub(crate) fn new(memory: Arc<Memory>) -> Self {
        Self { next: AtomicU32::new(0), memory }
    }
}

impl ResourceTable {
    fn entries(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        if self.is_used.load(Ordering::Acquire) {
            let table = std::mem::take(&mut *self.entries());
            drop(table);
        }
    }
}

impl<'a> Resources<'a> {
    pub(crate) fn new(table: &'a ResourceTable, common: &'a ResourceCommon) -> Self {
        Self { table, common }
    }

    /// Puts `value` in and gives its number.
    ///
    /// # Errors
    /// A `RangeError` when the instance holds too much.
    pub fn add<T: Any + Send + Sync>(&self, value: T) -> Result<u32, OpError> {
        self.add_weighing(value, 0)
    }

    /// Puts a value in that holds `bytes` outside of itself.
    ///
    /// # Errors
    /// As [`Resources::add`].
    pub fn add_weighing<T: Any + Send + Sync>(&self, value: T, bytes: usize) -> Result<u32, OpError> {
        let charge = self.common.memory.charge(ENTRY + size_of::<T>() + bytes)?;
        Ok(self.insert(Arc::new(value), Some(charge)))
    }

    /// Puts a value in that is also held elsewhere, and is bounded or counted there.
    pub fn add_shared<T: Any + Send + Sync>(&self, value: Arc<T>) -> u32 {
        self.insert(value, None)
    }

    fn insert(&self, value: Arc<dyn Any + Send + Sync>, charge: Option<Charge>) -> u32 {
        let id = self.common.next.fetch_add(1, Ordering::Relaxed);
        let mut table = self.table.entries();
        table.insert(id, Entry { value, _charge: charge });
        self.table.is_used.store(true, Ordering::Release);
        id
    }

    /// The resource of this number.
    ///
    /// # Errors
    /// When it is another invocation's, gone, or of another type.
    pub fn get<T: Any + Send + Sync>(&self, id: u32) -> Result<Arc<T>, OpError> {
        let value = self.table.entries().get(&id).map(|entry| entry.value.clone());
        self.found(id, value)
    }

    /// Takes the resource of this number out of the table.
    ///
    /// # Errors
    /// As [`Resources::get`].
    pub fn take<T: Any + Send + Sync>(&self, id: u32) -> Result<Arc<T>, OpError> {
        let entry = self.table.entries().remove(&id);
        self.found(id, entry.map(|entry| entry.value))
    }

    fn found<T: Any + Send + Sync>(
        &self,
        id: u32,
        value: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Result<Arc<T>, OpError> {
        match value.map(Arc::downcast) {
            Some(Ok(value)) => Ok(value),
            Some(Err(_)) => Err(OpError::type_error("internal error: a resource of another kind")),
            None if id < self.common.next.load(Ordering::Relaxed) => Err(OpError::error(FOREIGN)),
            None => Err(OpError::type_error("internal error: no such resource")),
        }
    }

    /// Drops the resource of this number; says whether there was one.
    pub fn close(&self, id: u32) -> bool {
        let entry = self.table.entries().remove(&id);
        entry.is_some()
    }
}
