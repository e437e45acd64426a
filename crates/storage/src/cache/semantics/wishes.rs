//! What a Worker asks of the cache when it fetches: members of `cf`, and `cache`
//! (<https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties>).

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{IF_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::lifetime::{Keep, keep, keep_for};

/// The extensions of paths that hosted caches unasked
/// (<https://developers.cloudflare.com/cache/concepts/default-cache-behavior/#default-cached-file-extensions>).
const EXTENSIONS: &[&str] = &[
    "7z", "apk", "avi", "avif", "bin", "bmp", "bz2", "class", "css", "csv", "dmg", "doc", "docx", "ejs", "eot", "eps",
    "exe", "flac", "gif", "gz", "ico", "iso", "jar", "jpeg", "jpg", "js", "mid", "midi", "mkv", "mp3", "mp4", "ogg",
    "otf", "pdf", "pict", "pls", "png", "ppt", "pptx", "ps", "rar", "svg", "svgz", "swf", "tar", "tif", "tiff", "ttf",
    "webm", "webp", "woff", "woff2", "xls", "xlsx", "zip", "zst",
];

/// The wishes, as JSON says them. What is of no sensible type is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    everything: bool,
    ttl: Option<f64>,
    by_status: BTreeMap<String, f64>,
    key: Option<String>,
    /// `no-store`, `no-cache` or `reload`.
    mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    #[serde(default)]
    cache_everything: Value,
    #[serde(default)]
    cache_ttl: Value,
    #[serde(default)]
    cache_ttl_by_status: Value,
    #[serde(default)]
    cache_key: Value,
    #[serde(default)]
    mode: Value,
}

/// Why a request does not go through the cache: what `cf-cache-status` then says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of a kind that is not cached.
    Dynamic,
    /// It was told to pass by.
    Bypass,
}

impl Wishes {
    /// Reads the wishes.
    pub fn parse(json: &str) -> Self {
        let Ok(given) = serde_json::from_str::<Given>(json) else { return Self::default() };
        let by_status = match given.cache_ttl_by_status {
            Value::Object(members) => members,
            _ => serde_json::Map::default(),
        };
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            everything: given.cache_everything.as_bool().unwrap_or(false),
            ttl: given.cache_ttl.as_f64(),
            by_status: by_status.into_iter().filter_map(|(status, ttl)| Some((status, ttl.as_f64()?))).collect(),
            key: text(&given.cache_key),
            mode: text(&given.mode),
        }
    }

    /// What the response is kept under: the URL, unless the Worker says otherwise.
    pub fn key<'a>(&'a self, url: &'a str) -> &'a str {
        self.key.as_deref().unwrap_or(url)
    }

    /// Whether a kept response may answer without the origin being asked.
    pub fn may_answer(&self) -> bool {
        self.mode.is_none()
    }

    /// Whether a request goes through the cache at all.
    ///
    /// # Errors
    /// Why it does not.
    pub fn admit(&self, method: &Method, path: &str) -> Result<(), Refusal> {
        if self.mode.as_deref() == Some("no-store") || self.ttl.is_some_and(|ttl| ttl < 0.0) {
            return Err(Refusal::Bypass);
        }
        let eligible = self.everything || self.ttl.is_some() || is_static(path);
        let cacheable = *method == Method::GET || *method == Method::HEAD;
        if eligible && cacheable { Ok(()) } else { Err(Refusal::Dynamic) }
    }

    /// Whether the answer to a request may be kept, as far as the request goes: a part of a response is none.
    pub fn may_keep(method: &Method, request: &HeaderMap) -> bool {
        *method == Method::GET
            && [RANGE, IF_RANGE, IF_MATCH, IF_UNMODIFIED_SINCE].iter().all(|name| !request.contains_key(name))
    }

    /// What becomes of a response.
    pub fn keep(&self, request: &HeaderMap, status: StatusCode, headers: &HeaderMap, now: u64) -> Keep {
        match self.ttl_of(status) {
            None => keep(request, status, headers, now),
            Some(seconds) if seconds > 0.0 => {
                // A century is as good as for ever, and can be added to a date.
                let lifetime = Duration::from_secs_f64(seconds.min(3.2e9));
                keep_for(lifetime, self.key.is_some(), request, status, headers, now)
            }
            Some(_) => Keep::Forbidden,
        }
    }

    /// The time that the Worker chose, in seconds.
    fn ttl_of(&self, status: StatusCode) -> Option<f64> {
        let code = status.as_u16();
        let chosen = self.by_status.iter().find(|(codes, _)| {
            let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
            let bounds = first.trim().parse::<u16>().ok().zip(last.trim().parse::<u16>().ok());
            bounds.is_some_and(|(first, last)| (first..=last).contains(&code))
        });
        chosen.map(|(_, ttl)| *ttl).or(self.ttl)
    }
}

