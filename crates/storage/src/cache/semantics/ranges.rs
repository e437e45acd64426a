//! `Range` (RFC 9110, section 14.2), as far as one range goes.

use std::ops::Range;

/// What a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// These bytes.
    Part(Range<u64>),
    /// None that there are.
    Nothing,
    /// All: several ranges at once may be answered so, and so is what is not understood.
    All,
}

/// Reads a `Range` header for a body of a length.
pub(super) fn asked(header: &str, length: u64) -> Asked {
    let Some((unit, set)) = header.split_once('=') else { return Asked::All };
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return Asked::All;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Asked::All };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.trim().is_empty() => first..length,
        (None, Some(suffix)) if first.trim().is_empty() => length.saturating_sub(suffix)..length,
        _ => return Asked::All,
    };
    if part.is_empty() { Asked::Nothing } else { Asked::Part(part) }
}

/// Digits only; more than a number can be is the most that it can be.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_a_part() {
        for (header, part) in [
            ("bytes=0-3", 0..4),
            ("Bytes = 0 - 3", 0..4),
            ("bytes=5-", 5..11),
            ("bytes=-4", 7..11),
            ("bytes=-99", 0..11),
            ("bytes=0-99999999999999999999999", 0..11),
            ("bytes=10-10", 10..11),
        ] {
            assert_eq!(asked(header, 11), Asked::Part(part), "{header}");
        }
    }

    #[test]
    fn what_is_not_there_and_what_is_not_understood() {
        for header in ["bytes=11-", "bytes=50-60", "bytes=-0"] {
            assert_eq!(asked(header, 11), Asked::Nothing, "{header}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Nothing);
        for header in ["bytes=0-1,3-4", "items=1", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=-", "bytes=+1-2"]
        {
            assert_eq!(asked(header, 11), Asked::All, "{header}");
        }
    }
}
