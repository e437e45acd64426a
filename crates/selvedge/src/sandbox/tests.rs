//! The sandbox from within: the filters as programs, and all of it in a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, test_kill_process};
use seccompiler::{BpfProgram, TargetArch};

use super::enter::enter;
use super::filter::Filters;
use super::{Layers, Needs};

const ALLOW: u32 = 0x7fff_0000;
const ERRNO: u32 = 0x0005_0000;
const KILL: u32 = 0x8000_0000;

const X86_64: u32 = 0xc000_003e;
const I386: u32 = 0x4000_0003;

/// What the kernel would make of a call: a machine for the few instructions that seccompiler uses.
fn run(program: &BpfProgram, architecture: u32, call: i64, arguments: [u64; 6]) -> u32 {
    let mut data = Vec::new();
    data.extend(u32::try_from(call).unwrap().to_le_bytes());
    data.extend(architecture.to_le_bytes());
    data.extend(0_u64.to_le_bytes());
    data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
    let (mut place, mut value) = (0, 0_u32);
    loop {
        let instruction = &program[place];
        let k = instruction.k;
        place += 1;
        let jump = |condition: bool| usize::from(if condition { instruction.jt } else { instruction.jf });
        match instruction.code {
            0x20 => value = u32::from_le_bytes(data[k as usize..][..4].try_into().unwrap()),
            0x54 => value &= k,
            0x05 => place += k as usize,
            0x15 => place += jump(value == k),
            0x25 => place += jump(value > k),
            0x35 => place += jump(value >= k),
            0x06 => return k,
            code => panic!("no such instruction: {code:#x}"),
        }
    }
}

/// The answer of both: the one that refuses, and of two the later.
fn answer(filters: &Filters, call: i64, arguments: [u64; 6]) -> u32 {
    let [first, second] = [&filters.allow, &filters.refuse].map(|program| run(program, X86_64, call, arguments));
    if second == ALLOW { first } else { second }
}

fn filters(executable_memory: bool) -> Filters {
    Filters::new(TargetArch::x86_64, 4711, executable_memory).unwrap()
}

fn errno(number: i32) -> u32 {
    ERRNO | number.unsigned_abs()
}

#[test]
fn calls_by_their_numbers() {
    let filters = filters(true);
    let plain = |call| answer(&filters, call, [0; 6]);
    for call in [libc::SYS_read, libc::SYS_openat, libc::SYS_connect, libc::SYS_futex, libc::SYS_pwrite64] {
        assert_eq!(plain(call), ALLOW, "{call}");
    }
    for call in [libc::SYS_execve, libc::SYS_ptrace, libc::SYS_mount, libc::SYS_listen, libc::SYS_io_uring_setup] {
        assert_eq!(plain(call), errno(libc::EPERM), "{call}");
    }
    // What is on no list, and what no kernel has yet.
    for call in [libc::SYS_clone3, libc::SYS_acct, libc::SYS_landlock_restrict_self, 9999] {
        assert_eq!(plain(call), errno(libc::ENOSYS), "{call}");
    }
}

#[test]
fn no_call_is_both_allowed_and_refused() {
    let allowed = super::calls::ALLOWED.concat();
    for call in super::calls::REFUSED.concat() {
        assert!(!allowed.contains(&call), "{call}");
    }
}

#[test]
fn another_architectures_numbers_are_no_way_round() {
    for program in [filters(true).allow, filters(true).refuse] {
        assert_eq!(run(&program, I386, libc::SYS_read, [0; 6]), KILL);
    }
    // The 32-bit pointers of x86-64 have numbers with this bit.
    assert_eq!(answer(&filters(true), 0x4000_0000 | libc::SYS_execve, [0; 6]), errno(libc::ENOSYS));
}

