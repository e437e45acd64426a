//! Values between bodies and storage.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use selvedge_storage::kv::{KvStream, KvValue};
use selvedge_web::fetch::{Body, BoxError};

/// A body as a value to be written.
pub(super) fn of_body(body: Body) -> KvValue {
    match body {
        Body::Empty => KvValue::Whole(Bytes::new()),
        Body::Full(bytes) => KvValue::Whole(bytes),
        body => {
            let length = body.length();
            KvValue::Stream(KvStream { length, pieces: body.into_data_stream().map_err(Into::into).boxed() })
        }
    }
}

/// A value that was read, as a body.
pub(super) fn to_body(value: KvValue) -> Body {
    match value {
        KvValue::Whole(bytes) => Body::Full(bytes),
        KvValue::Stream(stream) => Body::boxed(Pieces { remaining: stream.length, stream }),
    }
}

/// A stream of known length.
struct Pieces {
    stream: KvStream,
    remaining: Option<u64>,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = std::task::ready!(Pin::new(&mut self.stream.pieces).poll_next(cx));
        Poll::Ready(piece.map(|piece| {
            let piece = piece?;
            self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(piece.len() as u64));
            Ok(Frame::data(piece))
        }))
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
