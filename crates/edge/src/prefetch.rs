//! Memory that is asked for before it is needed.
//!
//! With a thousand connections, what a request needs of its own has left the processor's caches since the connection's request
//! before: the task's future, what is counted of it, its client, the buffers. These lie at the ends of pointers, so that one is
//! waited for after the other, a tenth of a microsecond or two for each. Asked for together, they come together; and while the
//! system reads from the socket, which takes a microsecond, what is needed afterwards comes meanwhile.
//!
//! Asking is an instruction for every 64 bytes that never faults and waits for nothing, so that a few connections, whose
//! memory is at hand, pay next to nothing for it.
#![allow(unsafe_code)]

use std::sync::Arc;

/// How many bytes the processor takes at once.
const LINE: usize = 64;

/// Asks for the memory of a value, but for what it points to.
#[inline]
pub(crate) fn prefetch<T: ?Sized>(value: &T) {
    prefetch_at(std::ptr::from_ref(value).addr(), size_of_val(value));
}

/// Asks for the memory of a value that is shared, and of the counters of those who have it, which come before it.
#[inline]
pub(crate) fn prefetch_shared<T>(value: &Arc<T>) {
    const COUNTERS: usize = 2 * size_of::<usize>();
    prefetch_at(Arc::as_ptr(value).addr() - COUNTERS, COUNTERS + size_of::<T>());
}

/// Asks for the memory at an address, which need not be anybody's any more.
#[inline]
pub(crate) fn prefetch_at(start: usize, length: usize) {
    let end = start.saturating_add(length);
    for address in (start & !(LINE - 1)..end).step_by(LINE) {
        prefetch_line(address);
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn prefetch_line(address: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: it is a hint, for whatever address: nothing is read as far as the program can tell.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::without_provenance(address)) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn prefetch_line(_: usize) {}
