//! The process's allocator: mimalloc, by its plain functions.
//!
//! The crate `mimalloc` asks for each allocation with its alignment, which in mimalloc 3 is a slower path; and sizes
//! that are no power of two never find a free block on it, so that a table of headers went to the slowest one each time.
//! But all that mimalloc gives is aligned to 16 bytes, if it is as large as that, and hardly anything asks for more. In
//! a request of hello, plain calls take 450 instructions less of 33,000 (callgrind).
//!
//! V8's own allocations come here too (the feature `override`): it takes 8 KB for handles in each turn, for which the
//! system's allocator took 900 instructions more.
//!
//! Freed memory goes back to the system on a thread of its own. mimalloc does that when it is due, in whichever allocation
//! comes next: of a Worker's turn, mostly, which is charged for it, whoever freed the memory.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_int, c_long};
use std::time::Duration;

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};

use crate::expect_long_turns;

/// What `mi_malloc` aligns to (`MI_MAX_ALIGN_SIZE`); smaller blocks to their size.
const NATURAL: usize = 16;

/// `mi_option_purge_delay` of mimalloc's `mi_option_e`, whose numbers stay.
const PURGE_DELAY: c_int = 15;

/// After how many milliseconds mimalloc is to give memory back of its own accord: a day, which starts anew each time that
/// it is told to. (Without a delay it does not remember what was freed.)
const NEVER: c_long = 24 * 60 * 60 * 1000;

/// How long freed memory stays the process's, at most. Buffers are freed by collections, in bursts, and taken again at once;
/// with mimalloc's second, a Worker that encrypts megabytes gave a tenth of its time to pages that the system had to clear
/// anew.
const KEEP: Duration = Duration::from_secs(10);

unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
    fn mi_collect(force: bool);
}

/// The allocator, for `#[global_allocator]` in a program.
#[derive(Clone, Copy, Debug)]
pub struct Allocator;

impl Allocator {
    /// Sets that freed memory is kept until [`Allocator::give_back`] sees to it, and that the system gives no huge pages of its
    /// own accord, as some do: that of an isolate, or of a thread's stack, is used by the kilobyte. To be called once, by the
    /// program whose allocator this is.
    pub fn configure() {
        // SAFETY: the function takes any number and any value, from any thread.
        unsafe { mi_option_set(PURGE_DELAY, NEVER) };
        #[cfg(target_os = "linux")]
        // SAFETY: plain numbers. A kernel without huge pages refuses, which is as well.
        unsafe {
            libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0)
        };
    }

    /// Starts the thread that gives freed memory back to the system, from now until the process ends. For programs that run
    /// for long; others need none.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn give_back() -> std::io::Result<()> {
        let work = || {
            expect_long_turns();
            loop {
                std::thread::sleep(KEEP);
                // SAFETY: it frees what nobody uses. The heap that it tidies is this thread's own.
                unsafe { mi_collect(true) };
            }
        };
        std::thread::Builder::new().name("memory".into()).spawn(work).map(drop)
    }
}

fn is_natural(size: usize, align: usize) -> bool {
    align <= NATURAL && align <= size
}

// SAFETY: mimalloc's functions do what `GlobalAlloc` wants of each; `mi_malloc`, `mi_zalloc` and `mi_realloc` give blocks
// aligned to 16 bytes, or to the largest power of two in a smaller size, and are called only where that is enough.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size may be asked for, and `Layout`'s alignment is a power of two.
        unsafe { if is_natural(size, align) { mi_malloc(size) } else { mi_malloc_aligned(size, align) } }.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as in `alloc`.
        unsafe { if is_natural(size, align) { mi_zalloc(size) } else { mi_zalloc_aligned(size, align) } }.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller gives back what one of the other functions gave.
        unsafe { mi_free(block.cast()) };
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        let block = block.cast();
        // SAFETY: as in `alloc` and `dealloc`.
        unsafe {
            if is_natural(size, align) { mi_realloc(block, size) } else { mi_realloc_aligned(block, size, align) }
        }
        .cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_zeroed_and_keep_their_bytes() {
        for size in (1..200).chain([672, 1024, 1025, 5000, 100_000]) {
            for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
                let layout = Layout::from_size_align(size, align).unwrap();
                unsafe {
                    let block = Allocator.alloc_zeroed(layout);
                    assert_eq!(block.addr() % align, 0, "{layout:?}");
                    assert!(std::slice::from_raw_parts(block, size).iter().all(|byte| *byte == 0), "{layout:?}");
                    block.write_bytes(7, size);
                    let block = Allocator.realloc(block, layout, size * 3 + 1);
                    assert_eq!(block.addr() % align, 0, "{layout:?}");
                    assert!(std::slice::from_raw_parts(block, size).iter().all(|byte| *byte == 7), "{layout:?}");
                    Allocator.dealloc(block, Layout::from_size_align(size * 3 + 1, align).unwrap());
                    let blocks: Vec<_> = (0..50).map(|_| Allocator.alloc(layout)).collect();
                    assert!(blocks.iter().all(|block| block.addr() % align == 0), "{layout:?}");
                    blocks.into_iter().for_each(|block| Allocator.dealloc(block, layout));
                }
            }
        }
    }
}
