//! A response as it is kept.

use std::fs::File;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

/// All of a kept response but its body. Times are in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheHead {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// When the response was made, as far as is known: when it came, less the age that it had then.
    pub made: u64,
    /// When it ceases to be fresh.
    pub expires: u64,
}

impl CacheHead {
    /// Whether it may be used without asking the origin.
    pub fn is_fresh(&self, now: u64) -> bool {
        now < self.expires
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str().len() + value.len() + 64) as u64);
        256 + headers.sum::<u64>()
    }
}

/// A kept response.
#[derive(Debug)]
pub struct CacheEntry {
    /// Status and headers.
    pub head: CacheHead,
    /// The length of the body in bytes.
    pub length: u64,
    /// The body.
    pub body: CacheBody,
}

/// Where a kept body is. It stays readable when the entry is replaced or evicted meanwhile.
#[derive(Debug)]
pub enum CacheBody {
    /// In memory.
    Bytes(Bytes),
    /// In a file: see [`CacheBody::read`].
    File(File),
}

/// Headers as they are kept: `name:value` lines. No header's value holds a line feed.
pub(super) fn encode(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.push(b':');
        lines.extend_from_slice(value.as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// What [`encode`] wrote; nothing for what it would not write.
pub(super) fn decode(lines: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        headers.try_append(name, HeaderValue::from_bytes(&line[colon + 1..]).ok()?).ok()?;
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were() {
        let mut headers = HeaderMap::new();
        headers.append("x", HeaderValue::from_static("a:b"));
        headers.append("x", HeaderValue::from_bytes("gr\u{fc}n".as_bytes()).unwrap());
        headers.append("empty", HeaderValue::from_static(""));
        assert_eq!(decode(&encode(&headers)).unwrap(), headers);
        assert_eq!(decode(b"").unwrap(), HeaderMap::new());
        assert!(decode(b"no colon\n").is_none() && decode(b"a b:c\n").is_none());
    }
}
