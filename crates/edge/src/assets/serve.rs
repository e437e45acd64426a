//! Requests to assets.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HOST, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE,
};
use http::{Method, Response, StatusCode, Uri};

use super::body::AssetBody;
use super::config::{AssetsConfig, AssetsError, NotFoundHandling, RuleWarning};
use super::file::{AssetFile, Contents, Opened};
use super::headers_file::HeaderRules;
use super::intent::{Intent, intent};
use super::manifest::{self, Manifest};
use super::redirects_file::{Redirected, Redirects};
use super::{paths, range};

/// The assets of one project.
#[derive(Debug)]
pub struct Assets {
    root: PathBuf,
    config: AssetsConfig,
    site: RwLock<Arc<Site>>,
}

/// The directory as it was when last walked.
#[derive(Debug, Default)]
struct Site {
    manifest: Manifest,
    redirects: Redirects,
    headers: HeaderRules,
    warnings: Vec<RuleWarning>,
}

/// What became of a request to the assets.
#[derive(Debug)]
pub enum AssetOutcome {
    /// An asset, a redirect, or the page for what is not found.
    Response(Response<AssetBody>),
    /// There is no such asset and nothing that stands in for it.
    NotFound,
}

impl AssetOutcome {
    /// The response as the `ASSETS` binding gives it: an empty 404 where there is nothing.
    pub fn into_response(self) -> Response<AssetBody> {
        match self {
            Self::Response(response) => response,
            Self::NotFound => empty(StatusCode::NOT_FOUND),
        }
    }
}

/// What a request comes to, before any file is touched.
enum Plan {
    Answer(Response<AssetBody>),
    File { file: Arc<AssetFile>, name: String, status: StatusCode },
    Nothing,
}

impl Assets {
    /// Walks a directory. Blocks on the disk.
    ///
    /// # Errors
    /// The directory cannot be read, or holds more or larger files than are supported.
    pub fn open(directory: &Path, config: AssetsConfig) -> Result<Self, AssetsError> {
        let unreadable = |cause| AssetsError::Unreadable { path: directory.to_owned(), cause };
        let root = fs::canonicalize(directory).map_err(unreadable)?;
        if !root.is_dir() {
            return Err(AssetsError::NotADirectory(directory.to_owned()));
        }
        let assets = Self { root, config, site: RwLock::default() };
        assets.refresh()?;
        Ok(assets)
    }

