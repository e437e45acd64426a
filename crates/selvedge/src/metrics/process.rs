//! What the operating system says of this process: the metrics that Prometheus's own clients give every process, under
//! the names that dashboards know (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>).
//! Linux has them in `/proc`; elsewhere they are left out.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use rustix::process::{Resource, getrlimit};

/// A process at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Process {
    /// Memory that is in use, in bytes.
    pub(super) resident_bytes: u64,
    /// Memory that has addresses, in bytes.
    pub(super) virtual_bytes: u64,
    /// CPU time, of all threads, in seconds.
    pub(super) cpu_seconds: f64,
    /// Its threads.
    pub(super) threads: u64,
}

/// The unit of CPU time in `/proc`: Linux promises programs this many in a second, whatever its own clock.
pub(crate) const TICKS: f64 = 100.0;

/// Where to look. The files are opened once: a sandbox may not let them be opened later.
#[derive(Debug)]
pub(super) struct Proc {
    stat: Option<File>,
    status: Option<File>,
}

impl Proc {
    pub(super) fn open() -> Self {
        Self { stat: File::open("/proc/self/stat").ok(), status: File::open("/proc/self/status").ok() }
    }

    /// This process now.
    pub(super) fn process(&self) -> Option<Process> {
        parse(&read(self.stat.as_ref()?)?, &read(self.status.as_ref()?)?)
    }
}

/// Such a file is made anew at each read of its beginning.
pub(crate) fn read(file: &File) -> Option<String> {
    let mut bytes = [0; 8192];
    let length = file.read_at(&mut bytes, 0).ok()?;
    Some(String::from_utf8_lossy(bytes.get(..length)?).into_owned())
}

/// How many files are open; nothing where the system does not tell.
pub(super) fn open_files() -> Option<u64> {
    // One of them is the folder that is being read.
    fs::read_dir("/proc/self/fd").ok().map(|files| (files.count() as u64).saturating_sub(1))
}

/// How many files may be open.
pub(super) fn most_open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// Reads `/proc/PID/stat` (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>) and `/proc/PID/status`.
fn parse(stat: &str, status: &str) -> Option<Process> {
    // The second field is the program's name in parentheses, which may have anything in it.
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    // Fields are numbered from 1, and these begin with the third.
    let ticks = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Process {
        resident_bytes: line("VmRSS")? * 1024,
        virtual_bytes: line("VmSize")? * 1024,
        cpu_seconds: (ticks(14)? + ticks(15)?) as f64 / TICKS,
        threads: line("Threads")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let stat = "42 (a) b) R 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20 0 7 0 100 4096000 12 18446744073709551615";
        let status = "Name:\ta) b\nVmPeak:\t    9 kB\nVmSize:\t    8 kB\nVmRSS:\t     3 kB\nThreads:\t7\n";
        let expected = Process { resident_bytes: 3072, virtual_bytes: 8192, cpu_seconds: 4.0, threads: 7 };
        assert_eq!(parse(stat, status), Some(expected));
        assert_eq!(parse("42 (a", status), None);
        assert_eq!(parse(stat, ""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_found() {
        let process = Proc::open().process().unwrap();
        assert!(process.resident_bytes > 0 && process.threads > 0, "{process:?}");
        assert!(open_files().unwrap() > 0);
    }
}
