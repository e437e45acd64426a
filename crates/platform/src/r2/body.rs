//! Bodies between the platform and a bucket.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use http_body_util::BodyDataStream;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use selvedge_ops::OpError;
use selvedge_runtime::Invocation;
use selvedge_storage::blob::{BlobStream, BoxError, Content};
use selvedge_web::fetch::{Body, BodyArgument};

/// Hosted's refusal of a stream that does not know its end.
const UNKNOWN_LENGTH: &str = "Provided readable stream must have a known length (request/response body or readable \
    half of FixedLengthStream)";

/// What JavaScript gives to be stored.
///
/// # Errors
/// The body has been used, or its length is not known.
pub(super) fn content(invocation: &Invocation, body: BodyArgument) -> Result<Content, OpError> {
    let body = body.into_body(invocation.resources())?;
    let length = body.length().ok_or_else(|| OpError::type_error(UNKNOWN_LENGTH))?;
    let stream = BodyDataStream::new(body);
    Ok(Content { stream: Box::pin(stream), length: Some(length) })
}

/// Content of a bucket as a body, which knows its length.
pub(super) fn body(stream: BlobStream, length: u64) -> Body {
    if length == 0 { Body::Empty } else { Body::boxed(Measured { stream, left: length }) }
}

/// A stream that knows how much it has yet to give.
struct Measured {
    stream: BlobStream,
    left: u64,
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunk = ready!(Pin::new(&mut self.stream).poll_next(cx));
        Poll::Ready(chunk.map(|chunk| {
            let chunk = chunk?;
            self.left = self.left.saturating_sub(chunk.len() as u64);
            Ok(Frame::data(chunk))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
