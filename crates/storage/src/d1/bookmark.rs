//! Positions in a database's log of commits.

use std::fmt;
use std::str::FromStr;

/// The position of a commit: later commits sort after it, as values and as texts. In hosted's form, four groups of
/// hexadecimal digits. Here they are the number of the log, the number of the commit's last page in it, zero, and what
/// identifies the commit beyond doubt: the log's salt and the checksum of all that is in it up to there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bookmark {
    /// The log: SQLite's write-ahead log between two checkpoints.
    pub log: u32,
    /// Pages in the log up to the commit's last, which is counted.
    pub frame: u32,
    /// Salt and checksum.
    pub identity: u128,
}

impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:08x}-{:08x}-{:032x}", self.log, self.frame, 0, self.identity)
    }
}

/// A text that is no bookmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid bookmark: expected four groups of hexadecimal digits, like 00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683."
)]
pub struct InvalidBookmark;

impl FromStr for Bookmark {
    type Err = InvalidBookmark;

    fn from_str(text: &str) -> Result<Self, InvalidBookmark> {
        let groups: Vec<&str> = text.trim().split('-').collect();
        let [log, frame, third, identity] = groups.as_slice() else { return Err(InvalidBookmark) };
        let is_hex = |group: &str, length| group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit());
        if !(is_hex(log, 8) && is_hex(frame, 8) && is_hex(third, 8) && is_hex(identity, 32)) {
            return Err(InvalidBookmark);
        }
        let number = |group| u32::from_str_radix(group, 16).map_err(|_| InvalidBookmark);
        let identity = u128::from_str_radix(identity, 16).map_err(|_| InvalidBookmark)?;
        Ok(Self { log: number(log)?, frame: number(frame)?, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_as_values_do_and_are_read_back() {
        let at = |log, frame| Bookmark { log, frame, identity: u128::from(frame) << 7 };
        let all = [at(0, 0), at(1, 9), at(1, 10), at(1, 0xffff), at(2, 1), at(0x10, 0)];
        assert!(all.is_sorted() && all.map(|bookmark| bookmark.to_string()).is_sorted());
        for bookmark in all {
            assert_eq!(bookmark.to_string().parse(), Ok(bookmark));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let long = "g0000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683";
        for text in ["", "bogus", "1-2-3-4", "00000085-0000024c-00004c6d", long] {
            assert_eq!(text.parse::<Bookmark>(), Err(InvalidBookmark));
        }
    }
}
