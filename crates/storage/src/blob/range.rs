//! Which bytes of an object (<https://developers.cloudflare.com/r2/api/workers/workers-api-reference/#ranged-reads>).

use super::BlobError;

/// A range that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeOption {
    /// From an offset, so many bytes: to the end where nothing is said.
    From {
        /// The first byte.
        offset: u64,
        /// How many; fewer are given where the object ends before.
        length: Option<u64>,
    },
    /// The last bytes.
    Suffix(u64),
    /// What a `Range` header says. One that asks for several ranges, or that makes no sense, asks for all.
    Header(String),
}

impl RangeOption {
    /// The offset and the length of what is given of an object of `size` bytes; nothing for all of it.
    ///
    /// # Errors
    /// [`BlobError::InvalidRange`] when none of its bytes are in the range.
    pub(super) fn resolve(&self, size: u64) -> Result<Option<(u64, u64)>, BlobError> {
        match self {
            Self::Header(header) => Ok(parse(header, size)),
            Self::Suffix(0) => Err(BlobError::InvalidRange),
            Self::Suffix(suffix) => within(size - size.min(*suffix), None, size).map(Some),
            Self::From { offset, length } => within(*offset, *length, size).map(Some),
        }
    }
}

fn within(offset: u64, length: Option<u64>, size: u64) -> Result<(u64, u64), BlobError> {
    let left = size.checked_sub(offset).ok_or(BlobError::InvalidRange)?;
    match length.unwrap_or(left) {
        0 => Err(BlobError::InvalidRange),
        length => Ok((offset, length.min(left))),
    }
}

/// A `Range` header (RFC 9110, section 14.2) with one range that the object has.
fn parse(header: &str, size: u64) -> Option<(u64, u64)> {
    let (unit, range) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || range.contains(',') {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let number = |digits: &str| {
        let digits = digits.trim();
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) { None } else { Some(digits.parse::<u64>().ok()) }
    };
    match (number(first)?, number(last)?) {
        (Some(first), Some(last)) if first <= last && first < size => Some((first, last.min(size - 1) - first + 1)),
        (Some(first), None) if last.trim().is_empty() && first < size => Some((first, size - first)),
        (None, Some(suffix)) if first.trim().is_empty() && suffix > 0 && suffix < size => Some((size - suffix, suffix)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(offset: u64, length: Option<u64>) -> RangeOption {
        RangeOption::From { offset, length }
    }

    #[test]
    fn ranges_are_cut_to_the_object() {
        assert_eq!(from(2, Some(3)).resolve(10).unwrap(), Some((2, 3)));
        assert_eq!(from(2, None).resolve(10).unwrap(), Some((2, 8)));
        assert_eq!(from(2, Some(u64::MAX)).resolve(10).unwrap(), Some((2, 8)));
        assert_eq!(RangeOption::Suffix(4).resolve(10).unwrap(), Some((6, 4)));
        assert_eq!(RangeOption::Suffix(40).resolve(10).unwrap(), Some((0, 10)));
        for none in [from(11, None), from(10, None), from(0, Some(0)), RangeOption::Suffix(0)] {
            assert!(matches!(none.resolve(10), Err(BlobError::InvalidRange)), "{none:?}");
        }
    }

    #[test]
    fn headers_that_make_no_sense_ask_for_all() {
        let resolve = |header: &str| RangeOption::Header(header.to_owned()).resolve(10).unwrap();
        assert_eq!(resolve("bytes=2-4"), Some((2, 3)));
        assert_eq!(resolve("Bytes = 2-"), Some((2, 8)));
        assert_eq!(resolve("bytes=-4"), Some((6, 4)));
        assert_eq!(resolve("bytes=8-99"), Some((8, 2)));
        for all in ["bytes=10-", "bytes=4-2", "bytes=-0", "bytes=-10", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b", "x"] {
            assert_eq!(resolve(all), None, "{all}");
        }
    }
}
