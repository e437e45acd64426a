//! A view of the raw bytes of HTTP/1 heads, for what hyper does not tell.
//!
//! A request with both `Content-Length` and `Transfer-Encoding` is how requests are smuggled past a
//! front end, and so is a repeated `Content-Length`. hyper resolves both by itself (as RFC 9112,
//! section 6.3 allows) and hands over headers in which no trace is left; a front end must refuse
//! them instead, because the next server may resolve them the other way.
//!
//! So [`TapIo`](crate::tap_io::TapIo) keeps a copy of the bytes of the current head as they are read. hyper stays the
//! only parser: when it hands over a request, [`HeadTap::take`] is told how hyper framed it, and
//! from that knows which of the bytes seen are the head, which are the body and which begin the
//! next head. The raw lines are looked at only when the request has a body. A `GET` costs one copy
//! of a few hundred bytes and one search for the blank line.
//!
//! A body often comes with its head, in one read. What of it hyper has not spoken about yet is kept, too; but not much of it
//! where the head itself says, in so many words, how long the body is: then it is only counted. Should hyper see it otherwise,
//! the request is refused. (Of echoing 64 KB, five copies of them were a quarter of the time, and two of these were here.)
//!
//! It also sees when a connection ends in the middle of a body, or the body's framing breaks. hyper
//! tells both to whoever reads the body, and that is the Worker; but the mistake is the client's,
//! and so is the answer.
//!
//! Considered and dropped: a second parser in front of hyper (two parsers that may disagree are the
//! very problem), and `preserve_header_case` (its names are private, and it skips just the header
//! in question).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use crate::activity::Activity;
use crate::chunks::{Chunks, Followed};
use crate::raw_head::{framing_is_ambiguous, head_end, plain_length};

/// Bytes that most heads fit in. Room for so many is kept between requests, not more.
const USUAL_HEAD: usize = 2048;

/// Bytes that small heads fit in. These are kept beside all else that is known of a head, so that it is in the processor's
/// caches with that.
const SMALL_HEAD: usize = 192;

/// So many bytes after a head are worth a look at what it says of its body, before they are copied.
const MUCH: usize = 2048;

/// How hyper framed the body of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Framing {
    /// Neither of the others: no body.
    None,
    /// A `Content-Length` of so many bytes.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
}

/// What the raw head says that hyper's headers do not.
#[derive(Debug, PartialEq)]
pub(crate) enum RawHead {
    /// Nothing more.
    Clean,
    /// Both `Content-Length` and `Transfer-Encoding`, or one of them twice.
    AmbiguousFraming,
}

/// The bytes of the current head of one HTTP/1 connection. Its lock is never contended: the
/// connection's task is its only user.
#[derive(Debug)]
pub(crate) struct HeadTap {
    seen: Mutex<Seen>,
    body_is_broken: AtomicBool,
    /// Whether the bytes so far end where a request does.
    is_between: AtomicBool,
    activity: Arc<Activity>,
}

#[derive(Debug)]
struct Seen {
    /// The head so far; whatever was read after it, until hyper says how it is framed.
    head: SmallVec<[u8; SMALL_HEAD]>,
    /// What came right after the head and was not kept.
    unkept: Option<Unkept>,
    place: Place,
    /// No more bytes will come. hyper may read so far before it hands over the request.
    ended: bool,
}

/// A body that came with its head.
#[derive(Debug)]
struct Unkept {
    /// Its length, by the head's own words.
    length: u64,
    /// How much of it has come. What comes after the whole of it is kept.
    seen: u64,
}

#[derive(Debug)]
enum Place {
    Head,
    Body(u64),
    Chunked(Chunks),
    /// The framing of a chunked body is lost, and hyper is about to find out.
    Broken,
    /// The connection no longer speaks HTTP.
    Over,
}

