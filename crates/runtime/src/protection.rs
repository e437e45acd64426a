//! The memory protection keys of the processor, in the handler of a signal.
//!
//! V8 guards its code and tables with a key where the processor has them (x86-64). A thread's rights are in a register, which
//! the kernel resets when it calls a handler, and which a thread inherits when it is made. So a handler that may come to make
//! a thread takes the rights first that all threads have.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::asm;
    use std::arch::x86_64::__cpuid_count;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// What threads may usually do, with a bit above that says that it is known.
    static USUAL: AtomicU64 = AtomicU64::new(0);
    const KNOWN: u64 = 1 << 32;

    /// Whether the processor has keys, and the kernel uses them.
    fn are_there() -> bool {
        const OSPKE: u32 = 1 << 4;
        __cpuid_count(7, 0).ecx & OSPKE != 0
    }

    /// Notes what the calling thread may do. It is in no handler.
    pub(crate) fn note() {
        if !are_there() {
            return;
        }
        let rights: u32;
        // SAFETY: the instruction is there, and reads a register.
        unsafe { asm!("rdpkru", in("ecx") 0, out("eax") rights, out("edx") _, options(nomem, nostack)) };
        USUAL.store(u64::from(rights) | KNOWN, Ordering::Relaxed);
    }

    /// Takes what was noted. When the handler returns, the thread has what it had.
    pub(crate) fn take() {
        let usual = USUAL.load(Ordering::Relaxed);
        if usual & KNOWN != 0 {
            // SAFETY: the instruction is there, and the thread may do what all threads may.
            unsafe { asm!("wrpkru", in("eax") usual as u32, in("ecx") 0, in("edx") 0, options(nostack)) };
        }
    }
}
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{note, take};

#[cfg(not(target_arch = "x86_64"))]
mod elsewhere {
    pub(crate) fn note() {}

    pub(crate) fn take() {}
}
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use elsewhere::{note, take};
