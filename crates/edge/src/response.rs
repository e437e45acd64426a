//! The way out: what a handler answered becomes something that can be framed.
//!
//! A Worker may set any header that has a legal name and value (those types keep line breaks out,
//! so nothing can be injected). But how a message is framed is the server's to say. hyper trusts a
//! `Content-Length` that it is given, so a wrong one would corrupt the connection for the next
//! request; here it is kept only where it can be true.
//!
//! A body that fails ends the connection, so that nobody takes the part for the whole. hyper then
//! drops what it has not written yet, and that may be the head, too: a Worker whose body fails soon
//! would look like a server that is not there. So a failure waits for one more poll, which lets
//! hyper write first.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE,
};
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;

use crate::activity::InFlight;
use crate::admission::Refusal;
use crate::handler::BoxError;

pin_project_lite::pin_project! {
    /// The body of a response on its way out: a handler's, or the server's own.
    pub struct ResponseBody<B> {
        #[pin]
        source: Source<B>,
        failure: Option<BoxError>,
        // Held so that the connection counts as busy until the body is sent.
        in_flight: InFlight,
    }
}

pin_project_lite::pin_project! {
    #[project = SourceProjection]
    enum Source<B> {
        Handler { #[pin] body: B },
        Own { #[pin] body: Full<Bytes> },
    }
}

impl<B: Body<Data = Bytes, Error: Into<BoxError>>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        if let Some(error) = this.failure.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let frame = match this.source.project() {
            SourceProjection::Handler { body } => ready!(body.poll_frame(cx)).map(|frame| frame.map_err(Into::into)),
            SourceProjection::Own { body } => ready!(body.poll_frame(cx)).map(|frame| frame.map_err(Into::into)),
        };
        if let Some(Err(error)) = frame {
            *this.failure = Some(error);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        let ended = match &self.source {
            Source::Handler { body } => body.is_end_stream(),
            Source::Own { body } => body.is_end_stream(),
        };
        // A body may take its failure for its end.
        ended && self.failure.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Handler { body } => body.size_hint(),
            Source::Own { body } => body.size_hint(),
        }
    }
}

/// Among the extensions of a response: the connection's last (HTTP/1), as the request's body is not to be read any
/// further.
#[derive(Clone, Copy, Debug)]
pub struct LastResponse;

/// What the request was like, as far as its response depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) is_head: bool,
    pub(crate) wants_upgrade: bool,
}

/// Makes a handler's response one that can be sent. It is changed in its box, and moved out of there once.
#[allow(clippy::boxed_local)]
pub(crate) fn finish<B>(mut response: Box<Response<B>>, asked: Asked, in_flight: InFlight) -> Response<ResponseBody<B>>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    let status = response.status();
    let upgrades = status == StatusCode::SWITCHING_PROTOCOLS;
    if status.is_informational() && !(upgrades && asked.wants_upgrade) {
        tracing::error!(status = status.as_u16(), "a handler answered with a status that is no answer to this request");
        return own(StatusCode::INTERNAL_SERVER_ERROR, "error code: 1101", in_flight);
    }
    let size = response.body().size_hint().exact();
    let headers = response.headers_mut();
    // Most responses say nothing of their framing.
    let is_said = headers.keys().any(|name| *name == CONTENT_LENGTH || is_hop_by_hop(name, upgrades));
    if is_said {
        remove_hop_by_hop(headers, upgrades);
    }

    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    if upgrades || bodiless {
        headers.remove(CONTENT_LENGTH);
    } else if asked.is_head {
        match size {
            Some(size) if size > 0 => drop(headers.insert(CONTENT_LENGTH, HeaderValue::from(size))),
            _ => keep_if(headers, |_| true),
        }
    } else if is_said {
        keep_if(headers, |length| size.is_none_or(|size| size == length));
    }
    response.map(|body| {
        let source = if upgrades || bodiless || asked.is_head {
            Source::Own { body: Full::default() }
        } else {
            Source::Handler { body }
        };
        ResponseBody { source, failure: None, in_flight }
    })
}

/// Keeps `Content-Length` if it is one number, and a fitting one.
fn keep_if(headers: &mut HeaderMap, fits: impl FnOnce(u64) -> bool) {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let Some(first) = lengths.next() else { return };
    let digits = first.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let good = lengths.next().is_none() && digits.and_then(|text| text.parse().ok()).is_some_and(fits);
    if !good {
        headers.remove(CONTENT_LENGTH);
    }
}

/// RFC 9110, section 7.6.1.
fn is_hop_by_hop(name: &HeaderName, upgrades: bool) -> bool {
    const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
    const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
    *name == TRANSFER_ENCODING
        || *name == KEEP_ALIVE
        || *name == PROXY_CONNECTION
        || (!upgrades && (*name == CONNECTION || *name == UPGRADE))
}

