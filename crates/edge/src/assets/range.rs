//! `Range` (RFC 9110, section 14): one range of bytes. Several at once may be ignored, and are.

/// What a `Range` header asks for, of a file so long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    /// All of it.
    Whole,
    /// From the first position to the last, inclusive.
    Part(u64, u64),
    /// Nothing that is there.
    Unsatisfiable,
}

pub(super) fn parse(header: &str, length: u64) -> Asked {
    let Some(spec) = header.trim().strip_prefix("bytes=").map(str::trim) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Asked::Whole;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number too long for 64 bits is past the end of any file.
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    match (first.trim(), last.trim()) {
        ("", suffix) if digits(suffix) => match number(suffix) {
            0 => Asked::Unsatisfiable,
            _ if length == 0 => Asked::Unsatisfiable,
            count => Asked::Part(length.saturating_sub(count), length - 1),
        },
        (first, last) if digits(first) && (last.is_empty() || digits(last)) => {
            let first = number(first);
            let last = if last.is_empty() { u64::MAX } else { number(last) };
            if last < first {
                Asked::Whole
            } else if first >= length {
                Asked::Unsatisfiable
            } else {
                Asked::Part(first, last.min(length - 1))
            }
        }
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (header, expected) in [
            ("bytes=0-4", Asked::Part(0, 4)),
            ("bytes=5-", Asked::Part(5, 9)),
            ("bytes=-3", Asked::Part(7, 9)),
            ("bytes=-30", Asked::Part(0, 9)),
            ("bytes=8-99999999999999999999999", Asked::Part(8, 9)),
            ("bytes=10-", Asked::Unsatisfiable),
            ("bytes=-0", Asked::Unsatisfiable),
            ("bytes=99999999999999999999999-", Asked::Unsatisfiable),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("items=0-1", Asked::Whole),
        ] {
            assert_eq!(parse(header, 10), expected, "{header}");
        }
        assert_eq!(parse("bytes=-1", 0), Asked::Unsatisfiable);
        assert_eq!(parse("bytes=0-", 0), Asked::Unsatisfiable);
    }
}
