//! Connections that a handler takes over.
//!
//! A response with status 101 ends HTTP on its connection. Whoever wants the connection puts a [`Takeover`] among the
//! response's extensions; the server calls it with the stream once the response has been sent. The connection goes on to
//! count as one of the server's: a shutdown reaches it, and waits for it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::Notify;

use crate::activity::{Command, Membership};
use crate::homes::Homes;

/// The stream that was an HTTP connection.
pub type Taken = TokioIo<Upgraded>;

type Run = Box<dyn FnOnce(Taken, GoingAway) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Completes when the server is about to shut down: the connection should come to its end.
#[derive(Debug)]
pub struct GoingAway(Arc<Notify>);

impl GoingAway {
    /// Waits for it.
    pub async fn told(self) {
        self.0.notified().await;
    }
}

/// What becomes of a connection after a response with status 101: an extension of the response.
#[derive(Clone)]
pub struct Takeover(Arc<Mutex<Option<Run>>>);

impl std::fmt::Debug for Takeover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Takeover").finish_non_exhaustive()
    }
}

impl Takeover {
    /// `run` has the connection until its future completes, or is dropped because the server ends.
    pub fn new<F>(run: impl FnOnce(Taken, GoingAway) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let run: Run = Box::new(move |stream, going_away| Box::pin(run(stream, going_away)));
        Self(Arc::new(Mutex::new(Some(run))))
    }

    fn take(&self) -> Option<Run> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Lets the connection be taken over, in a task of its own.
pub(crate) fn start(takeover: &Takeover, upgrade: OnUpgrade, member: Membership, homes: Option<&Homes>) {
    let Some(run) = takeover.take() else { return };
    let task = async move {
        let _busy = member.activity.begin();
        let told = Arc::new(Notify::new());
        let going_away = GoingAway(told.clone());
        let mut taken = pin!(async move {
            match upgrade.await {
                Ok(stream) => run(TokioIo::new(stream), going_away).await,
                Err(error) => tracing::debug!(%error, "a connection ended before it could be taken over"),
            }
        });
        let mut listens = None;
        poll_fn(|cx| {
            if taken.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            match member.activity.poll_command(cx, &mut listens) {
                Poll::Ready(Command::Abort) => Poll::Ready(()),
                Poll::Ready(_) => {
                    // Kept until it is waited for; told again, it is heard once.
                    told.notify_one();
                    Poll::Pending
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
    };
    match homes {
        Some(homes) => homes.spawn_taken(task),
        None => drop(tokio::spawn(task)),
    }
}
