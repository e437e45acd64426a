//! Where a signal found its thread, and how the thread goes on somewhere else.
//!
//! In the handler of a signal next to nothing may be done, and one thing less than usual: the kernel gives a handler a fresh
//! set of memory protection keys, a thread that is made there inherits it, and would die at the first line of JavaScript
//! (see [`crate::initialize_v8`]). So where a handler has found out that its thread is at a place where anything may be done,
//! it does not do it, but changes where the thread goes on: the thread leaves the handler as always, and is then as if a
//! function had been called at that place.
#![allow(unsafe_code)]

use std::ffi::c_void;

/// What a thread may go on with. It cannot return: nobody called it.
pub(crate) type Destination = extern "C" fn() -> !;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux {
    use super::{Destination, c_void};

    /// The instruction that was to be next. `context` is the third argument of a signal's handler.
    ///
    /// # Safety
    /// Called by such a handler.
    pub(crate) unsafe fn interrupted_at(context: *mut c_void) -> Option<usize> {
        // SAFETY: the kernel's own structure, on the stack of the handler.
        let machine = unsafe { &(*context.cast::<libc::ucontext_t>()).uc_mcontext };
        #[cfg(target_arch = "x86_64")]
        let at = usize::try_from(machine.gregs[libc::REG_RIP as usize]);
        #[cfg(target_arch = "aarch64")]
        let at = usize::try_from(machine.pc);
        at.ok()
    }

    /// Has the thread go on at `destination` when the handler returns. True if it will.
    ///
    /// # Safety
    /// Called by such a handler, of a thread that need not go on where it was, on the stack that it was on.
    pub(crate) unsafe fn redirect(context: *mut c_void, destination: Destination) -> bool {
        // SAFETY: as above.
        let machine = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
        #[cfg(target_arch = "x86_64")]
        {
            // What a function may keep below its stack pointer.
            const RED_ZONE: i64 = 128;
            let stack = ((machine.gregs[libc::REG_RSP as usize] - RED_ZONE) & !15) - 8;
            // SAFETY: the thread's own stack, below all that is in use; the handler runs further down. It is where the
            // return address would be.
            unsafe { *(stack as usize as *mut usize) = 0 };
            machine.gregs[libc::REG_RSP as usize] = stack;
            machine.gregs[libc::REG_RIP as usize] = destination as usize as i64;
        }
        #[cfg(target_arch = "aarch64")]
        {
            const LINK: usize = 30;
            machine.sp &= !15;
            machine.regs[LINK] = 0;
            machine.pc = destination as usize as u64;
        }
        true
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod elsewhere {
    use super::{Destination, c_void};

    pub(crate) unsafe fn redirect(_: *mut c_void, _: Destination) -> bool {
        false
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(crate) use elsewhere::redirect;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use linux::{interrupted_at, redirect};

#[cfg(test)]
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use std::ffi::c_int;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    static STACK: AtomicUsize = AtomicUsize::new(0);
    static RETURNED: AtomicBool = AtomicBool::new(false);

    extern "C" fn handler(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
        // SAFETY: this is a handler, and its thread does not mind.
        unsafe { redirect(context, elsewhere) };
    }

    extern "C" fn elsewhere() -> ! {
        // Formatting uses instructions that want an aligned stack.
        let here = format!("{:p} {}", &raw const STACK, 1.5_f64);
        STACK.store(here.as_ptr().addr(), Ordering::SeqCst);
        loop {
            std::thread::park();
        }
    }

    #[test]
    fn a_thread_goes_on_elsewhere() {
        // SAFETY: a handler as `sigaction` expects it, for a signal that nobody else sends.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
            action.sa_flags = libc::SA_SIGINFO;
            assert_eq!(libc::sigaction(libc::SIGRTMIN() + 13, &raw const action, std::ptr::null_mut()), 0);
        }
        std::thread::spawn(|| {
            // SAFETY: the signal has a handler.
            unsafe { libc::raise(libc::SIGRTMIN() + 13) };
            RETURNED.store(true, Ordering::SeqCst);
        });
        while STACK.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(!RETURNED.load(Ordering::SeqCst));
    }
}
