//! A body of which it is told when it has flowed.
//!
//! JavaScript pipes a body that nobody has read into the writable side of an identity transform, whose readable side
//! is the body of something else. Then the body goes there by itself, and all that is left of the pipe is a promise
//! of its end.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;

use super::body::{Body, BoxError};
use super::error::BodyError;

/// Hears how a [`joined`] body ended.
pub(super) type Ending = oneshot::Receiver<Result<(), BodyError>>;

/// A body and its ending. `length`, if given, is what the body must have.
pub(super) fn joined(body: Body, length: Option<u64>) -> (Body, Ending) {
    let (ending, receiver) = oneshot::channel();
    let mut joined = JoinedBody { body, remaining: length, ending: Some(ending), over: false };
    if joined.is_over() {
        joined.end(Ok(()));
    }
    (Body::boxed(joined), receiver)
}

struct JoinedBody {
    body: Body,
    remaining: Option<u64>,
    ending: Option<oneshot::Sender<Result<(), BodyError>>>,
    over: bool,
}

impl JoinedBody {
    /// Nothing more will come, so that perhaps nobody asks.
    fn is_over(&self) -> bool {
        let is_over = self.body.is_end_stream() || self.body.size_hint().exact() == Some(0);
        is_over && self.remaining.unwrap_or(0) == 0
    }

    fn end(&mut self, result: Result<(), BodyError>) {
        if let Some(ending) = self.ending.take() {
            // Nobody may want to know.
            let _ = ending.send(result);
        }
    }

    fn fail(&mut self, error: fn() -> BodyError) -> BoxError {
        self.over = true;
        self.body = Body::Empty;
        self.end(Err(error()));
        error().into()
    }
}

impl Drop for JoinedBody {
    fn drop(&mut self) {
        // Who was told the length does not ask for the end.
        if self.remaining == Some(0) {
            self.end(Ok(()));
        }
    }
}

impl HttpBody for JoinedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |chunk| chunk.len() as u64);
                match self.remaining.map(|remaining| remaining.checked_sub(length)) {
                    Some(None) => return Poll::Ready(Some(Err(self.fail(|| BodyError::Overrun)))),
                    Some(left) => self.remaining = left,
                    None => {}
                }
                if self.is_over() {
                    self.end(Ok(()));
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                self.over = true;
                self.end(Err(BodyError::Transport(error.to_string().into())));
                Some(Err(error))
            }
            None if self.remaining.unwrap_or(0) > 0 => Some(Err(self.fail(|| BodyError::Underrun))),
            None => {
                self.over = true;
                self.end(Ok(()));
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining.map_or_else(|| self.body.size_hint(), SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::super::channel::channel;
    use super::*;

    #[tokio::test]
    async fn the_end_is_told_once_the_last_bytes_are_out() {
        let (mut body, mut ending) = joined(Body::Full(Bytes::from_static(b"abc")), None);
        assert!(ending.try_recv().is_err());
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "abc");
        assert!(ending.await.unwrap().is_ok());
        assert!(body.is_end_stream());
        assert!(joined(Body::Empty, None).1.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_body_that_breaks_or_is_dropped_ends_badly() {
        let (writer, body) = channel(None);
        let (body, ending) = joined(Body::Channel(body), None);
        drop(writer);
        assert!(body.collect().await.is_err());
        assert!(ending.await.unwrap().is_err());

        let (_writer, body) = channel(None);
        let (body, ending) = joined(Body::Channel(body), None);
        drop(body);
        assert!(ending.await.is_err());
    }

    #[tokio::test]
    async fn a_length_is_announced_and_kept() {
        let full = || Body::Full(Bytes::from_static(b"abc"));
        let (body, ending) = joined(full(), Some(3));
        assert_eq!(body.length(), Some(3));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
        assert!(ending.await.unwrap().is_ok());
        // Who knows the length drops the body after the last byte, even one that does not know that it has ended.
        let (writer, body) = channel(None);
        let (mut body, ending) = joined(Body::Channel(body), Some(3));
        writer.write(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "abc");
        drop(body);
        assert!(ending.await.unwrap().is_ok());
        for wrong in [2, 4] {
            let (body, ending) = joined(full(), Some(wrong));
            assert!(body.collect().await.is_err());
            assert!(ending.await.unwrap().is_err());
        }
    }
}
