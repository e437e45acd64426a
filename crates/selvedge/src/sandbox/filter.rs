//! The seccomp filters (<https://docs.kernel.org/userspace-api/seccomp_filter.html>).
//!
//! There are two, as a filter of seccompiler has one answer for what it lists and one for the rest. The first lets pass
//! what is on the list and gives `ENOSYS` to the rest. The second, over it, gives `EPERM` to what is refused by name and
//! to allowed calls with arguments that are not. Where both refuse, the kernel takes the answer of the later one. For
//! calls that neither looks into, the kernel remembers that they pass, and runs no filter.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::calls;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The filters, in the order in which they are installed.
#[derive(Debug)]
pub(super) struct Filters {
    /// What is on no list does not exist.
    pub(super) allow: BpfProgram,
    /// What is refused by name or for its arguments.
    pub(super) refuse: BpfProgram,
}

impl Filters {
    /// The filters of a process.
    ///
    /// # Errors
    /// Their rules make no program: a defect of ours.
    pub(super) fn new(arch: TargetArch, process: u32, executable_memory: bool) -> Result<Self, BackendError> {
        let (errno, allow) = (|number: i32| SeccompAction::Errno(number.unsigned_abs()), SeccompAction::Allow);
        let program = |rules, others, listed| SeccompFilter::new(rules, others, listed, arch)?.try_into();
        Ok(Self {
            allow: program(listed(calls::ALLOWED), errno(libc::ENOSYS), allow.clone())?,
            refuse: program(refused(process, executable_memory)?, allow, errno(libc::EPERM))?,
        })
    }
}

/// Each call, whatever its arguments are.
fn listed(lists: &[&[libc::c_long]]) -> Rules {
    lists.concat().into_iter().map(|call| (call, Vec::new())).collect()
}

fn refused(process: u32, executable_memory: bool) -> Result<Rules, BackendError> {
    let numbers = |values: &[i32]| values.iter().map(|value| u64::from(value.unsigned_abs())).collect::<Vec<_>>();
    let mut rules = listed(calls::REFUSED);
    rules.insert(libc::SYS_ioctl, vec![none_of(1, calls::REQUESTS)?]);
    rules.insert(libc::SYS_prctl, vec![none_of(0, &numbers(calls::OPTIONS))?]);
    rules.insert(libc::SYS_socket, vec![none_of(0, &numbers(calls::FAMILIES))?]);
    rules.insert(libc::SYS_tgkill, vec![none_of(0, &[u64::from(process)])?]);
    let own = [none_of(0, &[libc::PRIO_PROCESS.into()])?, none_of(1, &[0])?];
    rules.insert(libc::SYS_setpriority, own.into());
    let own = [none_of(0, &[0])?, none_of(1, &numbers(calls::POLICIES))?];
    rules.insert(libc::SYS_sched_setscheduler, own.into());
    // What it asks for lies in memory, which a filter does not see. There is no more to be had than by the one above:
    // see `enter`.
    rules.insert(libc::SYS_sched_setattr, vec![none_of(0, &[0])?]);
    rules.insert(libc::SYS_sched_setaffinity, vec![none_of(0, &[0])?]);
    // A thread of this process, and no other.
    let flag = |flag: i32| u64::from(flag.unsigned_abs());
    let mut clone = vec![masked(0, flag(libc::CLONE_THREAD), 0)?, masked(0, flag(libc::CLONE_VM), 0)?];
    for namespace in calls::NAMESPACES {
        clone.push(masked(0, flag(*namespace), flag(*namespace))?);
    }
    rules.insert(libc::SYS_clone, clone);
    if !executable_memory {
        let executable = flag(libc::PROT_EXEC);
        for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
            rules.insert(call, vec![masked(2, executable, executable)?]);
        }
    }
    Ok(rules)
}

/// The argument is none of these.
fn none_of(argument: u8, values: &[u64]) -> Result<SeccompRule, BackendError> {
    let differs = |value: &u64| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, *value);
    SeccompRule::new(values.iter().map(differs).collect::<Result<_, _>>()?)
}

/// The argument has this value under a mask.
fn masked(argument: u8, mask: u64, value: u64) -> Result<SeccompRule, BackendError> {
    let operator = SeccompCmpOp::MaskedEq(mask);
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)?])
}

/// Filters the system calls of all threads of this process, for good. Says whether the kernel and the processor have
/// such filters.
///
/// # Errors
/// They have, and refuse ours.
pub(super) fn apply(executable_memory: bool) -> Result<bool, Error> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
    let filters = Filters::new(arch, std::process::id(), executable_memory)?;
    match seccompiler::apply_filter_all_threads(&filters.allow) {
        Err(Error::Seccomp(error)) if is_unknown(&error) => return Ok(false),
        applied => applied?,
    }
    seccompiler::apply_filter_all_threads(&filters.refuse)?;
    Ok(true)
}

/// What a kernel without seccomp filters says (and gVisor, which has none either).
fn is_unknown(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL))
}
