//! Restrictions that Linux keeps for each thread by itself, put on all threads of the process.
//!
//! What a thread may open (Landlock) and its capabilities are its own: threads that it makes inherit them, those that are
//! there already keep what they had. V8 makes a thread when it is initialized, and at the end of its start a server has
//! all of its threads. To restrict the first thread before there are others would cover them too, and was dropped: the
//! start reads and runs what must be out of reach afterwards (sources, secrets, the projects' own builds).
//!
//! So each thread restricts itself, in the handler of a signal that is sent to one after the other. The C library does
//! the same to change the user of a process, and libpsx to change its capabilities. A thread that is made meanwhile
//! inherits from one that is restricted, or is found when the threads are listed again. From Linux 7.0 the kernel does
//! it for Landlock by itself, not for capabilities.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cpu::thread_number;

/// How long one thread may take. It has the signal as soon as it is scheduled.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is asked whether it is done.
const PAUSE: Duration = Duration::from_micros(50);

/// More capabilities than there are: the loop ends at the first that the kernel does not know.
const MOST_CAPABILITIES: libc::c_ulong = 64;

const NO_RULESET: i32 = -1;

// A handler can be told things by statics alone.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
static RULESET: AtomicI32 = AtomicI32::new(NO_RULESET);
static DROP_CAPABILITIES: AtomicBool = AtomicBool::new(false);
/// The thread that answered (upper half), the step at which it failed and the error's number (lower half; 0: done).
static ANSWER: AtomicU64 = AtomicU64::new(0);

/// What is taken from every thread. `no_new_privs` is always set: what a thread executes gains nothing by it.
#[derive(Debug, Default)]
pub struct ThreadRestrictions {
    /// A ruleset of Landlock (<https://docs.kernel.org/userspace-api/landlock.html>).
    pub landlock: Option<OwnedFd>,
    /// Whether all capabilities go, with the bounding set where the thread may lower that.
    pub drop_capabilities: bool,
}

/// Why the threads are not restricted. Some of them may be.
#[derive(Debug, thiserror::Error)]
pub enum RestrictError {
    /// The threads cannot be listed.
    #[error("cannot list the threads of this process in /proc/self/task: {0}; is /proc mounted?")]
    Threads(io::Error),
    /// The handler cannot be installed, or the signal not be sent.
    #[error("cannot send the threads of this process a signal: {0}")]
    Signal(io::Error),
    /// A thread never got the signal.
    #[error("thread {thread} of this process did not answer within {PATIENCE:?}")]
    Silent {
        /// Its number.
        thread: i32,
    },
    /// The kernel refused a thread what it wanted.
    #[error("thread {thread} of this process cannot {what}: {cause}")]
    Refused {
        /// Its number.
        thread: i32,
        /// What it wanted.
        what: &'static str,
        /// The kernel's reason.
        cause: io::Error,
    },
}

/// Restricts all threads of the process, for good, with those that they make from now on. The result is how many there
/// were.
///
/// # Errors
/// One of them is not restricted. The process should end then.
pub fn restrict_every_thread(restrictions: &ThreadRestrictions) -> Result<usize, RestrictError> {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    RULESET.store(restrictions.landlock.as_ref().map_or(NO_RULESET, AsRawFd::as_raw_fd), Ordering::SeqCst);
    DROP_CAPABILITIES.store(restrictions.drop_capabilities, Ordering::SeqCst);
    let signal = Signal::handled()?;
    let own = thread_number();
    let mut done: Vec<i32> = Vec::new();
    loop {
        let threads = threads()?;
        let new: Vec<i32> = threads.into_iter().filter(|thread| *thread != own && !done.contains(thread)).collect();
        if new.is_empty() {
            break;
        }
        for thread in new {
            signal.restrict(thread)?;
            done.push(thread);
        }
    }
    // Last, as it may be that it could not list the others afterwards.
    signal.restrict(own)?;
    Ok(done.len() + 1)
}