impl HeadTap {
    pub(crate) fn new(activity: Arc<Activity>) -> Self {
        let seen = Seen { head: SmallVec::new(), unkept: None, place: Place::Head, ended: false };
        Self {
            seen: Mutex::new(seen),
            body_is_broken: AtomicBool::new(false),
            is_between: AtomicBool::new(true),
            activity,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These bytes have been read.
    pub(crate) fn feed(&self, bytes: &[u8]) {
        let mut seen = self.lock();
        seen.feed(bytes);
        self.publish(&seen);
    }

    /// No more bytes will come.
    pub(crate) fn end(&self) {
        let mut seen = self.lock();
        seen.ended = true;
        self.publish(&seen);
    }

    /// Tells those who look without the lock.
    fn publish(&self, seen: &Seen) {
        if seen.body_is_broken() {
            self.body_is_broken.store(true, Ordering::Relaxed);
        }
        self.activity.set_reading_head(!seen.head.is_empty());
        let is_between = matches!(seen.place, Place::Head) && seen.head.is_empty() && !seen.ended;
        self.is_between.store(is_between, Ordering::Relaxed);
    }

    /// Looks at the head that hyper has just handed over as a request framed so, and moves on past
    /// it.
    pub(crate) fn take(&self, framing: Framing) -> RawHead {
        let mut seen = self.lock();
        let end = head_end(&seen.head).unwrap_or(seen.head.len());
        let unkept = seen.unkept.take();
        let is_as_said = unkept.as_ref().is_none_or(|unkept| framing == Framing::Length(unkept.length));
        let raw = if !is_as_said || framing != Framing::None && framing_is_ambiguous(&seen.head[..end]) {
            RawHead::AmbiguousFraming
        } else {
            RawHead::Clean
        };
        seen.place = match framing {
            // What the body is, and where it ends, cannot be told any more.
            _ if !is_as_said => Place::Broken,
            Framing::Length(length) => match length - unkept.map_or(0, |unkept| unkept.seen) {
                0 => Place::Head,
                left => Place::Body(left),
            },
            Framing::None => Place::Head,
            Framing::Chunked => Place::Chunked(Chunks::default()),
        };
        if end == seen.head.len() {
            seen.head.clear();
            // One large head must not weigh on the connection for the rest of its life.
            if seen.head.capacity() > USUAL_HEAD {
                seen.head = SmallVec::new();
            }
        } else {
            let after = seen.head[end..].to_vec();
            seen.head.clear();
            seen.feed(&after);
        }
        self.publish(&seen);
        raw
    }

    /// Whether the body being read has broken chunked framing, or ended before it was whole.
    pub(crate) fn body_is_broken(&self) -> bool {
        self.body_is_broken.load(Ordering::Relaxed)
    }

    /// Whether some of a head, but not all of it, has come.
    pub(crate) fn has_partial_head(&self) -> bool {
        let seen = self.lock();
        !seen.head.is_empty() && head_end(&seen.head).is_none()
    }

    /// Whether a request is being answered, and all of it but nothing of the next one is here.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.activity.is_answering() && self.is_between.load(Ordering::Relaxed)
    }

    /// What follows is not HTTP (after `101 Switching Protocols`).
    pub(crate) fn stop(&self) {
        let mut seen = self.lock();
        seen.place = Place::Over;
        seen.head = SmallVec::new();
        self.publish(&seen);
    }
}

impl Seen {
    fn body_is_broken(&self) -> bool {
        match self.place {
            Place::Broken => true,
            Place::Body(_) | Place::Chunked(_) => self.ended,
            Place::Head | Place::Over => false,
        }
    }

