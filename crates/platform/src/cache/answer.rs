//! Answers from the cache.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Frame, SizeHint};
use selvedge_storage::cache::CacheEntry;
use selvedge_storage::cache::semantics::answer;
use selvedge_web::fetch::{Body, BoxError};

/// What the cache did for a response
/// (<https://developers.cloudflare.com/cache/concepts/cache-responses/>).
pub(super) const STATUS: HeaderName = HeaderName::from_static("cf-cache-status");

/// The response says what the cache did.
pub(super) fn marked(mut response: Response<Body>, status: &'static str) -> Response<Body> {
    response.headers_mut().insert(STATUS, HeaderValue::from_static(status));
    response
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// What an entry answers to a request with these headers. Whether it has a body at all comes with it.
pub(super) fn from_entry(request: &HeaderMap, entry: CacheEntry, status: &'static str) -> (Response<Body>, bool) {
    let answer = answer(request, &entry.head, entry.length, now());
    let has_body = answer.part.is_some();
    let body = match answer.part {
        None => Body::Empty,
        Some(part) => match entry.body.bytes(part.clone()) {
            Some(bytes) => Body::from(bytes),
            None => {
                let length = part.end - part.start;
                Body::boxed(Measured { stream: entry.body.read(part), left: Some(length) })
            }
        },
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    (marked(response, status), has_body)
}

/// A stream whose length may be known.
pub(super) struct Measured<E> {
    pub(super) stream: BoxStream<'static, Result<Bytes, E>>,
    pub(super) left: Option<u64>,
}

impl<E: Into<BoxError>> http_body::Body for Measured<E> {
    type Data = Bytes;
    type Error = E;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        let next = std::task::ready!(self.stream.as_mut().poll_next(cx));
        Poll::Ready(next.map(|chunk| {
            let chunk = chunk?;
            self.left = self.left.map(|left| left.saturating_sub(chunk.len() as u64));
            Ok(Frame::data(chunk))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
