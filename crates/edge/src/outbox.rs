//! Short writes of many connections, made together.
//!
//! The system needs more for a small answer than we do, and part of that is who is spoken with: a client that has slept is
//! woken, and what the processor holds of the system's code and of ours gives way to the other's, there and back. Where one
//! thread serves all connections ([`crate::Homes`]), their answers are therefore put in a box, and a task that
//! is in the thread's queue behind the connections that have something to do now takes them to the sockets one after the
//! other. For fifty clients on the same machine that is 6% less processor time for a small JSON that is echoed, and 1% or 2%
//! for a hello world (`bench/README.md`), where clients find less time to sleep.
//!
//! That it is a task of that thread is what makes it safe. It waits for nobody that a request would not wait for, and when a
//! turn does not end, the thread's queue goes to another, and the task with it.
//!
//! A connection says that a write is done when it is in the box, so that nobody is woken for it when it really is. The
//! connection's next write, its end and its move to another thread come after what is in the box. What a socket does not
//! take is the connection's to write again, and its task is woken: so there is never more than one short
//! write of a connection in it. That a socket is broken, the connection learns when it reads.
//!
//! Tried before: having the tasks of the connections wait, and write when they are polled again. It cost more than it gained,
//! by 4% of a hello world.

use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::socket::Socket;

/// What counts as short, in bytes.
pub(crate) const SHORT: usize = 1024;

/// With so many writes in it the box is full, and emptied by who fills it.
const FULL: usize = 16;

/// Writes that are to be made together.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    /// Each with its length.
    writes: Vec<(Arc<Socket>, usize)>,
    /// One after the other.
    bytes: Vec<u8>,
    /// The task that empties the box.
    task: Option<Waker>,
}

impl Content {
    fn flush(&mut self) {
        let mut bytes = &self.bytes[..];
        for (socket, length) in self.writes.drain(..) {
            let (write, others) = bytes.split_at(length);
            bytes = others;
            if socket.write(write) {
                let waker = socket.waker.clone();
                // Whoever is woken, maybe at once and on another thread, has to find it in the box no more.
                drop(socket);
                waker.wake();
            }
        }
        self.bytes.clear();
    }
}

impl Outbox {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a write, and says how long it is. Whoever has the socket is the only one: none of it is in the box, nor left.
    /// `cx` is of the task that is to be woken if the socket does not take it.
    pub(crate) fn put(&self, socket: &mut Arc<Socket>, pieces: &[IoSlice<'_>], cx: &Context<'_>) -> usize {
        if !socket.waker.will_wake(cx.waker())
            && let Some(socket) = Arc::get_mut(socket)
        {
            socket.waker.clone_from(cx.waker());
        }
        let mut content = self.content();
        let before = content.bytes.len();
        pieces.iter().for_each(|piece| content.bytes.extend_from_slice(piece));
        let length = content.bytes.len() - before;
        content.writes.push((Arc::clone(socket), length));
        match (content.writes.len(), &content.task) {
            (FULL.., _) => content.flush(),
            (1, Some(task)) => task.wake_by_ref(),
            _ => {}
        }
        length
    }

    /// Makes all writes. Afterwards, none of their sockets is shared.
    pub(crate) fn flush(&self) {
        self.content().flush();
    }

    /// Empties the box whenever something is in it, behind all other tasks that are ready.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut is_last = false;
        poll_fn(|cx| {
            let mut content = self.content();
            if is_last {
                content.flush();
            } else if !content.writes.is_empty() {
                // A task that wakes itself goes to the end of the queue.
                cx.waker().wake_by_ref();
            }
            is_last = !content.writes.is_empty();
            if !content.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
                content.task = Some(cx.waker().clone());
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Looks at who has a socket when it is woken.
    struct Looks {
        socket: Mutex<Option<Arc<Socket>>>,
        owners: AtomicUsize,
    }

    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            let owners = self.socket.lock().unwrap().as_ref().map_or(0, Arc::strong_count);
            self.owners.store(owners, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn who_is_woken_for_what_is_left_has_the_socket_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        let mut taken = 0;
        while let Ok(written) = stream.try_write(&[b'x'; 10_000]) {
            taken += written;
        }
        let mut socket = Arc::new(Socket::new(stream));
        let looks = Arc::new(Looks { socket: Mutex::default(), owners: AtomicUsize::new(0) });
        let (waker, outbox) = (Waker::from(Arc::clone(&looks)), Outbox::default());
        outbox.put(&mut socket, &[IoSlice::new(b"left")], &Context::from_waker(&waker));
        *looks.socket.lock().unwrap() = Some(Arc::clone(&socket));
        outbox.flush();
        assert_eq!(looks.owners.load(Ordering::Relaxed), 2, "this test's own, and that of who looks");
        looks.socket.lock().unwrap().take();
        let socket = Arc::get_mut(&mut socket).unwrap();
        assert_eq!(socket.rest(), b"left");
        peer.read_exact(&mut vec![0; taken]).await.unwrap();
        poll_fn(|cx| socket.poll_rest(cx)).await.unwrap();
        assert!(socket.rest().is_empty());
        let mut last = [0; 4];
        peer.read_exact(&mut last).await.unwrap();
        assert_eq!(&last, b"left");
    }
}
