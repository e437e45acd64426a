//! A body that JavaScript may read, as an entry in a resource table.
//!
//! Most bodies are never read: they go from one socket to another. So this holds the body as it came, still
//! in its content coding; only the first read puts a decoder before it. [`BodyResource::take_encoded`] hands
//! the body on untouched.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use http_body::Body as HttpBody;
use selvedge_runtime::Memory;

use super::body::Body;
use super::coding::ContentCoding;
use super::error::BodyError;
use super::join::{Ending, joined};
use super::tee::tee;
use crate::meter::Meter;

/// The most that `text()`, `json()`, `arrayBuffer()` and their like collect: an isolate's memory, in bytes.
pub const READ_ALL_LIMIT: usize = 128 * 1024 * 1024;

/// No more than this is set aside because a peer announced a length.
const TRUSTED_LENGTH: u64 = 1024 * 1024;

/// A readable body.
#[derive(Debug)]
pub struct BodyResource {
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// `busy` while a read is in progress, which then waits with `reader`.
    Open {
        body: Body,
        coding: ContentCoding,
        busy: bool,
        reader: Option<Waker>,
    },
    Ended,
    Taken,
    Cancelled,
}

impl BodyResource {
    /// A body in no content coding.
    pub fn new(body: Body) -> Self {
        Self::encoded(body, ContentCoding::Identity)
    }

    /// A body in a content coding, which reads undo.
    pub fn encoded(body: Body, coding: ContentCoding) -> Self {
        Self { state: Mutex::new(State::Open { body, coding, busy: false, reader: None }) }
    }

    /// Reads the next chunk, decoded; `None` at the end.
    ///
    /// # Errors
    /// [`BodyError::Used`] when another read is in progress or the body has been taken, and what the transport
    /// or the decoder reports.
    pub async fn read(&self) -> Result<Option<Bytes>, BodyError> {
        let _busy = Busy::begin(self)?;
        loop {
            match poll_fn(|cx| self.poll_chunk(cx)).await? {
                Some(chunk) if chunk.is_empty() => {}
                chunk => return Ok(chunk),
            }
        }
    }

    /// Reads all that is left, decoded, up to `limit` bytes, which meanwhile count towards an instance's memory.
    ///
    /// # Errors
    /// As [`BodyResource::read`], and [`BodyError::TooLarge`].
    pub async fn read_all(&self, limit: usize, memory: Option<&Arc<Memory>>) -> Result<Vec<u8>, BodyError> {
        let _busy = Busy::begin(self)?;
        let mut meter = Meter::new(memory.cloned());
        let Some(first) = poll_fn(|cx| self.poll_chunk(cx)).await? else {
            return Ok(Vec::new());
        };
        let announced = self.remaining().min(TRUSTED_LENGTH);
        let mut next = poll_fn(|cx| self.poll_chunk(cx)).await?;
        if next.is_none() && first.len() <= limit {
            // One chunk: it becomes the vector itself where nobody else holds its memory.
            return Ok(first.into());
        }
        let mut all = BytesMut::with_capacity(first.len() + usize::try_from(announced).unwrap_or(0));
        all.extend_from_slice(&first);
        while let Some(chunk) = next {
            let length = all.len() + chunk.len();
            if length > limit || meter.hold(length).is_err() {
                self.cancel();
                return Err(BodyError::TooLarge);
            }
            all.extend_from_slice(&chunk);
            next = poll_fn(|cx| self.poll_chunk(cx)).await?;
        }
        if all.len() > limit { Err(BodyError::TooLarge) } else { Ok(all.into()) }
    }

    /// Takes the body, decoded, to pass it on. `None` if it is taken already, or being read.
    pub fn take(&self) -> Option<Body> {
        self.take_encoded().map(|(body, coding)| coding.decode(body))
    }

    /// Takes the body as it came, with the coding it is in.
    pub fn take_encoded(&self) -> Option<(Body, ContentCoding)> {
        let mut state = self.state();
        match &mut *state {
            State::Open { body, coding, busy: false, .. } => {
                let taken = (std::mem::take(body), *coding);
                *state = State::Taken;
                Some(taken)
            }
            State::Ended => {
                *state = State::Taken;
                Some((Body::Empty, ContentCoding::Identity))
            }
            _ => None,
        }
    }

    /// Takes the body and makes two of it, in the coding that it is in. `None` as for [`BodyResource::take`].
    pub fn tee(&self, memory: &Arc<Memory>) -> Option<(Self, Self)> {
        let (body, coding) = self.take_encoded()?;
        let (first, second) = tee(body, memory);
        Some((Self::encoded(first, coding), Self::encoded(second, coding)))
    }

    /// Takes the body and makes one of it that tells its end. A `length` is one of decoded bytes. `None` as for
    /// [`BodyResource::take`].
    pub(super) fn join(&self, length: Option<u64>) -> Option<(Self, Ending)> {
        let (body, coding) = self.take_encoded()?;
        let (body, coding) = match length {
            Some(_) => (coding.decode(body), ContentCoding::Identity),
            None => (body, coding),
        };
        let (body, ending) = joined(body, length);
        Some((Self::encoded(body, coding), ending))
    }