    /// Keeps bytes of a head, and of what comes after it.
    fn gather(&mut self, mut bytes: &[u8]) {
        if self.head.is_empty()
            && bytes.len() > MUCH
            && let Some((head, rest)) = head_end(bytes).and_then(|end| bytes.split_at_checked(end))
            && rest.len() > MUCH
            && let Some(length) = plain_length(head)
        {
            self.head.extend_from_slice(head);
            self.unkept = Some(Unkept { length, seen: 0 });
            bytes = rest;
        }
        if let Some(Unkept { length, seen }) = &mut self.unkept {
            let step = usize::try_from(*length - *seen).unwrap_or(usize::MAX).min(bytes.len());
            *seen += step as u64;
            bytes = &bytes[step..];
        }
        self.head.extend_from_slice(bytes);
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match &mut self.place {
                Place::Head => return self.gather(bytes),
                Place::Body(left) => {
                    let step = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= step as u64;
                    bytes = &bytes[step..];
                    if *left == 0 {
                        self.place = Place::Head;
                    }
                }
                Place::Chunked(chunks) => match chunks.follow(bytes) {
                    Followed::More => return,
                    Followed::Ended(at) => {
                        bytes = &bytes[at..];
                        self.place = Place::Head;
                    }
                    Followed::Broken => {
                        self.place = Place::Broken;
                    }
                },
                Place::Broken | Place::Over => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tap() -> HeadTap {
        HeadTap::new(Arc::new(Activity::default()))
    }

    #[test]
    fn pipelined_heads_are_told_apart() {
        let tap = tap();
        tap.feed(b"\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\ncontent-length: 3\r\n\r\nab");
        assert_eq!(tap.take(Framing::None), RawHead::Clean);
        assert_eq!(tap.take(Framing::Length(3)), RawHead::Clean);
        assert!(!tap.has_partial_head());
        tap.feed(b"cGET /c HT");
        assert!(tap.has_partial_head());
        tap.feed(b"TP/1.1\r\n\r\n");
        assert_eq!(tap.take(Framing::None), RawHead::Clean);
        assert!(!tap.has_partial_head());
    }

    #[test]
    fn a_body_that_looks_like_headers_is_not_one() {
        let tap = tap();
        tap.feed(b"POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n\nContent-Length: 20\n\n");
        assert_eq!(tap.take(Framing::Length(20)), RawHead::Clean);
    }

    #[test]
    fn both_framings_in_either_order_and_any_case() {
        for head in [
            &b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"[..],
            b"POST / HTTP/1.1\r\ncONTENT-lENGTH: 5\r\nTRANSFER-encoding: chunked\r\n\r\n",
            b"POST / HTTP/1.1\ncontent-length:5\nTransfer-Encoding:chunked\n\n",
        ] {
            let tap = tap();
            tap.feed(head);
            assert_eq!(tap.take(Framing::Chunked), RawHead::AmbiguousFraming);
        }
        let tap = tap();
        tap.feed(b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(tap.take(Framing::Length(5)), RawHead::AmbiguousFraming);
    }

    #[test]
    fn a_large_body_that_comes_with_its_head_is_counted_and_not_kept() {
        let body = [b'x'; 10_000];
        let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n";
        // Whole and with the next head after it, whole alone, in part.
        for (sent, next) in [(10_000, &b"GET / HTTP/1.1\r\n"[..]), (10_000, b""), (4000, b"")] {
            let tap = tap();
            tap.feed(&[&head[..], &body[..sent], next].concat());
            assert_eq!(tap.lock().head.len(), head.len() + next.len());
            assert_eq!(tap.take(Framing::Length(10_000)), RawHead::Clean);
            tap.feed(&body[sent..]);
            assert_eq!(tap.has_partial_head(), !next.is_empty());
            assert!(!tap.body_is_broken());
            tap.feed(if next.is_empty() { b"GET / HTTP/1.1\r\n\r\n" } else { b"\r\n" });
            assert_eq!(tap.take(Framing::None), RawHead::Clean);
            assert!(!tap.has_partial_head());
        }
        let cut = tap();
        cut.feed(&[&head[..], &body[..4000]].concat());
        cut.end();
        cut.take(Framing::Length(10_000));
        assert!(cut.body_is_broken());
    }

    #[test]
    fn a_body_that_was_not_kept_is_refused_where_hyper_sees_another() {
        let body = [b'x'; 10_000];
        for framing in [Framing::None, Framing::Length(9999), Framing::Length(0), Framing::Chunked] {
            let tap = tap();
            tap.feed(&[&b"POST / HTTP/1.1\r\nContent-Length: 10000\r\n\r\n"[..], &body].concat());
            assert_eq!(tap.take(framing), RawHead::AmbiguousFraming, "{framing:?}");
        }
    }

    #[test]
    fn the_head_after_a_chunked_body_is_found_and_broken_chunks_are_told() {
        let tap = tap();
        tap.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\n\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n");
        assert_eq!(tap.take(Framing::Chunked), RawHead::Clean);
        assert!(tap.has_partial_head());
        tap.feed(b"\r\n");
        assert_eq!(tap.take(Framing::None), RawHead::Clean);
        assert!(!tap.has_partial_head());

        tap.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(tap.take(Framing::Chunked), RawHead::Clean);
        assert!(!tap.body_is_broken());
        tap.feed(b"nonsense");
        assert!(tap.body_is_broken());
    }

    #[test]
    fn a_connection_may_end_between_requests_and_not_within_a_body() {
        for (framing, body, broken) in [
            (Framing::None, &b""[..], false),
            (Framing::Length(4), b"body", false),
            (Framing::Length(4), b"bod", true),
            (Framing::Chunked, b"4\r\nbody\r\n0\r\n\r\n", false),
            (Framing::Chunked, b"4\r\nbody\r\n", true),
        ] {
            let (late, early) = (tap(), tap());
            late.feed(b"POST / HTTP/1.1\r\n\r\n");
            late.take(framing);
            late.feed(body);
            late.end();
            early.feed(&[b"POST / HTTP/1.1\r\n\r\n", body].concat());
            early.end();
            assert!(!early.has_partial_head());
            early.take(framing);
            for tap in [late, early] {
                assert_eq!(tap.body_is_broken(), broken, "{framing:?} {}", body.escape_ascii());
            }
        }
    }
}
