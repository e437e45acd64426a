//! What a visitor sees when no Worker can answer.
//!
//! The numbers and titles are hosted's
//! (<https://developers.cloudflare.com/workers/observability/errors/>), and so is the form for
//! programs: `error code: 1101`. A page never says why: that is in the operator's log, under the
//! ray ID that the page shows.

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{Response, StatusCode};
use http_body_util::Full;

use crate::RayId;

/// The ways in which no Worker can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeError {
    /// 1000: the host leads to where it must not.
    ProhibitedAddress,
    /// 1019: the request comes back to the same Workers for ever.
    WorkerLoop,
    /// 1101: the Worker threw an exception, or rejected, or gave no Response.
    WorkerThrew,
    /// 1102: the Worker exceeded its CPU time or its memory.
    WorkerExceededLimits,
    /// 1027: the Worker has used up its requests.
    WorkerExceededRequests,
    /// No Worker has a route for the URL.
    NoRoute,
    /// The request's body is larger than it may be.
    RequestTooLarge,
    /// The origin that the request was to fall through to did not answer.
    BadGateway,
    /// A Worker cannot be asked now: it failed to start, or the server is stopping.
    Unavailable,
}

struct Words {
    code: u16,
    status: StatusCode,
    title: &'static str,
    text: &'static str,
}

impl EdgeError {
    /// The number that the visitor sees: hosted's error code, or else the status.
    pub fn code(self) -> u16 {
        self.words().code
    }

    /// The status of the response.
    pub fn status(self) -> StatusCode {
        self.words().status
    }

    fn words(self) -> Words {
        let words = |code, status, title, text| Words { code, status, title, text };
        match self {
            Self::ProhibitedAddress => words(
                1000,
                StatusCode::FORBIDDEN,
                "DNS points to prohibited IP",
                "The requested host leads to an address that it must not lead to.",
            ),
            Self::WorkerLoop => words(
                1019,
                StatusCode::LOOP_DETECTED,
                "Compute server error",
                "The requested page leads back to itself: a Worker fetches a URL that the same Worker answers.",
            ),
            Self::WorkerThrew => words(
                1101,
                StatusCode::INTERNAL_SERVER_ERROR,
                "Worker threw exception",
                "You've requested a page on a website that is running on Selvedge. An unknown error occurred while rendering the page.",
            ),
            Self::WorkerExceededLimits => words(
                1102,
                StatusCode::SERVICE_UNAVAILABLE,
                "Worker exceeded resource limits",
                "You've requested a page on a website that is running on Selvedge. The Worker that renders it exceeded its limits.",
            ),
            Self::WorkerExceededRequests => words(
                1027,
                StatusCode::TOO_MANY_REQUESTS,
                "This website has been temporarily rate limited",
                "You cannot access this site because the owner has reached their plan limits. Check back later once traffic has gone down.",
            ),
            Self::NoRoute => words(404, StatusCode::NOT_FOUND, "Not found", "There is nothing here yet."),
            Self::RequestTooLarge => words(
                413,
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request Entity Too Large",
                "What you have sent is larger than this website accepts.",
            ),
            Self::BadGateway => {
                words(502, StatusCode::BAD_GATEWAY, "Bad gateway", "The origin web server did not answer.")
            }
            Self::Unavailable => words(
                503,
                StatusCode::SERVICE_UNAVAILABLE,
                "Service unavailable",
                "The page cannot be rendered now. Try again in a moment.",
            ),
        }
    }
}

/// The response to a request that ended so: a page for browsers, a line for programs.
pub fn error_response(error: EdgeError, headers: &HeaderMap, host: &str, ray: RayId) -> Response<Full<Bytes>> {
    whole(error, headers, host, ray).map(Full::new)
}

/// The same in one piece.
pub(crate) fn whole(error: EdgeError, headers: &HeaderMap, host: &str, ray: RayId) -> Response<Bytes> {
    let words = error.words();
    let (kind, body) = if accepts_html(headers) {
        ("text/html; charset=UTF-8", page(&words, host, ray))
    } else {
        ("text/plain; charset=UTF-8", format!("error code: {}", words.code))
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = words.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, no-store, no-cache, must-revalidate"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Whether the client asks for HTML by name, as browsers do; `*/*` is what programs send.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
        named && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn page(words: &Words, host: &str, ray: RayId) -> String {
    let Words { code, title, text, .. } = words;
    let host = escape(host);
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<title>{title} | {host} | Selvedge</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<style>
body {{ margin: 12vh auto; max-width: 38rem; padding: 0 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff }}
h1 {{ font-weight: 400; margin: 0 }}
h2 {{ font-weight: 400; color: #666; margin: 0 0 2rem }}
footer {{ margin-top: 3rem; border-top: 1px solid #ddd; padding-top: 1rem; color: #666; font-size: 13px }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #1b1b1b }} footer {{ border-color: #444 }} }}
</style>
</head>
<body>
<h1>Error {code}</h1>
<h2>{title}</h2>
<p>{text}</p>
<footer>Host: {host} &bull; Ray ID: <code>{ray}</code></footer>
</body>
</html>
"#
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn answer(accept: Option<&str>, host: &str) -> (Response<()>, String, RayId) {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        let ray = RayId::new();
        let (head, body) = error_response(EdgeError::WorkerThrew, &headers, host, ray).into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(head, ()), String::from_utf8(body.to_vec()).unwrap(), ray)
    }

    #[tokio::test]
    async fn programs_get_a_line() {
        for accept in [None, Some("*/*"), Some("application/json"), Some("text/html;q=0")] {
            let (response, body, _) = answer(accept, "example.com").await;
            assert_eq!(response.status(), 500);
            assert_eq!(body, "error code: 1101");
        }
    }

    #[tokio::test]
    async fn browsers_get_a_page_that_cannot_be_injected() {
        let (response, body, ray) = answer(Some("text/html,*/*;q=0.8"), "<script>").await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=UTF-8");
        assert!(body.contains("Error 1101") && body.contains("Worker threw exception"));
        assert!(body.contains(&ray.to_string()));
        assert!(body.contains("&lt;script&gt;") && !body.contains("<script>"));
    }
}
