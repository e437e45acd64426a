//! Where connections are served: by one thread, or by many.
//!
//! Threads that share connections wake each other for work that is nearly done when they come. With two of them a small
//! request took a tenth to a sixth more processor time than with one, which is hardly ever woken once it has much to do. But one
//! is not enough for ever, nor for requests that take long. So there are two runtimes, of which one has a single thread,
//! and whoever runs the server says which of them serves connections now ([`Homes::set`]).
//!
//! A connection moves by itself: when its task is next polled, it spawns itself in the other runtime, and its stream has
//! itself registered there ([`HomeStream`]). Nothing is lost on the way, as a future that is polled tells whatever it waits
//! for to wake the task that polled it last. One that is idle moves with its next request. A WebSocket lives with the many:
//! it may stay for days.
//!
//! Tried before: a runtime of one thread for each core, among which connections are shared out when they come. That is
//! the most expensive of the three, as no thread has much to do at once; and what a long turn blocks waits for it.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::activity::Activity;

/// Which of the two runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Home {
    /// The one that has many threads.
    Many,
    /// The one that has a single one.
    One,
}

/// The runtimes that serve connections.
#[derive(Debug)]
pub struct Homes {
    many: Handle,
    one: Handle,
    now: AtomicU8,
}

impl Homes {
    /// Connections are served by `one` at first. Both need time and I/O.
    pub fn new(many: Handle, one: Handle) -> Self {
        Self { many, one, now: AtomicU8::new(Home::One as u8) }
    }

    /// Where connections are served from now on.
    pub fn set(&self, home: Home) {
        self.now.store(home as u8, Ordering::Relaxed);
    }

    fn now(&self) -> Home {
        if self.now.load(Ordering::Relaxed) == Home::One as u8 { Home::One } else { Home::Many }
    }

    fn runtime(&self, home: Home) -> &Handle {
        match home {
            Home::Many => &self.many,
            Home::One => &self.one,
        }
    }

    /// Has a connection served, where connections are.
    pub(crate) fn spawn(self: &Arc<Self>, activity: Arc<Activity>, served: impl Future<Output = ()> + Send + 'static) {
        self.settle(self.now(), activity, Box::pin(served));
    }

    fn settle(self: &Arc<Self>, home: Home, activity: Arc<Activity>, served: Served) {
        activity.home.move_to(home);
        drop(self.runtime(home).spawn(Resident { served: Some(served), home, activity, homes: Arc::clone(self) }));
    }

    /// Has a connection that has been taken over run on, which does not move any more.
    pub(crate) fn spawn_taken(&self, run: impl Future<Output = ()> + Send + 'static) {
        drop(self.many.spawn(run));
    }
}

type Served = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The task of a connection.
struct Resident {
    /// Nothing when it has moved.
    served: Option<Served>,
    home: Home,
    activity: Arc<Activity>,
    homes: Arc<Homes>,
}

impl Future for Resident {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let now = this.homes.now();
        if now != this.home
            && let Some(served) = this.served.take()
        {
            this.homes.settle(now, Arc::clone(&this.activity), served);
        }
        this.served.as_mut().map_or(Poll::Ready(()), |served| served.as_mut().poll(cx))
    }
}

/// Where a connection lives: what its task tells its stream.
#[derive(Debug, Default)]
pub(crate) struct Address(AtomicU8);

impl Address {
    /// With the many, and does not move any more.
    const SETTLED: u8 = 2;

    fn move_to(&self, home: Home) {
        if self.0.load(Ordering::Relaxed) != Self::SETTLED {
            self.0.store(home as u8, Ordering::Relaxed);
        }
    }

    /// The connection has been taken over; see [`Homes::spawn_taken`].
    pub(crate) fn settle(&self) {
        self.0.store(Self::SETTLED, Ordering::Relaxed);
    }

    fn home(&self) -> Home {
        if self.0.load(Ordering::Relaxed) == Home::One as u8 { Home::One } else { Home::Many }
    }
}

/// The stream of a connection that may move. It follows when it is next read from.
#[derive(Debug)]
pub(crate) struct HomeStream {
    /// Nothing once it could not follow.
    stream: Option<TcpStream>,
    home: Home,
    activity: Arc<Activity>,
    /// Who waits to write: not always who reads.
    writer: Option<Waker>,
}

impl HomeStream {
    /// Of a stream that is registered in whichever runtime: it follows at once.
    pub(crate) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream: Some(stream), home: Home::Many, activity, writer: None }
    }

    /// Moves to the runtime that calls.
    fn follow(&mut self, home: Home) -> io::Result<()> {
        if let Some(stream) = self.stream.take() {
            self.stream = Some(TcpStream::from_std(stream.into_std()?)?);
        }
        self.home = home;
        // What would have woken it is gone.
        self.writer.take().into_iter().for_each(Waker::wake);
        Ok(())
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Remembers who writes, when it has to wait.
    fn awaits<T>(&mut self, cx: &Context<'_>, written: Poll<T>) -> Poll<T> {
        if written.is_pending() {
            self.writer = Some(cx.waker().clone());
        }
        written
    }
}

impl AsyncRead for HomeStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let home = this.activity.home.home();
        if home != this.home {
            this.follow(home)?;
        }
        this.stream()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for HomeStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.stream()?.poll_write(cx, bytes);
        this.awaits(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.stream()?.poll_write_vectored(cx, pieces);
        this.awaits(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    /// A stream of `runtime`'s, and who it speaks with.
    fn connected(runtime: &Runtime, activity: &Arc<Activity>) -> (HomeStream, std::net::TcpStream) {
        let _runtime = runtime.enter();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        (HomeStream::new(TcpStream::from_std(stream).unwrap(), Arc::clone(activity)), peer)
    }

    #[test]
    fn a_stream_that_has_followed_needs_its_first_runtime_no_more() {
        let (first, second) = (runtime(), runtime());
        let activity = Arc::default();
        let (mut stream, mut peer) = connected(&first, &activity);
        peer.write_all(b"1").unwrap();
        assert_eq!(first.block_on(stream.read_u8()).unwrap(), b'1');
        activity.home.move_to(Home::One);
        peer.write_all(b"2").unwrap();
        assert_eq!(second.block_on(stream.read_u8()).unwrap(), b'2');
        drop(first);
        let later = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            peer.write_all(b"3").unwrap();
        });
        let read = second.block_on(async { tokio::time::timeout(Duration::from_secs(20), stream.read_u8()).await });
        assert_eq!(read.unwrap().unwrap(), b'3');
        later.join().unwrap();
    }

    #[test]
    fn who_waits_to_write_is_woken_when_who_reads_has_it_follow() {
        // More than the system keeps between the two.
        const LENGTH: usize = 20_000_000;
        let (first, second) = (runtime(), runtime());
        let activity = Arc::default();
        let (stream, mut peer) = connected(&first, &activity);
        let (mut reads, mut writes) = tokio::io::split(stream);
        let written = first.spawn(async move { writes.write_all(&vec![b'x'; LENGTH]).await });
        std::thread::sleep(Duration::from_millis(50));
        activity.home.move_to(Home::One);
        let read = second.spawn(async move { reads.read_u8().await });
        std::thread::sleep(Duration::from_millis(50));
        peer.read_exact(&mut vec![0; LENGTH]).unwrap();
        peer.write_all(b"y").unwrap();
        first.block_on(written).unwrap().unwrap();
        assert_eq!(second.block_on(read).unwrap().unwrap(), b'y');
    }
}