#[test]
fn calls_by_their_arguments() {
    let filters = filters(true);
    let first = |call, value: i32| answer(&filters, call, [u64::from(value.unsigned_abs()), 0, 0, 0, 0, 0]);
    let second = |call, value| answer(&filters, call, [1, value, 0, 0, 0, 0]);
    let refused = errno(libc::EPERM);

    assert_eq!(first(libc::SYS_socket, libc::AF_INET6), ALLOW);
    for family in [libc::AF_NETLINK, libc::AF_PACKET, libc::AF_VSOCK, libc::AF_ALG] {
        assert_eq!(first(libc::SYS_socket, family), refused, "{family}");
    }
    assert_eq!(first(libc::SYS_tgkill, 4711), ALLOW);
    assert_eq!(first(libc::SYS_tgkill, 1), refused);
    assert_eq!(first(libc::SYS_prctl, libc::PR_SET_NAME), ALLOW);
    assert_eq!(first(libc::SYS_prctl, libc::PR_SET_SECCOMP), refused);
    assert_eq!(second(libc::SYS_ioctl, libc::FIONBIO), ALLOW);
    assert_eq!(second(libc::SYS_ioctl, libc::TIOCSTI), refused);

    for (arguments, expected) in [([0, 0], ALLOW), ([0, 1], refused), ([1, 0], refused)] {
        let [which, who] = arguments;
        assert_eq!(answer(&filters, libc::SYS_setpriority, [which, who, 5, 0, 0, 0]), expected, "{arguments:?}");
    }
    for call in [libc::SYS_sched_setattr, libc::SYS_sched_setaffinity] {
        assert_eq!(first(call, 0), ALLOW);
        assert_eq!(first(call, 1), refused);
    }
    for (thread, policy, expected) in [
        (0, libc::SCHED_IDLE, ALLOW),
        (0, libc::SCHED_OTHER, ALLOW),
        (1, libc::SCHED_IDLE, refused),
        (0, libc::SCHED_FIFO, refused),
    ] {
        let arguments = [thread, u64::from(policy.unsigned_abs()), 0, 0, 0, 0];
        assert_eq!(answer(&filters, libc::SYS_sched_setscheduler, arguments), expected, "{policy}");
    }

    let thread = libc::CLONE_VM | libc::CLONE_FS | libc::CLONE_FILES | libc::CLONE_SIGHAND | libc::CLONE_THREAD;
    assert_eq!(first(libc::SYS_clone, thread), ALLOW);
    for other in [libc::SIGCHLD, libc::CLONE_VM | libc::CLONE_VFORK, thread | libc::CLONE_NEWNET] {
        assert_eq!(first(libc::SYS_clone, other), refused, "{other:#x}");
    }
}

#[test]
fn memory_is_made_executable_by_compilers_only() {
    let protection = |value: i32| [0, 4096, u64::from(value.unsigned_abs()), 0, 0, 0];
    for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
        let executable = protection(libc::PROT_READ | libc::PROT_EXEC);
        assert_eq!(answer(&filters(true), call, executable), ALLOW);
        assert_eq!(answer(&filters(false), call, executable), errno(libc::EPERM));
        assert_eq!(answer(&filters(false), call, protection(libc::PROT_READ | libc::PROT_WRITE)), ALLOW);
    }
}

#[test]
fn both_architectures_have_programs() {
    for arch in [TargetArch::x86_64, TargetArch::aarch64] {
        let filters = Filters::new(arch, 1, true).unwrap();
        assert!(filters.allow.len() > 100 && filters.refuse.len() > 50);
    }
}

/// Where the process of [`inside`] finds its files.
const FOLDER: &str = "SELVEDGE_TEST_SANDBOX";

/// Runs [`inside`] in a process of its own, as there is no way back, and reads what it could do.
fn from_within(folder: &Path) -> BTreeMap<String, String> {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "sandbox::tests::inside", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{text}\n{}", String::from_utf8_lossy(&child.stderr));
    text.lines()
        .filter_map(|line| line.strip_prefix("> ")?.split_once('='))
        .map(|(a, b)| (a.into(), b.into()))
        .collect()
}

#[test]
fn every_thread_is_inside() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["state/kv", "assets"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    for name in ["state/old", "assets/page", "secret"] {
        fs::write(folder.path().join(name), "text").unwrap();
    }
    let found = from_within(folder.path());
    let layers = &found["layers"];
    let (files, calls) = (layers.contains("files"), layers.contains("system calls"));
    for thread in ["first", "before", "after"] {
        let got = |what: &str| found[&format!("{thread} {what}")].as_str();
        for what in
            ["state", "old file", "move", "asset", "connect", "lookup", "thread", "hosts", "self", "null", "udp"]
        {
            assert_eq!(got(what), "done", "{thread} {what}: {found:?}");
        }
        for what in ["secret", "passwd", "asset write", "beside", "root"] {
            assert!(!files || got(what) == "PermissionDenied", "{thread} {what}: {found:?}");
        }
        for what in ["exec", "spawn", "listen", "kill", "ask", "pidfd", "link"] {
            assert!(!calls || got(what) == "PermissionDenied", "{thread} {what}: {found:?}");
        }
        assert!(!calls || got("rank of another") == "PermissionDenied", "{thread}: {found:?}");
        assert_eq!((got("rank"), got("real time")), ("done", "PermissionDenied"), "{thread}: {found:?}");
        assert_eq!(got("privileges"), "NoNewPrivs 1, CapEff 0000000000000000, CapPrm 0000000000000000");
    }
}

