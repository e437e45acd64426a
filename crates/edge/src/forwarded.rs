//! The headers by which a front end tells who the client is.
//!
//! <https://developers.cloudflare.com/fundamentals/reference/http-headers/>. They are only worth
//! something if nobody else can write them, so whatever a client sends under these names is
//! dropped, unless it is a trusted proxy; then its word on the client's address and scheme counts.

use std::net::{IpAddr, SocketAddr};

use http::header::{ACCEPT_ENCODING, FORWARDED, HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

use crate::cdn_loop::{CDN_LOOP, next_cdn_loop};
use crate::client::{Client, Scheme};

pub(crate) const CF_RAY: HeaderName = HeaderName::from_static("cf-ray");
const CF_CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");
const CF_IPCOUNTRY: HeaderName = HeaderName::from_static("cf-ipcountry");
const CF_VISITOR: HeaderName = HeaderName::from_static("cf-visitor");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// Names that only a front end may write and that this one has nothing to say under. A trusted
/// proxy's are kept.
const FRONT_ENDS_ONLY: [HeaderName; 7] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ipv6"),
    HeaderName::from_static("cf-pseudo-ipv4"),
    HeaderName::from_static("cf-worker"),
];

/// What a trusted proxy says of its client.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Claims {
    pub(crate) address: Option<IpAddr>,
    pub(crate) scheme: Option<Scheme>,
    pub(crate) chain: Option<String>,
}

impl Claims {
    /// Each proxy appends the address that it saw. So, from the right, addresses are believed as
    /// long as trusted proxies wrote them: the client is the first that is not itself trusted. What
    /// stands further left is hearsay.
    pub(crate) fn read(headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let chain: Vec<&str> =
            headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        let chain = (!chain.is_empty()).then(|| chain.join(", "));
        let mut address = None;
        for entry in chain.iter().flat_map(|chain| chain.rsplit(',')) {
            let Some(hop) = parse_hop(entry.trim()) else {
                break;
            };
            address = Some(hop);
            if !trusted.iter().any(|net| net.contains(&hop)) {
                break;
            }
        }
        let single = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let address = address.or_else(|| single(CF_CONNECTING_IP).and_then(|value| parse_hop(value.trim())));
        let scheme = match single(X_FORWARDED_PROTO) {
            Some("https") => Some(Scheme::Https),
            Some("http") => Some(Scheme::Http),
            _ => None,
        };
        Self { address, scheme, chain }
    }
}

/// An address, with or without a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The values for one client, ready to be inserted.
#[derive(Debug)]
pub(crate) struct Values {
    address: HeaderValue,
    chain: HeaderValue,
    country: HeaderValue,
    proto: HeaderValue,
    visitor: HeaderValue,
    from_proxy: bool,
}

