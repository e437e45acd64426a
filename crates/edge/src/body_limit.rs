//! How large a request's body may be.
//!
//! Hosted refuses what is larger than the plan allows with `413`
//! (<https://developers.cloudflare.com/workers/platform/limits/#request-and-response-limits>). A body that says its
//! length is refused before anything is done with it, and costs nothing else. One that does not is counted as it flows:
//! whoever reads it sees it fail, and whoever answers learns of it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};

use crate::handler::BoxError;

/// The body is larger than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request's body is larger than the {0} bytes that it may have")]
pub struct BodyTooLarge(pub u64);

/// The bound of a body whose length is not known beforehand.
#[derive(Clone, Debug)]
pub struct BodyLimit {
    most: u64,
    exceeded: Arc<AtomicBool>,
}

impl BodyLimit {
    /// Looks at a request whose body may have `most` bytes. `None`: it is known to be no larger.
    ///
    /// # Errors
    /// It is known to be larger.
    pub fn of(request: &Request<impl Body>, most: u64) -> Result<Option<Self>, BodyTooLarge> {
        match request.body().size_hint().exact() {
            Some(length) if length > most => Err(BodyTooLarge(most)),
            Some(_) => Ok(None),
            None => Ok(Some(Self { most, exceeded: Arc::default() })),
        }
    }

    /// The body within its bound.
    pub fn apply<B>(&self, body: B) -> LimitedBody<B> {
        LimitedBody { body, left: self.most, limit: self.clone() }
    }

    /// Whether there was more.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }
}

pin_project_lite::pin_project! {
    /// A body that fails where it becomes too large.
    #[derive(Debug)]
    pub struct LimitedBody<B> {
        #[pin]
        body: B,
        left: u64,
        limit: BodyLimit,
    }
}

impl<B: Body<Data = Bytes, Error: Into<BoxError>>> Body for LimitedBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        if this.limit.is_exceeded() {
            return Poll::Ready(Some(Err(BodyTooLarge(this.limit.most).into())));
        }
        let Some(frame) = ready!(this.body.poll_frame(cx)) else { return Poll::Ready(None) };
        let frame = frame.map_err(Into::into)?;
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        match this.left.checked_sub(length) {
            Some(left) => {
                *this.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            None => {
                this.limit.exceeded.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(BodyTooLarge(this.limit.most).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    #[tokio::test]
    async fn what_is_within_the_bound_flows_and_what_is_not_fails() {
        for (most, exceeded) in [(9, false), (8, true), (0, true)] {
            let limit = BodyLimit { most, exceeded: Arc::default() };
            let frames =
                [b"123", b"456", b"789"].map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::from_static(chunk))));
            let body = limit.apply(StreamBody::new(futures_util::stream::iter(frames)));
            let collected = body.collect().await;
            assert_eq!(limit.is_exceeded(), exceeded, "{most}");
            assert_eq!(collected.map(|body| body.to_bytes()).ok(), (!exceeded).then(|| "123456789".into()));
        }
    }
}
