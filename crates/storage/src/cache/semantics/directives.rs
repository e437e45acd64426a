//! `Cache-Control` (RFC 9111, section 5.2).

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName};

/// Headers by which an origin speaks to caches like this one only, the most special first
/// (<https://developers.cloudflare.com/cache/concepts/cdn-cache-control/>).
const FOR_EDGES: [HeaderName; 2] =
    [HeaderName::from_static("cloudflare-cdn-cache-control"), HeaderName::from_static("cdn-cache-control")];

/// The directives that count: names in lower case, values without their quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Directives(Vec<(String, Option<String>)>);

impl Directives {
    /// Those of a response.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let name = FOR_EDGES.into_iter().find(|name| headers.contains_key(name)).unwrap_or(CACHE_CONTROL);
        let mut all = Self::default();
        for value in headers.get_all(name) {
            all.parse(&String::from_utf8_lossy(value.as_bytes()));
        }
        all
    }

    fn parse(&mut self, text: &str) {
        for directive in split(text) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name, Some(value.trim().trim_matches('"').to_owned())),
                None => (directive, None),
            };
            let name = name.trim().to_ascii_lowercase();
            if !name.is_empty() {
                self.0.push((name, value));
            }
        }
    }

    /// Whether a directive is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// Whether the response says itself for how long it may be kept.
    pub(super) fn say_for_how_long(&self) -> bool {
        ["max-age", "s-maxage", "no-cache", "no-store", "private"].iter().any(|name| self.has(name))
    }

    /// Takes `private=Set-Cookie` out: hosted's way to say that all but the cookie may be kept. Whether it was there.
    /// A `private` of any other form stays, and forbids.
    pub(super) fn take_private_cookie(&mut self) -> bool {
        let before = self.0.len();
        self.0.retain(|(name, value)| {
            let cookie = value.as_ref().is_some_and(|value| value.trim().eq_ignore_ascii_case("set-cookie"));
            !(name == "private" && cookie)
        });
        self.0.len() < before
    }

    /// As one `Cache-Control` header.
    pub(super) fn to_header(&self) -> String {
        let texts = self.0.iter().map(|(name, value)| match value {
            Some(value) => format!("{name}={value}"),
            None => name.clone(),
        });
        texts.collect::<Vec<_>>().join(", ")
    }
}

/// Splits at the commas outside of quotes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Directives {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), http::HeaderValue::from_static(value));
        }
        Directives::of(&headers)
    }

    #[test]
    fn directives_are_split_and_quotes_go() {
        let all = of(&[("cache-control", r#"Public, MAX-AGE="60" , private="a, b",,"#), ("cache-control", "no-cache")]);
        assert_eq!(all.to_header(), "public, max-age=60, private=a, b, no-cache");
        assert!(all.has("public") && all.has("no-cache") && !all.has("b\""));
    }

    #[test]
    fn what_is_said_to_edges_counts_for_an_edge() {
        let both = [("cache-control", "no-store"), ("cdn-cache-control", "max-age=1")];
        assert_eq!(of(&both).to_header(), "max-age=1");
        let all = [both[0], both[1], ("cloudflare-cdn-cache-control", "max-age=2")];
        assert_eq!(of(&all).to_header(), "max-age=2");
    }

    #[test]
    fn a_private_cookie_is_told_from_a_private_response() {
        for text in ["private=Set-Cookie, max-age=1", r#"max-age=1,private="set-cookie""#] {
            let mut all = of(&[("cache-control", text)]);
            assert!(all.take_private_cookie());
            assert_eq!(all.to_header(), "max-age=1");
        }
        for text in ["private", "private=x", "private=\"set-cookie, x\""] {
            let mut all = of(&[("cache-control", text)]);
            assert!(!all.take_private_cookie() && all.has("private"), "{text}");
        }
    }
}