/// Not a test by itself: it takes the process apart from the world.
#[test]
#[ignore = "run by every_thread_is_inside in a process of its own"]
fn inside() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (go, wait) = channel::<()>();
    let attempts = folder.clone();
    let before = std::thread::spawn(move || {
        wait.recv().unwrap();
        attempt_all("before", &attempts, port);
    });
    let needs =
        Needs { state: Some(folder.join("state")), assets: vec![folder.join("assets")], executable_memory: true };
    let (_held, Layers { on, .. }) = enter(&needs).unwrap();
    println!("\n> layers={}", on.join(", "));
    go.send(()).unwrap();
    before.join().unwrap();
    attempt_all("first", &folder, port);
    std::thread::spawn(move || attempt_all("after", &folder, port)).join().unwrap();
}

/// Sets how a thread is scheduled, as it is by default or at the lowest of the real-time priorities.
#[allow(unsafe_code, reason = "no crate in use here has the call")]
fn schedule(thread: i32, policy: i32) -> io::Result<()> {
    let attributes = libc::sched_attr {
        size: 48,
        sched_policy: policy.unsigned_abs(),
        sched_flags: 0,
        sched_nice: 0,
        sched_priority: u32::from(policy == libc::SCHED_FIFO),
        sched_runtime: 0,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the attributes outlive the call, and are of the size that they say.
    match unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const attributes, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn attempt_all(thread: &str, folder: &Path, port: u16) {
    let tell = |what: &str, result: io::Result<()>| {
        let text = result.map_or_else(|error| format!("{:?}", error.kind()), |()| "done".to_owned());
        println!("> {thread} {what}={text}");
    };
    let state = folder.join("state");
    tell("state", fs::write(state.join("new"), "text"));
    tell("old file", fs::write(state.join("old"), "text"));
    tell("move", fs::rename(state.join("new"), state.join("kv/new")));
    tell("asset", fs::read(folder.join("assets/page")).map(drop));
    tell("connect", TcpStream::connect(("127.0.0.1", port)).map(drop));
    tell("lookup", std::net::ToSocketAddrs::to_socket_addrs(&("localhost", 1)).map(drop));
    tell("thread", std::thread::Builder::new().spawn(|| {}).map(|thread| thread.join().unwrap()));
    tell("hosts", fs::read("/etc/hosts").map(drop));
    tell("self", fs::read("/proc/self/status").map(drop));
    tell("udp", UdpSocket::bind("127.0.0.1:0").map(drop));
    tell("null", fs::write("/dev/null", "text"));
    tell("rank", schedule(0, libc::SCHED_OTHER));
    tell("real time", schedule(0, libc::SCHED_FIFO));
    tell("rank of another", schedule(rustix::process::getpid().as_raw_nonzero().get(), libc::SCHED_OTHER));

    tell("secret", fs::read(folder.join("secret")).map(drop));
    tell("passwd", fs::read("/etc/passwd").map(drop));
    tell("asset write", fs::write(folder.join("assets/page"), "text"));
    tell("beside", fs::write(folder.join("new"), "text"));
    tell("root", fs::read_dir("/").map(drop));

    tell("exec", Err(Command::new("/bin/true").exec()));
    tell("spawn", Command::new("/bin/true").spawn().map(drop));
    tell("listen", TcpListener::bind("127.0.0.1:0").map(drop));
    let parent = rustix::process::getppid().unwrap();
    tell("kill", kill_process(parent, Signal::CONT).map_err(io::Error::from));
    tell("ask", test_kill_process(Pid::INIT).map_err(io::Error::from));
    tell("pidfd", pidfd_open(parent, PidfdFlags::empty()).map(drop).map_err(io::Error::from));
    tell("link", std::os::unix::fs::symlink("/etc/passwd", state.join("link")));

    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t")).unwrap_or("?");
    println!(
        "> {thread} privileges=NoNewPrivs {}, CapEff {}, CapPrm {}",
        field("NoNewPrivs"),
        field("CapEff"),
        field("CapPrm")
    );
}