    /// Gives the body up: the transport is told, and a read in progress fails.
    pub fn cancel(&self) {
        let mut state = self.state();
        if let State::Open { reader, .. } = &mut *state {
            let reader = reader.take();
            *state = State::Cancelled;
            drop(state);
            if let Some(reader) = reader {
                reader.wake();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remaining(&self) -> u64 {
        match &*self.state() {
            State::Open { body, .. } => body.size_hint().lower(),
            _ => 0,
        }
    }

    fn poll_chunk(&self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BodyError>> {
        let mut state = self.state();
        let State::Open { body, coding, reader, .. } = &mut *state else {
            return Poll::Ready(match *state {
                State::Ended => Ok(None),
                State::Cancelled => Err(BodyError::Cancelled),
                _ => Err(BodyError::Used),
            });
        };
        if *coding != ContentCoding::Identity {
            *body = std::mem::replace(coding, ContentCoding::Identity).decode(std::mem::take(body));
        }
        loop {
            let frame = match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Pending => {
                    *reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                Poll::Ready(frame) => frame,
            };
            match frame {
                // Trailers have no place in the Fetch API.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Ok(Some(data)));
                    }
                }
                Some(Err(error)) => {
                    *state = State::Cancelled;
                    return Poll::Ready(Err(error.into()));
                }
                None => {
                    *state = State::Ended;
                    return Poll::Ready(Ok(None));
                }
            }
        }
    }
}

/// One reader at a time; a read that is dropped halfway leaves the body readable.
struct Busy<'a>(&'a BodyResource);

impl<'a> Busy<'a> {
    fn begin(resource: &'a BodyResource) -> Result<Self, BodyError> {
        match &mut *resource.state() {
            State::Open { busy: true, .. } => return Err(BodyError::Used),
            State::Open { busy, .. } => *busy = true,
            _ => {}
        }
        Ok(Self(resource))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if let State::Open { busy, reader, .. } = &mut *self.0.state() {
            *busy = false;
            *reader = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::channel::channel;
    use super::*;

    #[tokio::test]
    async fn chunks_come_one_by_one_and_then_the_end() {
        let (writer, body) = channel(None);
        let resource = BodyResource::new(Body::Channel(body));
        writer.write(Bytes::from_static(b"a")).await.unwrap();
        assert_eq!(resource.read().await.unwrap().unwrap(), "a");
        writer.close();
        drop(writer);
        assert!(resource.read().await.unwrap().is_none());
        assert!(resource.read().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn only_one_reads_at_a_time() {
        let (_writer, body) = channel(None);
        let resource = BodyResource::new(Body::Channel(body));
        let mut first = Box::pin(resource.read());
        assert!(first.as_mut().now_or_never().is_none());
        assert!(matches!(resource.read().await, Err(BodyError::Used)));
        assert!(resource.take().is_none());
    }

    #[tokio::test]
    async fn cancelling_ends_a_read_in_progress_and_tells_the_writer() {
        let (writer, body) = channel(None);
        let resource = BodyResource::new(Body::Channel(body));
        let (read, ()) = tokio::join!(resource.read(), async { resource.cancel() });
        assert!(matches!(read, Err(BodyError::Cancelled)));
        assert!(matches!(writer.write(Bytes::from_static(b"a")).await, Err(BodyError::Disconnected)));
    }

    #[tokio::test]
    async fn all_is_limited() {
        let full = |text: &'static str| BodyResource::new(Body::from(Bytes::from_static(text.as_bytes())));
        assert_eq!(full("hello").read_all(5, None).await.unwrap(), b"hello");
        assert!(matches!(full("hello").read_all(4, None).await, Err(BodyError::TooLarge)));
        assert_eq!(full("").read_all(4, None).await.unwrap(), b"");
    }

    /// Chunks whose length in all is known.
    struct Known(Vec<&'static [u8]>);

    impl HttpBody for Known {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, BodyError>>> {
            let chunk = (!self.0.is_empty()).then(|| self.0.remove(0));
            Poll::Ready(chunk.map(|chunk| Ok(http_body::Frame::data(Bytes::from_static(chunk)))))
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(self.0.iter().map(|chunk| chunk.len() as u64).sum())
        }
    }

    #[tokio::test]
    async fn all_of_a_known_length_has_its_room_from_the_start() {
        let body = Known(vec![&[b'a'; 1000], &[b'b'; 3000], &[b'c'; 500]]);
        let all = BodyResource::new(Body::boxed(body)).read_all(READ_ALL_LIMIT, None).await.unwrap();
        assert_eq!((all.len(), all.capacity()), (4500, 4500));
        assert!(all.starts_with(b"a") && all[1000..].starts_with(b"b") && all[4000..].iter().all(|&byte| byte == b'c'));
    }

    #[tokio::test]
    async fn a_taken_body_is_gone() {
        let resource = BodyResource::new(Body::from(Bytes::from_static(b"x")));
        assert_eq!(resource.take().unwrap().length(), Some(1));
        assert!(resource.take().is_none());
        assert!(matches!(resource.read().await, Err(BodyError::Used)));
    }
}
