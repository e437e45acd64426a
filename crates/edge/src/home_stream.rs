//! The stream of a connection that may move from one runtime to another ([`crate::Homes`]), and whose short writes are made
//! together with others' while the single thread serves it ([`crate::outbox`]).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use arrayvec::ArrayVec;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::activity::Activity;
use crate::homes::{Home, Homes};
use crate::outbox::{Outbox, SHORT};
use crate::socket::Socket;

/// Follows its connection when it is next read from.
#[derive(Debug)]
pub(crate) struct HomeStream {
    /// Nothing once it could not follow.
    socket: Option<Arc<Socket>>,
    home: Home,
    activity: Arc<Activity>,
    outbox: Option<Arc<Outbox>>,
    /// A write went into the box. It may still be there, or some of it be left.
    has_put: bool,
    /// Who waits to write: not always who reads.
    writer: Option<Waker>,
}

impl HomeStream {
    /// Of a stream that is registered in whichever runtime: it follows at once.
    pub(crate) fn new(stream: TcpStream, activity: Arc<Activity>, homes: Option<&Homes>) -> Self {
        Self {
            socket: Some(Arc::new(Socket::new(stream))),
            home: Home::Many,
            activity,
            outbox: homes.map(|homes| Arc::clone(&homes.outbox)),
            has_put: false,
            writer: None,
        }
    }

    /// Moves to the runtime that calls.
    fn follow(&mut self, home: Home) -> io::Result<()> {
        self.own()?;
        if let Some(socket) = self.socket.take().and_then(Arc::into_inner) {
            self.socket = Some(Arc::new(socket.register_anew()?));
        }
        self.home = home;
        // What would have woken it is gone.
        self.writer.take().into_iter().for_each(Waker::wake);
        Ok(())
    }

    /// The socket, while the box has a write of it.
    fn in_outbox(&self) -> Option<&Socket> {
        let socket = self.socket.as_ref().filter(|_| self.has_put)?;
        (Arc::strong_count(socket) > 1).then_some(socket)
    }

    /// The socket, of which the box has nothing any more.
    fn own(&mut self) -> io::Result<&mut Socket> {
        if self.in_outbox().is_some()
            && let Some(outbox) = &self.outbox
        {
            outbox.flush();
        }
        self.socket.as_mut().and_then(Arc::get_mut).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Writes what the box has, and what the socket did not take from there.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.has_put {
            return Poll::Ready(Ok(()));
        }
        loop {
            let socket = self.own()?;
            if socket.rest().is_empty() {
                break;
            }
            let written = socket.poll_rest(cx);
            ready!(self.awaits(cx, written))?;
        }
        self.has_put = false;
        Poll::Ready(Ok(()))
    }

    /// Writes few bytes.
    fn poll_short(&mut self, cx: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if let (Some(outbox), Some(socket), Home::One) = (&self.outbox, &mut self.socket, self.home) {
            self.has_put = true;
            return Poll::Ready(Ok(outbox.put(socket, pieces, cx)));
        }
        let mut bytes = ArrayVec::<u8, SHORT>::new();
        for piece in pieces {
            // The system takes longer over a list of pieces than over one.
            let _fits = bytes.try_extend_from_slice(piece);
        }
        let written = Pin::new(&mut self.own()?.stream).poll_write(cx, &bytes);
        self.awaits(cx, written)
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
        this.activity.prefetch();
        if home != this.home {
            this.follow(home)?;
        }
        // Who asks for more than there is leaves the box alone.
        if let Some(socket) = this.in_outbox() {
            ready!(socket.stream.poll_read_ready(cx))?;
        }
        // Another task may read than the one that wrote and has been woken.
        if let Poll::Ready(Err(error)) = this.poll_rest(cx) {
            return Poll::Ready(Err(error));
        }
        match &this.socket {
            Some(socket) => socket.poll_read(cx, buffer),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for HomeStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_rest(cx))?;
        if bytes.len() <= SHORT {
            return this.poll_short(cx, &[IoSlice::new(bytes)]);
        }
        let written = Pin::new(&mut this.own()?.stream).poll_write(cx, bytes);
        this.awaits(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_rest(cx))?;
        if pieces.iter().map(|piece| piece.len()).sum::<usize>() <= SHORT {
            return this.poll_short(cx, pieces);
        }
        let written = Pin::new(&mut this.own()?.stream).poll_write_vectored(cx, pieces);
        this.awaits(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.stream.is_write_vectored())
    }

