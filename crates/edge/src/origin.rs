//! The origin that a request's URL begins with.
//!
//! The requests of a connection mostly ask for the same host. Whether it is as the URL Standard writes it takes longer to
//! find out than to compare two of them; so what was found for the first is kept for the others
//! ([`ClientInfo::origin`](crate::ClientInfo::origin)). To parse each URL whole would cost more than all else that is done
//! about one here, and most come out as they went in.

use std::net::Ipv4Addr;

use url::Url;

use crate::Scheme;
use crate::ascii::alphanumeric_or;

/// Scheme and host of a request's URL.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `scheme://host`.
    text: String,
    /// Where the host begins.
    host: usize,
    /// Whether normalizing changes nothing about the host.
    is_normal: bool,
}

impl Origin {
    /// Of a host as in a `Host` header: any case, maybe with a port.
    pub fn new(scheme: Scheme, host: &str) -> Self {
        let text = [scheme.as_str(), "://", host].concat();
        Self { host: text.len() - host.len(), text, is_normal: is_normal_host(host) }
    }

    /// The host, as the request names it.
    pub fn host(&self) -> &str {
        &self.text[self.host..]
    }

    /// The whole URL of a path and query, normalized as the URL Standard does.
    pub fn url(&self, target: &str) -> String {
        let mut url = String::with_capacity(self.text.len() + target.len());
        url.push_str(&self.text);
        url.push_str(target);
        if self.is_normal && is_normal_target(target.as_bytes()) {
            return url;
        }
        Url::parse(&url).map_or(url, String::from)
    }
}

/// Whether normalizing would change nothing about a host, as far as that can be told quickly.
fn is_normal_host(host: &str) -> bool {
    let end = host.bytes().position(|byte| byte == b':').unwrap_or(host.len());
    let (name, port) = host.split_at(end);
    if matches!(port, ":" | ":80" | ":443") || port.starts_with(":0") {
        return false;
    }
    match name.as_bytes().last() {
        // Digits at the end may make it an IPv4 address, which has many spellings; dotted decimals without leading zeros
        // are how the standard itself writes one.
        Some(b'0'..=b'9') => name.parse::<Ipv4Addr>().is_ok(),
        Some(b'a'..=b'z') => {
            let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':');
            host.bytes().all(plain) && (!host.contains("--") || !host.contains("xn--"))
        }
        _ => false,
    }
}

/// Whether normalizing would change nothing about a path and query, as far as that can be told quickly.
fn is_normal_target(target: &[u8]) -> bool {
    let mut begins_segment = false;
    target.iter().enumerate().all(|(at, byte)| {
        // Segments of dots, which may also be written as `%2e`, go.
        let may_be_dots = begins_segment && (*byte == b'.' || *byte == b'%' && target.get(at + 1) == Some(&b'2'));
        begins_segment = *byte == b'/';
        IS_PLAIN[usize::from(*byte)] && !may_be_dots
    })
}

/// Whether a byte stands for itself in a path and in a query.
static IS_PLAIN: [bool; 256] = alphanumeric_or(b"/-_~!$&()*+,;=:@?%.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_made_of_scheme_host_and_target() {
        let origin = Origin::new(Scheme::Https, "a.test:81");
        assert_eq!(origin.host(), "a.test:81");
        assert_eq!(origin.url("/a%20b?c=d"), "https://a.test:81/a%20b?c=d");
    }

    #[test]
    fn a_url_is_normalized() {
        for (host, target, expected) in [
            ("A.test", "/", "http://a.test/"),
            ("a.test:80", "/x", "http://a.test/x"),
            ("a.test:080", "/x", "http://a.test/x"),
            ("a.test:", "/x", "http://a.test/x"),
            ("127.0.0.1:", "/x", "http://127.0.0.1/x"),
            ("a.test:8080", "/x", "http://a.test:8080/x"),
            ("0x7f.1", "/", "http://127.0.0.1/"),
            ("127.0.0.1:8080", "/", "http://127.0.0.1:8080/"),
            ("127.0.0.1:80", "/", "http://127.0.0.1/"),
            ("[0:0::1]:81", "/", "http://[::1]:81/"),
            ("a.test", "/a/../b/./c", "http://a.test/b/c"),
            ("a.test", "/a/%2E%2e/b", "http://a.test/b"),
            ("a.test", "/a/%2e", "http://a.test/a/"),
            ("a.test", "/a?b='c'", "http://a.test/a?b=%27c%27"),
            ("a.test", "/..a/x.y", "http://a.test/..a/x.y"),
        ] {
            assert_eq!(Origin::new(Scheme::Http, host).url(target), expected);
        }
    }

    #[test]
    fn what_is_taken_for_normal_is() {
        for text in ["http://a.test/a-b_c~d!$&()*+,;=:@/%41?e=%zz&f=g.h?i", "http://a1.b-c.test:8787/a..b//c%2e/%"] {
            let (host, target) = text[7..].split_at(text[7..].find('/').unwrap());
            assert!(is_normal_host(host) && is_normal_target(target.as_bytes()), "{text}");
            assert_eq!(Url::parse(text).unwrap().as_str(), text);
        }
    }
}
