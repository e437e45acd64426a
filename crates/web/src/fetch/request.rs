//! From what JavaScript passes to what HTTP carries.

use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::body::Body;
use super::client::Outgoing;
use super::error::FetchError;

/// Headers that speak of the connection or of the framing: the client's own, never the Worker's. Cloudflare
/// derives `Host` from the URL too.
const OURS: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The headers of a message, their names and values together, as hosted:
/// <https://developers.cloudflare.com/workers/platform/limits/#request-and-response-limits>.
const HEADER_BYTES: usize = 128 * 1024;

/// Reads a flat list of names and values. Values are UTF-8 on the wire, as on Cloudflare.
///
/// # Errors
/// [`FetchError::Header`] names the one that HTTP cannot carry.
pub fn headers_from_flat(flat: &[String]) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::try_with_capacity(flat.len() / 2).map_err(|_| FetchError::TooManyHeaders)?;
    let mut left = HEADER_BYTES;
    for pair in flat.chunks_exact(2) {
        left = left.checked_sub(pair[0].len() + pair[1].len()).ok_or(FetchError::TooManyHeaders)?;
        let bad = || FetchError::Header(pair[0].clone());
        let name = HeaderName::from_bytes(pair[0].as_bytes()).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(pair[1].as_bytes()).map_err(|_| bad())?;
        headers.try_append(name, value).map_err(|_| FetchError::TooManyHeaders)?;
    }
    Ok(headers)
}

/// Writes headers as a flat list of names and values.
pub fn headers_to_flat(headers: &HeaderMap) -> Vec<String> {
    let mut flat = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        flat.push(name.as_str().to_owned());
        flat.push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    flat
}

/// Makes a request of what JavaScript passes.
///
/// # Errors
/// When the method, the URL or a header is not one that HTTP carries.
pub(crate) fn outgoing(
    method: &str,
    url: &str,
    headers: &[String],
    body: Body,
    follow: bool,
    decode: bool,
) -> Result<Outgoing, FetchError> {
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| FetchError::Method(method.to_owned()))?;
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = parsed.ok_or_else(|| FetchError::Url(url.to_owned()))?;
    let headers = headers_from_flat(headers)?;
    Ok(Outgoing { method, url, headers, body, follow, decode, through: None, resolve: None, handshake: None })
}

/// Takes out what a Worker may not set, and adds what the client sets.
pub(crate) fn prepare(headers: &mut HeaderMap) {
    for name in OURS {
        headers.remove(name);
    }
    // Cloudflare's own default.
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip, br"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_128_kilobytes_together() {
        let header = |bytes: usize| ["x-a".to_owned(), "y".repeat(bytes - 3)];
        let half = header(HEADER_BYTES / 2);
        assert_eq!(headers_from_flat(&[half.clone(), half.clone()].concat()).unwrap().len(), 2);
        let more = [half.clone(), half, ["z".to_owned(), String::new()]].concat();
        assert!(matches!(headers_from_flat(&more), Err(FetchError::TooManyHeaders)));
    }

    fn flat(pairs: &[(&str, &str)]) -> Vec<String> {
        pairs.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]).collect()
    }

    #[test]
    fn hop_by_hop_headers_and_host_are_ours() {
        let pairs = [("Host", "evil"), ("connection", "x"), ("Content-Length", "3"), ("x", "1"), ("CDN-Loop", "a")];
        let mut headers = headers_from_flat(&flat(&pairs)).unwrap();
        prepare(&mut headers);
        let mut left: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        left.sort_unstable();
        assert_eq!(left, [("accept-encoding", "gzip, br"), ("cdn-loop", "a"), ("x", "1")]);
    }

    #[test]
    fn values_are_utf8() {
        let headers = headers_from_flat(&flat(&[("x", "gr\u{fc}n")])).unwrap();
        assert_eq!(headers["x"].as_bytes(), "gr\u{fc}n".as_bytes());
        assert_eq!(headers_to_flat(&headers), flat(&[("x", "gr\u{fc}n")]));
        assert!(headers_from_flat(&flat(&[("x", "a\nb")])).is_err());
    }

    #[test]
    fn only_http_is_fetched() {
        let request = |url| outgoing("GET", url, &[], Body::Empty, true, true);
        assert!(request("https://a.test/").is_ok());
        for url in ["ftp://a.test/", "file:///etc/passwd", "/relative", "javascript:1"] {
            assert!(matches!(request(url), Err(FetchError::Url(_))), "{url}");
        }
        assert!(outgoing("A B", "https://a.test/", &[], Body::Empty, true, true).is_err());
    }
}
