//! What an instance holds outside of V8's heap, counted against its memory limit.
//!
//! V8 bounds its own heap only. The bytes of an ArrayBuffer are taken here, so that one too many is a RangeError
//! in the guest; so is the state of native things that weigh much more than the object that stands for them.
//! Bytes that come otherwise (results of ops, resizable buffers) are V8's to count: they are looked at after each full
//! collection, see `instance`. Memories of WebAssembly V8 does not count: their stores are kept here, and looked at
//! when one is made, when a turn ends, and by the watchdog while it goes on.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{OpError, v8};

/// Buffers up to this size are never refused. V8 keeps the bytes of a small typed array in its heap, moves them out
/// when they are asked for, and ends the process if it cannot; the objects themselves bound their number.
const ALWAYS: usize = 256;

/// How the bytes are aligned: as `malloc` would.
const ALIGNMENT: usize = 16;

/// The count of one instance.
pub struct Memory {
    limit: usize,
    used: AtomicUsize,
    /// The memories of WebAssembly.
    wasm: Mutex<Vec<v8::SharedRef<v8::BackingStore>>>,
    /// Whether there is any.
    has_wasm: AtomicBool,
    /// What has been charged, and given back, since V8 was told.
    unreported: AtomicI64,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("limit", &self.limit).field("used", &self.used()).finish_non_exhaustive()
    }
}

/// Bytes counted until it is dropped. See [`Memory::charge`].
#[derive(Debug)]
pub struct Charge {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.memory.give(self.bytes);
        self.memory.unreported.fetch_sub(self.bytes as i64, Ordering::Relaxed);
    }
}

impl Memory {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            wasm: Mutex::default(),
            has_wasm: AtomicBool::new(false),
            unreported: AtomicI64::new(0),
        }
    }

    /// The most that may be held, in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// How much is held, in bytes.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Counts `bytes` that something native holds.
    ///
    /// # Errors
    /// A `RangeError` when that is more than the instance may hold.
    pub fn charge(self: &Arc<Self>, bytes: usize) -> Result<Charge, OpError> {
        if self.take(bytes) {
            self.unreported.fetch_add(bytes as i64, Ordering::Relaxed);
            Ok(Charge { memory: self.clone(), bytes })
        } else {
            Err(OpError::range_error("Worker exceeded its memory limit."))
        }
    }

    /// Counts a memory of WebAssembly, which may grow, for as long as it is there.
    ///
    /// # Errors
    /// A `RangeError` when all of them together are more than the instance may hold, after `collect` has had V8 look for
    /// those that are not needed any more.
    pub fn add_wasm(&self, store: v8::SharedRef<v8::BackingStore>, collect: impl FnOnce()) -> Result<(), OpError> {
        self.has_wasm.store(true, Ordering::Relaxed);
        {
            let mut all = self.wasm.lock().unwrap_or_else(PoisonError::into_inner);
            let is_store =
                |other: &v8::SharedRef<v8::BackingStore>| std::ptr::eq(&raw const **other, &raw const *store);
            if all.iter().any(is_store) {
                return Ok(());
            }
            all.push(store);
        }
        if self.wasm() > self.limit {
            collect();
        }
        if self.wasm() > self.limit {
            return Err(OpError::range_error("WebAssembly.Memory(): could not allocate memory"));
        }
        Ok(())
    }

    /// How much the memories of WebAssembly hold, in bytes.
    pub(crate) fn wasm(&self) -> usize {
        if !self.has_wasm.load(Ordering::Relaxed) {
            return 0;
        }
        let mut all = self.wasm.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|store| {
            // One is ours: the memory is gone, and nothing is left that another reference could be made of.
            std__shared_ptr__v8__BackingStore__use_count(store) > 1
        });
        all.iter().map(|store| store.byte_length()).sum()
    }

    /// Whether so much is held that what is garbage should be found soon.
    pub(crate) fn is_pressed(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.limit / 2
    }

    /// By how much what is charged has changed since the last call: for V8, which collects sooner when what its objects
    /// stand for weighs much.
    pub(crate) fn take_unreported(&self) -> i64 {
        if self.unreported.load(Ordering::Relaxed) == 0 { 0 } else { self.unreported.swap(0, Ordering::Relaxed) }
    }

    fn take(&self, bytes: usize) -> bool {
        let fits = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= self.limit || bytes <= ALWAYS);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn allocate(&self, length: usize, allocate: unsafe fn(Layout) -> *mut u8) -> *mut c_void {
        let Some(layout) = layout(length) else { return std::ptr::null_mut() };
        if !self.take(length) {
            return std::ptr::null_mut();
        }
        // SAFETY: the layout's size is not zero.
        let data = unsafe { allocate(layout) };
        if data.is_null() {
            self.give(length);
        }
        data.cast()
    }

    /// The allocator of the bytes of an isolate's ArrayBuffers.
    pub(crate) fn allocator(self: &Arc<Self>) -> v8::UniqueRef<v8::Allocator> {
        // SAFETY: the handle is an `Arc` of the type that the table's functions take; `release` drops it once.
        unsafe { v8::new_rust_allocator(Arc::into_raw(self.clone()), &TABLE) }
    }
}

unsafe extern "C" {
    // Of the `v8` crate's own binding, which only asserts its result. The crate is pinned exactly.
    safe fn std__shared_ptr__v8__BackingStore__use_count(store: &v8::SharedRef<v8::BackingStore>) -> std::ffi::c_long;
}

static TABLE: v8::RustAllocatorVtable<Memory> =
    v8::RustAllocatorVtable { allocate: zeroed, allocate_uninitialized: uninitialized, free, drop: release };

fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.max(1), ALIGNMENT).ok()
}

unsafe extern "C" fn zeroed(memory: &Memory, length: usize) -> *mut c_void {
    memory.allocate(length, alloc_zeroed)
}

unsafe extern "C" fn uninitialized(memory: &Memory, length: usize) -> *mut c_void {
    memory.allocate(length, alloc)
}

unsafe extern "C" fn free(memory: &Memory, data: *mut c_void, length: usize) {
    if let (false, Some(layout)) = (data.is_null(), layout(length)) {
        // SAFETY: V8 gives back what `allocate` gave, with the same length, hence the same layout.
        unsafe { dealloc(data.cast(), layout) };
        memory.give(length);
    }
}

unsafe extern "C" fn release(memory: *const Memory) {
    // SAFETY: the pointer is that of `Memory::allocator`, and V8 calls this once, when the allocator goes.
    drop(unsafe { Arc::from_raw(memory) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_bounded_and_given_back() {
        let memory = Arc::new(Memory::new(1000));
        let first = memory.charge(600).unwrap();
        assert!(memory.charge(600).is_err());
        assert!(memory.charge(usize::MAX).is_err());
        drop(first);
        let data = unsafe { zeroed(&memory, 1000) };
        assert!(!data.is_null());
        assert!(unsafe { uninitialized(&memory, 300) }.is_null());
        let small = unsafe { uninitialized(&memory, 64) };
        assert!(!small.is_null(), "V8 would end the process");
        unsafe { free(&memory, small, 64) };
        unsafe { free(&memory, data, 1000) };
        assert_eq!(memory.used.load(Ordering::Relaxed), 0);
    }
}