fn threads() -> Result<Vec<i32>, RestrictError> {
    let entries = std::fs::read_dir("/proc/self/task").and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(RestrictError::Threads)?;
    Ok(entries.iter().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// The signal while it has our handler. It is one that nobody else sends; afterwards it is ignored.
struct Signal(i32);

impl Signal {
    fn handled() -> Result<Self, RestrictError> {
        let signal = Self(libc::SIGRTMIN() + 9);
        let handler: extern "C" fn(i32) = restrict_this_thread;
        signal.set_handler(handler as libc::sighandler_t)?;
        Ok(signal)
    }

    #[allow(unsafe_code)]
    fn set_handler(&self, handler: libc::sighandler_t) -> Result<(), RestrictError> {
        // SAFETY: all zero is a valid `sigaction`, whose fields are set below.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = handler;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        // SAFETY: `action` outlives both calls; the handler makes system calls and touches atomics, nothing else.
        let result = unsafe {
            libc::sigfillset(&raw mut action.sa_mask);
            libc::sigaction(self.0, &raw const action, std::ptr::null_mut())
        };
        if result == 0 { Ok(()) } else { Err(RestrictError::Signal(io::Error::last_os_error())) }
    }

    /// Lets a thread restrict itself, and waits until it has.
    fn restrict(&self, thread: i32) -> Result<(), RestrictError> {
        if !self.send(thread)? {
            return Ok(());
        }
        let place = PathBuf::from(format!("/proc/self/task/{thread}"));
        let begun = Instant::now();
        loop {
            let answer = ANSWER.load(Ordering::SeqCst);
            if answer >> 32 == u64::from(thread.unsigned_abs()) {
                ANSWER.store(0, Ordering::SeqCst);
                return match Failure::decode(answer) {
                    None => Ok(()),
                    Some(Failure { what, number }) => {
                        Err(RestrictError::Refused { thread, what, cause: io::Error::from_raw_os_error(number) })
                    }
                };
            }
            if begun.elapsed() > PATIENCE {
                return Err(RestrictError::Silent { thread });
            }
            std::thread::sleep(PAUSE);
            // It may have ended without looking at its signals.
            if thread != thread_number() && !place.exists() {
                return Ok(());
            }
        }
    }

    /// Sends the signal to a thread; says whether there is such a thread.
    #[allow(unsafe_code)]
    fn send(&self, thread: i32) -> Result<bool, RestrictError> {
        let process = std::process::id();
        // SAFETY: a system call on numbers.
        if unsafe { libc::syscall(libc::SYS_tgkill, process, thread, self.0) } == 0 {
            return Ok(true);
        }
        match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            error => Err(RestrictError::Signal(error)),
        }
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        // It was valid for this signal when the handler was set.
        let _ = self.set_handler(libc::SIG_IGN);
    }
}

/// The steps, by what a failure of theirs is called.
const STEPS: [&str; 3] =
    ["set no_new_privs", "restrict itself with Landlock (landlock_restrict_self)", "drop its capabilities (capset)"];

struct Failure {
    what: &'static str,
    number: i32,
}

impl Failure {
    fn decode(answer: u64) -> Option<Self> {
        let step = usize::try_from(answer >> 16 & 0xffff).unwrap_or_default();
        let what = STEPS.get(step.checked_sub(1)?)?;
        Some(Self { what, number: i32::try_from(answer & 0xffff).unwrap_or_default() })
    }
}

/// The handler. Nothing in it allocates, locks or uses thread-local data other than `errno`, which it puts back.
#[allow(unsafe_code)]
extern "C" fn restrict_this_thread(_signal: i32) {
    // SAFETY: the C library's own `errno` of this thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    // SAFETY: see the function.
    let step = unsafe { restrict() };
    // SAFETY: as above.
    let number = if step == 0 { 0 } else { unsafe { *errno } };
    let failure = u64::from(step) << 16 | u64::from(number.unsigned_abs() & 0xffff);
    ANSWER.store(u64::from(thread_number().unsigned_abs()) << 32 | failure, Ordering::SeqCst);
    // SAFETY: as above.
    unsafe { *errno = before };
}

/// The step that failed, counted from 1, with its reason in `errno`; 0 when all is done.
///
/// # Safety
/// None for memory: system calls on numbers and on data of this function. What the thread may do is less afterwards.
#[allow(unsafe_code)]
unsafe fn restrict() -> u16 {
    #[repr(C)]
    struct Header {
        version: u32,
        thread: i32,
    }
    #[repr(C)]
    struct Capabilities {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    const VERSION_3: u32 = 0x2008_0522;
    const NONE: Capabilities = Capabilities { effective: 0, permitted: 0, inheritable: 0 };

    // SAFETY: see above; the pointers given to `capset` are to data that outlives the call.
    unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return 1;
        }
        let ruleset = RULESET.load(Ordering::SeqCst);
        if ruleset != NO_RULESET && libc::syscall(libc::SYS_landlock_restrict_self, ruleset, 0) != 0 {
            return 2;
        }
        if DROP_CAPABILITIES.load(Ordering::SeqCst) {
            // Needs a capability itself (CAP_SETPCAP). Without it the bounding set stays, and means nothing, as
            // nothing that is executed gains a capability from it.
            for capability in 0..MOST_CAPABILITIES {
                if libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 {
                    break;
                }
            }
            let header = Header { version: VERSION_3, thread: 0 };
            let none = [NONE, NONE];
            // The ambient set goes with the permitted one.
            if libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) != 0 {
                return 3;
            }
        }
    }
    0
}