/// Whether a path looks like a file that does not change with who asks.
fn is_static(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    name == "robots.txt" || extension.is_some_and(|extension| EXTENSIONS.binary_search(&extension.as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(json: &str, method: &Method, path: &str) -> Result<(), Refusal> {
        Wishes::parse(json).admit(method, path)
    }

    #[test]
    fn extensions_are_in_order() {
        assert!(EXTENSIONS.is_sorted());
        assert!(is_static("/a/B.JPG") && is_static("/robots.txt") && is_static("/x.tar.gz"));
        assert!(!is_static("/a.css/b") && !is_static("/index.html") && !is_static("/css") && !is_static("/"));
    }

    #[test]
    fn what_goes_through_the_cache() {
        let get = Method::GET;
        assert_eq!(admitted(r#"{"cacheEverything":true}"#, &get, "/"), Ok(()));
        assert_eq!(admitted(r#"{"cacheTtl":5}"#, &get, "/"), Ok(()));
        assert_eq!(admitted(r#"{"cacheTtl":0}"#, &get, "/"), Ok(()));
        assert_eq!(admitted(r#"{"cacheKey":"k"}"#, &get, "/"), Err(Refusal::Dynamic));
        assert_eq!(admitted(r#"{"cacheKey":"k"}"#, &get, "/a.css"), Ok(()));
        assert_eq!(admitted(r#"{"cacheTtlByStatus":{"200":1}}"#, &get, "/"), Err(Refusal::Dynamic));
        assert_eq!(admitted(r#"{"cacheEverything":true}"#, &Method::HEAD, "/"), Ok(()));
        assert_eq!(admitted(r#"{"cacheEverything":true}"#, &Method::POST, "/"), Err(Refusal::Dynamic));
        assert_eq!(admitted(r#"{"cacheTtl":-1,"cacheEverything":true}"#, &get, "/"), Err(Refusal::Bypass));
        assert_eq!(admitted(r#"{"cacheEverything":true,"mode":"no-store"}"#, &get, "/"), Err(Refusal::Bypass));
        assert_eq!(admitted(r#"{"cacheEverything":true,"mode":"no-cache"}"#, &get, "/"), Ok(()));
        assert!(!Wishes::parse(r#"{"mode":"no-cache"}"#).may_answer());
    }

    #[test]
    fn nonsense_is_no_wish() {
        let nonsense = r#"{"cacheEverything":"yes","cacheTtl":"5","cacheTtlByStatus":[1],"cacheKey":7}"#;
        assert_eq!(Wishes::parse(nonsense), Wishes::default());
        assert_eq!(Wishes::parse("null"), Wishes::default());
        let wishes = Wishes::parse(r#"{"cacheTtlByStatus":{"200":"x","x-y":1,"404":2}}"#);
        assert_eq!(wishes.ttl_of(StatusCode::NOT_FOUND), Some(2.0));
        assert_eq!(wishes.ttl_of(StatusCode::OK), None);
    }

    #[test]
    fn the_key_is_the_url_or_what_the_worker_says() {
        assert_eq!(Wishes::default().key("https://a.test/"), "https://a.test/");
        assert_eq!(Wishes::parse(r#"{"cacheKey":"mine"}"#).key("https://a.test/"), "mine");
    }

    #[test]
    fn times_by_status() {
        let json = r#"{"cacheTtl":9,"cacheTtlByStatus":{"200-299":60,"404":1,"500-599":-1,"301":0}}"#;
        let wishes = Wishes::parse(json);
        let none = HeaderMap::new();
        let kept = |status: u16| match wishes.keep(&none, StatusCode::from_u16(status).unwrap(), &none, 0) {
            Keep::Yes(head) => i64::try_from(head.expires).unwrap(),
            Keep::No => 0,
            Keep::Forbidden => -1,
        };
        assert_eq!([200, 204, 404, 403, 500, 301, 206].map(kept), [60_000, 60_000, 1000, 9000, -1, -1, 0]);
        let endless = Wishes::parse(r#"{"cacheTtl":1e300}"#);
        assert!(matches!(endless.keep(&none, StatusCode::OK, &none, 1), Keep::Yes(_)));
    }

    #[test]
    fn a_part_is_not_kept() {
        let none = HeaderMap::new();
        let part = [(RANGE, http::HeaderValue::from_static("bytes=0-1"))].into_iter().collect();
        assert!(Wishes::may_keep(&Method::GET, &none));
        assert!(!Wishes::may_keep(&Method::GET, &part) && !Wishes::may_keep(&Method::HEAD, &none));
    }
}