fn remove_hop_by_hop(headers: &mut HeaderMap, upgrades: bool) {
    while let Some(name) = headers.keys().find(|name| is_hop_by_hop(name, upgrades)).cloned() {
        headers.remove(name);
    }
}

/// A response of the server's own.
pub(crate) fn own<B>(status: StatusCode, text: &'static str, in_flight: InFlight) -> Response<ResponseBody<B>> {
    let source = Source::Own { body: Full::new(Bytes::from_static(text.as_bytes())) };
    let mut response = Response::new(ResponseBody { source, failure: None, in_flight });
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    response
}

/// The answer to a request that is turned away. On HTTP/1 it is the connection's last: what follows
/// on it cannot be trusted.
pub(crate) fn refused<B>(refusal: Refusal, closes: bool, in_flight: InFlight) -> Response<ResponseBody<B>> {
    let mut response = own(refusal.status, refusal.text, in_flight);
    let headers = response.headers_mut();
    if closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use http_body_util::{Empty, StreamBody};

    use super::*;
    use crate::activity::Activity;

    const GET: Asked = Asked { is_head: false, wants_upgrade: false };
    const HEAD: Asked = Asked { is_head: true, wants_upgrade: false };

    fn length<B: Body<Data = Bytes, Error: Into<BoxError>>>(
        status: u16,
        lengths: &[&str],
        body: B,
        asked: Asked,
    ) -> Option<String> {
        let builder =
            lengths.iter().fold(Response::builder().status(status), |b, length| b.header(CONTENT_LENGTH, *length));
        let response = finish(Box::new(builder.body(body).unwrap()), asked, Arc::new(Activity::default()).begin());
        response.headers().get(CONTENT_LENGTH).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn content_length_stays_only_where_it_can_be_true() {
        let known = || Full::new(Bytes::from_static(b"12345"));
        let unknown = || StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, BoxError>>());
        assert_eq!(length(200, &["5"], known(), GET).as_deref(), Some("5"));
        assert_eq!(length(200, &["6"], known(), GET), None);
        assert_eq!(length(200, &["5", "5"], known(), GET), None);
        assert_eq!(length(200, &["+5"], known(), GET), None);
        assert_eq!(length(200, &["9"], unknown(), GET).as_deref(), Some("9"));
        assert_eq!(length(200, &["nine"], unknown(), GET), None);
        assert_eq!(length(200, &[], known(), HEAD).as_deref(), Some("5"));
        assert_eq!(length(200, &["9"], Empty::new(), HEAD).as_deref(), Some("9"));
        assert_eq!(length(204, &["5"], known(), GET), None);
        assert_eq!(length(304, &["5"], Empty::new(), GET), None);
    }

    #[test]
    fn a_failure_lets_what_came_before_it_be_written() {
        let frames = [Ok(Frame::data(Bytes::from_static(b"first"))), Err(BoxError::from("broke"))];
        let body = StreamBody::new(futures_util::stream::iter(frames));
        let mut response = finish(Box::new(Response::new(body)), GET, Arc::new(Activity::default()).begin());
        let mut next = || Pin::new(response.body_mut()).poll_frame(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        assert!(next().is_pending());
        assert!(matches!(next(), Poll::Ready(Some(Err(error))) if error.to_string() == "broke"));
        assert!(matches!(next(), Poll::Ready(None)));
    }

    #[test]
    fn hop_by_hop_headers_go() {
        let response = Response::builder()
            .header("connection", "x-secret")
            .header("transfer-encoding", "chunked")
            .header("keep-alive", "timeout=5")
            .header("upgrade", "h2c")
            .header("x-kept", "1")
            .body(Empty::<Bytes>::new())
            .unwrap();
        let response = finish(Box::new(response), GET, Arc::new(Activity::default()).begin());
        assert_eq!(response.headers().keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-kept"]);
    }

    #[test]
    fn an_upgrade_nobody_asked_for_is_an_error() {
        let response = || {
            Box::new(
                Response::builder().status(101).header("connection", "upgrade").body(Empty::<Bytes>::new()).unwrap(),
            )
        };
        let in_flight = || Arc::new(Activity::default()).begin();
        assert_eq!(finish(response(), GET, in_flight()).status(), 500);
        let asked = Asked { is_head: false, wants_upgrade: true };
        let upgraded = finish(response(), asked, in_flight());
        assert_eq!(upgraded.status(), 101);
        assert!(upgraded.headers().contains_key(CONNECTION));
    }
}
