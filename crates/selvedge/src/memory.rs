//! How much memory there is.

use std::path::Path;

/// What is assumed where the system does not say: 4 GiB.
const ASSUMED: u64 = 4 << 30;

/// What this process may use, in bytes: what the machine has, or less if its control group has less.
pub(crate) fn available() -> u64 {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).unwrap_or_default();
    let groups = [read("/sys/fs/cgroup/memory.max"), read("/sys/fs/cgroup/memory/memory.limit_in_bytes")];
    bound(&read("/proc/meminfo"), &groups)
}

/// The least of what Linux's files say.
fn bound(meminfo: &str, groups: &[String]) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let total = total.and_then(|text| text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    // Without a limit a group says "max", or a number near the largest.
    let groups = groups.iter().filter_map(|text| text.trim().parse().ok());
    groups.chain(total.map(|kilobytes| kilobytes << 10)).min().unwrap_or(ASSUMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMINFO: &str = "MemTotal:       24000000 kB\nMemFree:        1 kB\n";

    #[test]
    fn the_least_counts() {
        let of = |groups: [&str; 2]| bound(MEMINFO, &groups.map(str::to_owned));
        assert_eq!(of(["max\n", ""]), 24_000_000 << 10);
        assert_eq!(of(["1073741824\n", ""]), 1 << 30);
        assert_eq!(of(["", "9223372036854771712\n"]), 24_000_000 << 10);
        assert_eq!(bound("", &[]), ASSUMED);
    }
}
