//! Gives the memory of an isolate's caches back while they are empty.
//!
//! V8 makes each isolate tables that it fills as code runs, and writes every entry of them to say that it is free: three of
//! 120 KB for the properties of megamorphic sites, 64 KB for where code is, 48 KB for WebAssembly's. Most Workers never fill
//! a tenth of that, and V8 empties them with each collection of the whole heap. In an isolate of two megabytes they are a
//! quarter, and V8 has no setting for them.
//!
//! An entry is as free if it is all zeros (`ic/stub-cache.cc`): a key of zero is no name, and a map of zero is what V8 itself
//! puts there. So the system may have these pages back (`MADV_DONTNEED`): those that are needed again are zeros by then. It
//! is done when an isolate was made, and when it is put to rest.
//!
//! The tables are found by their size and by what they hold, among what the isolate points to: where V8 keeps these pointers
//! is its own business, and changes. What does not look exactly like an empty table is left alone. So after an update of V8
//! nothing may be found, which costs memory and nothing else; a test notices.
//!
//! Dropped: to have the tables share pages that are written once, as copies of a file. Their entries hold an address of the
//! isolate's own heap, and each table would be another mapping, of which a process has 65,530.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ops::Range;

use selvedge_ops::v8;

unsafe extern "C" {
    fn mi_is_in_heap_region(pointer: *const c_void) -> bool;
    fn mi_usable_size(block: *const c_void) -> usize;
}

const PAGE: usize = 4096;

/// A `StubCache` has so many entries of three words (a key, a handler, a map), and then the isolate's address.
const STUBS: usize = 3 * (4096 + 1024);

/// An `InnerPointerToCodeCache` has the isolate's address, and then 1,024 entries of eight words.
const CODE: usize = 8 * 1024;

/// A `WasmCodeLookupCache` has 1,024 entries of six words.
const WASM: usize = 6 * 1024;

/// A block of the allocator's, as words.
#[derive(Clone, Copy)]
struct Block {
    start: *const usize,
    words: usize,
}

impl Block {
    /// The block that begins at an address, if there is one.
    fn at(address: *const usize) -> Option<Self> {
        // SAFETY: both look up what pages of the allocator's there are, and read nothing at the address.
        let bytes = unsafe { mi_is_in_heap_region(address.cast()).then(|| mi_usable_size(address.cast())) };
        bytes.map(|bytes| Self { start: address, words: bytes / size_of::<usize>() })
    }

    /// A word. V8 may be writing others of a block.
    fn word(self, index: usize) -> usize {
        assert!(index < self.words);
        // SAFETY: within the block, which is readable. Volatile, as it is not Rust's.
        unsafe { self.start.add(index).read_volatile() }
    }

    /// Whether it may have been asked for as so many words: allocators round up, by less than a quarter.
    fn is_of(self, words: usize) -> bool {
        (words..=words + words / 4).contains(&self.words)
    }

    /// The words that are a table's entries and all free, if it is one of this isolate's.
    fn free_entries(self, isolate: usize) -> Option<Range<usize>> {
        if self.is_of(STUBS + 1) && self.word(STUBS) == isolate {
            let [key, handler, map] = [0, 1, 2].map(|index| self.word(index));
            let is_free = key != 0 && handler != 0 && map == 0;
            let are_free = is_free && (0..STUBS).all(|index| self.word(index) == [key, handler, map][index % 3]);
            return are_free.then_some(0..STUBS);
        }
        let zeros = if self.is_of(CODE + 1) && self.word(0) == isolate {
            1..1 + CODE
        } else if self.is_of(WASM) {
            0..WASM
        } else {
            return None;
        };
        zeros.clone().all(|index| self.word(index) == 0).then_some(zeros)
    }

    /// Has the system take the whole pages among these words, which are zeros from then on. How many bytes these were.
    fn release(self, words: &Range<usize>) -> usize {
        let address = |index: usize| self.start.addr() + index * size_of::<usize>();
        let begin = address(words.start).next_multiple_of(PAGE);
        let bytes = (address(words.end) / PAGE * PAGE).saturating_sub(begin);
        // SAFETY: whole pages within the block, whose words may be zeros: see the module's documentation.
        let taken =
            unsafe { libc::madvise(self.start.with_addr(begin) as *mut c_void, bytes, libc::MADV_DONTNEED) == 0 };
        if taken { bytes } else { 0 }
    }
}

/// Gives the memory of an isolate's empty caches back to the system, between two turns. How many bytes were given.
/// None on other systems than Linux, where that makes no zeros.
pub(crate) fn release(isolate: &mut v8::Isolate) -> usize {
    if cfg!(not(target_os = "linux")) {
        return 0;
    }
    // SAFETY: the type holds the address of V8's isolate and nothing else.
    let isolate: *const usize = unsafe { std::mem::transmute(isolate.as_raw_isolate_ptr()) };
    let Some(own) = Block::at(isolate) else { return 0 };
    let mut pointers: Vec<usize> = (0..own.words).map(|index| own.word(index)).collect();
    // Blocks that are as large begin at a page.
    pointers.retain(|pointer| *pointer != 0 && pointer.is_multiple_of(PAGE));
    pointers.sort_unstable();
    pointers.dedup();
    let release = |pointer| {
        let block = Block::at(isolate.with_addr(pointer))?;
        Some(block.release(&block.free_entries(isolate.addr())?))
    };
    pointers.into_iter().filter_map(release).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initialize_v8;

    /// Reads and writes properties of more shapes than a site remembers, which goes through the tables.
    const MEGAMORPHIC: &str = "
        const objects = Array.from({ length: 200 }, (_, index) => ({ [`of${index}`]: 0, value: index }));
        const add = (sum, object) => (object.last = sum, sum + object.value);
        Array.from({ length: 50 }, () => objects.reduce(add, 0)).at(-1)";

    fn run(isolate: &mut v8::OwnedIsolate) {
        v8::scope!(let scope, isolate);
        let context = v8::Context::new(scope, v8::ContextOptions::default());
        let scope = &mut v8::ContextScope::new(scope, context);
        let source = v8::String::new(scope, MEGAMORPHIC).unwrap();
        let script = v8::Script::compile(scope, source, None).unwrap();
        assert_eq!(script.run(scope).unwrap().int32_value(scope), Some(199 * 200 / 2));
    }

    #[test]
    fn empty_tables_are_found_and_work_afterwards() {
        let _token = initialize_v8();
        let isolate = &mut v8::Isolate::new(v8::CreateParams::default());
        let all = release(isolate);
        assert!(all > 400 << 10, "{all}: were all of them found?");
        run(isolate);
        let unused = release(isolate);
        assert!(unused < all, "{unused}: those in use are left alone");
        isolate.low_memory_notification();
        assert_eq!(release(isolate), all, "a collection empties them");
        run(isolate);
    }
}