impl Values {
    pub(crate) fn new(client: &Client) -> Self {
        let text = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("XX"));
        let address = client.address.to_string();
        let chain = client.chain.as_ref().map(|chain| format!("{chain}, {}", client.link.peer.ip().to_canonical()));
        Self {
            chain: text(chain.as_deref().unwrap_or(&address)),
            address: text(&address),
            from_proxy: client.behind_proxy,
            country: text(client.cf().location.country.as_deref().unwrap_or("XX")),
            proto: HeaderValue::from_static(client.scheme.as_str()),
            visitor: HeaderValue::from_static(match client.scheme {
                Scheme::Http => r#"{"scheme":"http"}"#,
                Scheme::Https => r#"{"scheme":"https"}"#,
            }),
        }
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        if !self.from_proxy {
            for name in &FRONT_ENDS_ONLY {
                headers.remove(name);
            }
        }
        headers.insert(CF_CONNECTING_IP, self.address.clone());
        headers.insert(X_REAL_IP, self.address.clone());
        headers.insert(X_FORWARDED_FOR, self.chain.clone());
        headers.insert(X_FORWARDED_PROTO, self.proto.clone());
        headers.insert(CF_IPCOUNTRY, self.country.clone());
        headers.insert(CF_VISITOR, self.visitor.clone());
        let next = next_cdn_loop(headers);
        headers.insert(CDN_LOOP, next);
        if let Some(accepted) = headers.get_mut(ACCEPT_ENCODING) {
            *accepted = HeaderValue::from_static("gzip, br");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::tests::clients;

    fn claims(chain: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in chain {
            headers.append(X_FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        Claims::read(&headers, &trusted).address.map(|address| address.to_string())
    }

    #[test]
    fn the_client_is_the_rightmost_stranger() {
        for (chain, expected) in [
            (&["203.0.113.9"][..], Some("203.0.113.9")),
            (&["6.6.6.6, 203.0.113.9"], Some("203.0.113.9")),
            (&["6.6.6.6", "203.0.113.9, 10.0.0.2"], Some("203.0.113.9")),
            (&["10.0.0.3, 10.0.0.2"], Some("10.0.0.3")),
            (&["203.0.113.9:4711, [fd00::1]:80"], Some("203.0.113.9")),
            (&["[2001:db8::7]"], Some("2001:db8::7")),
            (&["junk, 10.0.0.2"], Some("10.0.0.2")),
            (&["junk"], None),
            (&[], None),
        ] {
            assert_eq!(claims(chain).as_deref(), expected, "{chain:?}");
        }
    }

    #[test]
    fn without_a_chain_a_proxy_may_name_the_client() {
        let mut headers = HeaderMap::new();
        headers.insert(CF_CONNECTING_IP, "203.0.113.9".parse().unwrap());
        assert_eq!(Claims::read(&headers, &[]).address, "203.0.113.9".parse().ok());
    }

    #[test]
    fn forged_headers_are_replaced() {
        let mut headers = HeaderMap::new();
        for name in [
            "cf-connecting-ip",
            "x-forwarded-for",
            "x-real-ip",
            "true-client-ip",
            "forwarded",
            "cf-ipcountry",
            "cf-ray",
        ] {
            headers.append(HeaderName::from_static(name), "6.6.6.6".parse().unwrap());
            headers.append(HeaderName::from_static(name), "6.6.6.7".parse().unwrap());
        }
        headers.insert(ACCEPT_ENCODING, "zstd".parse().unwrap());
        clients("127.0.0.1:5", &[]).of(&headers).apply(&mut headers);
        assert!(headers.values().all(|value| !value.to_str().unwrap().contains("6.6.6")), "{headers:?}");
        assert_eq!(headers[CF_CONNECTING_IP], "127.0.0.1");
        assert_eq!(headers[X_FORWARDED_FOR], "127.0.0.1");
        assert_eq!(headers[X_REAL_IP], "127.0.0.1");
        assert_eq!(headers[X_FORWARDED_PROTO], "http");
        assert_eq!(headers[CF_VISITOR], r#"{"scheme":"http"}"#);
        assert_eq!(headers[CF_IPCOUNTRY], "US");
        assert_eq!(headers[ACCEPT_ENCODING], "gzip, br");
        assert_eq!(headers[CDN_LOOP], "selvedge; loops=1");
        assert!(headers[CF_RAY].to_str().unwrap().ends_with("-DFW"));
    }

    #[test]
    fn a_trusted_chain_is_extended() {
        let mut headers = HeaderMap::new();
        headers.insert(X_FORWARDED_FOR, "203.0.113.9".parse().unwrap());
        headers.insert("x-forwarded-host", "outer.example".parse().unwrap());
        clients("10.0.0.1:5", &["10.0.0.0/8"]).of(&headers).apply(&mut headers);
        assert_eq!(headers[X_FORWARDED_FOR], "203.0.113.9, 10.0.0.1");
        assert_eq!(headers[CF_CONNECTING_IP], "203.0.113.9");
        assert_eq!(headers["x-forwarded-host"], "outer.example");
    }
}