    /// What is in the box counts as written: it will be, or what is left of it is written here. A socket keeps nothing back.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.in_outbox().is_some() { Poll::Ready(Ok(())) } else { this.poll_rest(cx) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_rest(cx))?;
        Pin::new(&mut this.own()?.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use bytes::Bytes;
    use http::Response;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::runtime::{Builder, Runtime};

    use super::*;
    use crate::RayId;

    fn runtime() -> Runtime {
        Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    /// A stream of `runtime`'s, and who it speaks with.
    fn connected(runtime: &Runtime, activity: &Arc<Activity>) -> (HomeStream, std::net::TcpStream) {
        connected_in(runtime, activity, None)
    }

    fn connected_in(
        runtime: &Runtime,
        activity: &Arc<Activity>,
        homes: Option<&Homes>,
    ) -> (HomeStream, std::net::TcpStream) {
        let _runtime = runtime.enter();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        (HomeStream::new(TcpStream::from_std(stream).unwrap(), Arc::clone(activity), homes), peer)
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

    /// A stream that lives with the single thread of `one` and has read a byte there, and who it speaks with.
    fn settled(one: &Runtime, many: &Runtime) -> (HomeStream, std::net::TcpStream) {
        let homes = Homes::new(many.handle().clone(), one.handle().clone());
        let activity = Arc::<Activity>::default();
        activity.home.move_to(Home::One);
        let (mut stream, mut peer) = connected_in(one, &activity, Some(&homes));
        peer.write_all(b"1").unwrap();
        assert_eq!(one.block_on(stream.read_u8()).unwrap(), b'1');
        (stream, peer)
    }

    fn read(peer: &mut std::net::TcpStream, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        peer.read_exact(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn few_bytes_are_written_whole() {
        let many = runtime();
        let (mut stream, mut peer) = connected(&many, &Arc::default());
        let pieces = [&b"head"[..], b"", b"body"].map(IoSlice::new);
        assert_eq!(many.block_on(stream.write_vectored(&pieces)).unwrap(), 8);
        assert_eq!(read(&mut peer, 8), b"headbody");
    }

    #[test]
    fn a_short_write_is_made_though_nobody_asks_again() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        one.block_on(async { stream.write_all(b"short").await }).unwrap();
        assert_eq!(read(&mut peer, 5), b"short");
    }

    #[test]
    fn a_short_write_waits_for_the_tasks_that_are_ready_only() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        peer.set_nonblocking(true).unwrap();
        let early = one.spawn(async move {
            stream.write_all(b"short").await.unwrap();
            // Within the same poll: the task that writes has not run.
            let early = peer.read(&mut [0; 5]).is_ok();
            (early, stream, peer)
        });
        let (early, _stream, mut peer) = one.block_on(early).unwrap();
        assert!(!early, "it was not put in the box");
        peer.set_nonblocking(false).unwrap();
        assert_eq!(read(&mut peer, 5), b"short");
    }

    #[test]
    fn writes_stay_in_their_order() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        let pieces = (0..100u8).map(|piece| vec![piece; [1, SHORT, SHORT + 1, 70_000][usize::from(piece) % 4]]);
        let pieces: Vec<_> = pieces.collect();
        let expected = pieces.concat();
        one.spawn(async move {
            for piece in pieces {
                stream.write_all(&piece).await.unwrap();
            }
            stream.shutdown().await.unwrap();
        });
        let mut all = Vec::new();
        peer.read_to_end(&mut all).unwrap();
        assert!(all == expected);
    }

    #[test]
    fn who_reads_late_gets_all_short_writes() {
        // More than the system keeps between the two.
        const PIECES: usize = 20_000;
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        let written = one.spawn(async move {
            for piece in 0..PIECES {
                stream.write_all(&[u8::try_from(piece % 251).unwrap(); SHORT]).await.unwrap();
            }
            // Its task has nothing else to do: it is woken for what is left.
            stream.flush().await.unwrap();
            stream.read_u8().await.unwrap()
        });
        std::thread::sleep(Duration::from_millis(100));
        assert!(!written.is_finished());
        for piece in 0..PIECES {
            assert!(read(&mut peer, SHORT).iter().all(|&byte| usize::from(byte) == piece % 251));
        }
        peer.write_all(b"2").unwrap();
        assert_eq!(one.block_on(written).unwrap(), b'2');
    }

    #[test]
    fn a_short_write_is_made_though_its_stream_ends() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        one.block_on(async move { stream.write_all(b"last").await }).unwrap();
        let mut all = String::new();
        peer.read_to_string(&mut all).unwrap();
        assert_eq!(all, "last");
    }

    #[test]
    fn a_short_write_is_made_before_a_bystander_answers_the_next_request() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        let activity = Arc::clone(&stream.activity);
        let outbox = stream.outbox.clone();
        activity.bystander.stand_by(&stream.own().unwrap().stream, false, outbox.as_ref());
        let stuck = one.spawn(async move {
            stream.write_all(b"the one before, ").await.unwrap();
            let ray = RayId::new();
            let _watched = activity.bystander.watch(ray);
            // The task that empties the box has to wait for this one.
            let answer = Response::new(Bytes::from_static(b"then this"));
            std::thread::scope(|scope| {
                scope.spawn(|| activity.bystander.answer(ray, &answer));
            });
            stream
        });
        let mut all = String::new();
        peer.read_to_string(&mut all).unwrap();
        assert!(all.starts_with("the one before, HTTP/1.1 200 OK") && all.ends_with("then this"), "{all}");
        drop(one.block_on(stuck).unwrap());
    }

    #[test]
    fn a_short_write_is_made_before_its_stream_moves() {
        let (one, many) = (runtime(), runtime());
        let (mut stream, mut peer) = settled(&one, &many);
        let stream = one.spawn(async move {
            stream.write_all(b"one").await.unwrap();
            stream.activity.home.move_to(Home::Many);
            stream
        });
        let mut stream = one.block_on(stream).unwrap();
        peer.write_all(b"2").unwrap();
        many.block_on(async {
            assert_eq!(stream.read_u8().await.unwrap(), b'2');
            stream.write_all(b"many").await.unwrap();
        });
        assert_eq!(read(&mut peer, 7), b"onemany");
    }
}
