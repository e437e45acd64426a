//! Which files stay within reach, and the Landlock ruleset that says so.
//!
//! Landlock (<https://docs.kernel.org/userspace-api/landlock.html>) knows files by what they are, not by name: a file
//! that is replaced by another of the same name is out of reach, and so is a folder. That is harmless for the folders
//! here, whose contents are covered, and matters for `/etc/resolv.conf`: it is written anew in place by some, replaced
//! by others. Where it is a link into a folder of its own (systemd-resolved, resolvconf, NetworkManager), the folder is
//! covered.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};

/// The oldest Landlock with which files may be moved from folder to folder, as R2 does: Linux 5.19.
const OLDEST: ABI = ABI::V2;

/// What this was tried with. Newer kernels refuse more only to who asks for it.
const NEWEST: ABI = ABI::V6;

/// Folders of the system that are read: for name service modules that the C library loads when it looks up the first
/// name, for time zones.
const LIBRARIES: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo"];

/// Files of the system that are read: to look up names (getaddrinfo(3), gai.conf(5)), and the time zone, which V8's
/// ICU asks for.
const SETTINGS: [&str; 9] = [
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    RESOLVERS,
    "/etc/services",
    "/etc/timezone",
];

const RESOLVERS: &str = "/etc/resolv.conf";

/// What is read of the machine: randomness, and how much memory and how many cores there are.
const MACHINE: [&str; 6] = [
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
];

/// The same, of the kind that the kernel makes up when asked: Landlock forgets these unless they are held open.
const PROCESS: [&str; 7] = [
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/pressure",
    "/proc/self",
    "/proc/stat",
    "/proc/sys/vm/overcommit_memory",
];

/// What is written of the machine.
const SINKS: [&str; 1] = ["/dev/null"];

/// What may be done beneath a path that is read. Not `Execute`: nothing is ever executed.
fn reading() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

/// What may be done beneath the state folder: all but special files, links and devices.
fn keeping() -> BitFlags<AccessFs> {
    reading()
        | AccessFs::WriteFile
        | AccessFs::RemoveDir
        | AccessFs::RemoveFile
        | AccessFs::MakeDir
        | AccessFs::MakeReg
        | AccessFs::Refer
        | AccessFs::Truncate
}

/// Which paths stay within reach, with all beneath them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FilePolicy {
    /// They are read.
    pub(super) read: Vec<PathBuf>,
    /// They are read, and must be held open.
    pub(super) held: Vec<PathBuf>,
    /// Devices that are written.
    pub(super) sinks: Vec<PathBuf>,
    /// Data is kept there.
    pub(super) keep: Vec<PathBuf>,
}

impl FilePolicy {
    /// The policy of a server. `resolvers` is where `/etc/resolv.conf` really is; `program` is what runs, whose symbols
    /// are read when something panics.
    pub(super) fn new(
        state: Option<&Path>,
        assets: &[PathBuf],
        resolvers: Option<&Path>,
        program: Option<PathBuf>,
    ) -> Self {
        let mut read: Vec<PathBuf> = assets.to_vec();
        read.extend([&LIBRARIES[..], &SETTINGS[..], &MACHINE[..]].concat().into_iter().map(PathBuf::from));
        let folder = resolvers.and_then(Path::parent).filter(|folder| folder.starts_with("/run"));
        read.extend(folder.filter(|folder| *folder != Path::new("/run")).map(Path::to_owned));
        read.extend(program);
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        Self {
            read,
            held: paths(&PROCESS),
            sinks: paths(&SINKS),
            keep: state.iter().map(|path| (*path).to_owned()).collect(),
        }
    }

    /// [`FilePolicy::new`] on this machine.
    pub(super) fn here(state: Option<&Path>, assets: &[PathBuf]) -> Self {
        Self::new(state, assets, std::fs::canonicalize(RESOLVERS).ok().as_deref(), std::env::current_exe().ok())
    }
}

/// How much of it the kernel enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Support {
    /// The files, all rights that matter.
    pub(super) files: bool,
    /// Also that no TCP port is bound: Linux 6.7.
    pub(super) ports: bool,
}

impl Support {
    /// What this kernel can do.
    pub(super) fn here() -> Self {
        let must = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let files = must().handle_access(AccessFs::from_all(OLDEST)).is_ok();
        Self { files, ports: files && must().handle_access(AccessNet::BindTcp).is_ok() }
    }
}

/// A ruleset, and what must be held open for it.
#[derive(Debug)]
pub(super) struct Rules {
    /// For `landlock_restrict_self`. None where the kernel has no Landlock.
    pub(super) ruleset: Option<OwnedFd>,
    /// Files that Landlock would forget.
    pub(super) held: Vec<File>,
}

impl Rules {
    /// Makes the ruleset. What is not there is left out.
    ///
    /// # Errors
    /// The kernel refuses what it should be able to do.
    pub(super) fn new(policy: &FilePolicy) -> Result<Self, RulesetError> {
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::BindTcp)?
            .scope(Scope::from_all(NEWEST))?
            .create()?;
        let held: Vec<File> = policy.held.iter().filter_map(|path| File::open(path).ok()).collect();
        let of_held = held.iter().map(|file| -> Result<_, RulesetError> {
            let is_folder = file.metadata().is_ok_and(|metadata| metadata.is_dir());
            Ok(PathBeneath::new(file, if is_folder { reading() } else { AccessFs::ReadFile.into() }))
        });
        let ruleset = ruleset
            .add_rules(path_beneath_rules(&policy.read, reading()))?
            .add_rules(of_held)?
            .add_rules(path_beneath_rules(&policy.sinks, AccessFs::WriteFile))?
            .add_rules(path_beneath_rules(&policy.keep, keeping()))?;
        Ok(Self { ruleset: ruleset.into(), held })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_machine_are_in_no_path() {
        let policy = FilePolicy::new(Some(Path::new("/srv/state")), &["/srv/site/public".into()], None, None);
        for secret in ["/etc/passwd", "/etc/shadow", "/root/.ssh/id_rsa", "/srv/site/.dev.vars", "/home/a", "/tmp/x"] {
            let secret = Path::new(secret);
            let all = policy.read.iter().chain(&policy.held).chain(&policy.sinks).chain(&policy.keep);
            assert_eq!(all.filter(|path| secret.starts_with(path)).count(), 0, "{}", secret.display());
        }
        assert_eq!(policy.keep, [Path::new("/srv/state")]);
    }

    #[test]
    fn resolvers_in_a_folder_of_their_own_may_be_replaced_there() {
        let read = |resolvers: &str| FilePolicy::new(None, &[], Some(Path::new(resolvers)), None).read;
        assert!(read("/run/systemd/resolve/stub-resolv.conf").contains(&"/run/systemd/resolve".into()));
        for elsewhere in ["/etc/resolv.conf", "/run/resolv.conf", "/home/a/resolv.conf"] {
            let parent = Path::new(elsewhere).parent().unwrap().to_owned();
            assert!(!read(elsewhere).contains(&parent), "{elsewhere}");
        }
    }
}