    /// Walks the directory again, for files that came or went. (What a file holds is always read
    /// afresh.) Requests under way keep the view they began with. Blocks on the disk.
    ///
    /// # Errors
    /// As [`Assets::open`]; then the view before stays.
    pub fn refresh(&self) -> Result<(), AssetsError> {
        let mut warnings = Vec::new();
        let manifest = manifest::walk(&self.root, &self.site().manifest, &mut warnings)?;
        let redirects = Redirects::parse(&self.read("_redirects")?, self.config.html_handling, &mut warnings);
        let headers = HeaderRules::parse(&self.read("_headers")?, &mut warnings);
        *self.site.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Site { manifest, redirects, headers, warnings });
        Ok(())
    }

    /// What was left out at the last walk, for the developer to see.
    pub fn warnings(&self) -> Vec<RuleWarning> {
        self.site().warnings.clone()
    }

    /// How many files are served.
    pub fn len(&self) -> usize {
        self.site().manifest.len()
    }

    /// Whether no file is served.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self, name: &str) -> Result<String, AssetsError> {
        let path = self.root.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(cause) => Err(AssetsError::Unreadable { path, cause }),
        }
    }

    /// Whether the assets have an answer before the Worker is asked: an asset or a redirect; and,
    /// for a browser's navigation where [`AssetsConfig::navigation_prefers_assets`] is set, what
    /// stands in for an asset that is not found. For [`super::decide`].
    pub fn can_serve(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
        let navigates = headers.get(SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate");
        let config = if self.config.has_static_routing || (self.config.navigation_prefers_assets && navigates) {
            self.config.clone()
        } else {
            AssetsConfig { not_found_handling: NotFoundHandling::None, ..self.config.clone() }
        };
        !matches!(self.site().plan(&config, &Method::GET, uri, headers), Plan::Nothing)
    }

    /// Answers a request. The body of the request does not matter to assets. Needs a tokio runtime;
    /// blocks none of its async threads.
    pub async fn serve(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> AssetOutcome {
        let site = self.site();
        let (file, name, status) = match site.plan(&self.config, method, uri, headers) {
            Plan::Answer(mut response) => {
                site.headers.apply(host_of(headers), uri.path(), response.headers_mut());
                return AssetOutcome::Response(response);
            }
            Plan::Nothing => return AssetOutcome::NotFound,
            Plan::File { file, name, status } => (file, name, status),
        };
        let opening = Arc::clone(&file);
        let response = match tokio::task::spawn_blocking(move || opening.open()).await {
            Ok(Ok(opened)) => respond(opened, &name, status, method, headers).await,
            Ok(Err(error)) => Err(error),
            Err(error) => Err(io::Error::other(error)),
        };
        match response {
            Ok(mut response) => {
                site.headers.apply(host_of(headers), uri.path(), response.headers_mut());
                AssetOutcome::Response(response)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => AssetOutcome::NotFound,
            Err(error) => {
                tracing::error!(path = %file.path().display(), %error, "cannot read asset");
                AssetOutcome::Response(empty(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }
}

impl Site {
    fn plan(&self, config: &AssetsConfig, method: &Method, uri: &Uri, headers: &HeaderMap) -> Plan {
        let query = uri.query();
        let rewritten;
        let path = match self.redirects.find(host_of(headers), uri.path(), query) {
            Some(Redirected::To(status, location)) => {
                return Plan::Answer(redirect(status, &location));
            }
            Some(Redirected::Proxied(path)) => {
                rewritten = path;
                &rewritten
            }
            None => uri.path(),
        };
        let decoded = paths::decode(path);
        let Some(found) = intent(&decoded, config, &|name| self.manifest.contains_key(name)) else {
            return Plan::Nothing;
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Plan::Answer(response);
        }
        let (destination, found) = match found {
            Intent::Redirect(to) => (to, None),
            Intent::Asset(name, status) => (decoded, Some((name, status))),
        };
        // An asset has one URL: the decoded path, encoded again. Other spellings are sent there.
        let canonical = paths::encode(&destination);
        match found {
            Some((name, status)) if canonical == path => match self.manifest.get(&name) {
                Some(file) => Plan::File { file: Arc::clone(file), name, status },
                None => Plan::Nothing,
            },
            _ => {
                let query = query.map(|query| format!("?{query}")).unwrap_or_default();
                Plan::Answer(redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{canonical}{query}")))
            }
        }
    }
}

async fn respond(
    opened: Opened,
    name: &str,
    status: StatusCode,
    method: &Method,
    headers: &HeaderMap,
) -> io::Result<Response<AssetBody>> {
    let Opened { etag, length, contents } = opened;
    let etag = format!("\"{etag}\"");
    let asked_range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let mut response = empty(status);
    let out = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&etag) {
        out.insert(ETAG, value);
    }
    if let Some(kind) = content_type(name) {
        out.insert(CONTENT_TYPE, kind);
    }
    if asked_range.is_none() && !headers.contains_key(AUTHORIZATION) {
        out.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=0, must-revalidate"));
    }
    if matches_etag(headers, &etag) {
        out.remove(CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    // RFC 9110, section 14.2: ranges are for GET, and only of what is found.
    let unchanged = headers.get(IF_RANGE).is_none_or(|value| value.as_bytes() == etag.as_bytes());
    let asked_range = asked_range.filter(|_| unchanged && status == StatusCode::OK && *method == Method::GET);
    let (first, count) = match asked_range.map(|header| range::parse(header, length)) {
        None | Some(range::Asked::Whole) => (0, length),
        Some(range::Asked::Part(first, last)) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            set_content_range(&mut response, &format!("bytes {first}-{last}/{length}"));
            (first, last - first + 1)
        }
        Some(range::Asked::Unsatisfiable) => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            set_content_range(&mut response, &format!("bytes */{length}"));
            return Ok(response);
        }
    };
    if *method == Method::HEAD {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(count));
        return Ok(response);
    }
    *response.body_mut() = match contents {
        Contents::Small(bytes) => AssetBody::memory(part(&bytes, first, count)),
        Contents::Large(file) => AssetBody::disk(tokio::fs::File::from_std(file), first, count).await?,
    };
    Ok(response)
}

fn part(bytes: &Bytes, first: u64, count: u64) -> Bytes {
    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(at(first)..at(first + count))
}

fn set_content_range(response: &mut Response<AssetBody>, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
}

/// RFC 9110, section 13.1.2: weakly compared, any of a list.
fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn content_type(name: &str) -> Option<HeaderValue> {
    let kind = match mime_guess::from_path(name).first_raw()? {
        // RFC 9239 has one type for scripts, modules among them.
        "application/javascript" => "text/javascript",
        kind => kind,
    };
    let charset = if kind.starts_with("text/") && !kind.contains("charset") { "; charset=utf-8" } else { "" };
    HeaderValue::from_str(&format!("{kind}{charset}")).ok()
}

fn host_of(headers: &HeaderMap) -> &str {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn redirect(status: StatusCode, location: &str) -> Response<AssetBody> {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut response = empty(status);
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(_) => empty(StatusCode::NOT_FOUND),
    }
}

fn empty(status: StatusCode) -> Response<AssetBody> {
    let mut response = Response::new(AssetBody::empty());
    *response.status_mut() = status;
    response
}
