//! An HTTP server for Workers to fetch from, which tells what it was asked.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::eventually;

/// The body of an origin's answer.
pub(crate) type OriginBody = BoxBody<Bytes, Infallible>;

/// A server on the loopback interface, ended when dropped.
pub(crate) struct Origin {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    serving: AbortHandle,
}

impl Origin {
    /// Serves with a function.
    pub(crate) async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<OriginBody>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let answer = Arc::new(answer);
        let noted = seen.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, noted) = (answer.clone(), noted.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request: Request<Incoming>| {
                        noted.lock().unwrap().push(request.uri().to_string());
                        let response = answer(request);
                        async { Ok::<_, Infallible>(response.await) }
                    });
                    let _ended =
                        auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, seen, serving: serving.abort_handle() }
    }

    /// Answers every request with what it was asked: the method and path, then a line for each header, then the body.
    pub(crate) async fn echo() -> Self {
        Self::start(|request| async move {
            let mut text = format!("{} {}\n", request.method(), request.uri());
            for (name, value) in request.headers() {
                text += &format!("{name}: {}\n", value.to_str().unwrap());
            }
            let body = request.into_body().collect().await.unwrap().to_bytes();
            reply(text + "\n" + std::str::from_utf8(&body).unwrap())
        })
        .await
    }

    /// Its address, such as `http://127.0.0.1:4242`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until it has been asked for a path.
    pub(crate) async fn asked_for(&self, path: &str) {
        let what = format!("a request to the origin for {path}");
        eventually(&what, || async { self.seen.lock().unwrap().iter().any(|seen| seen == path).then_some(()) }).await;
    }

    /// How often it has been asked for a path so far.
    pub(crate) fn times_asked_for(&self, path: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == path).count()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An answer with a text.
pub(crate) fn reply(text: impl Into<Bytes>) -> Response<OriginBody> {
    Response::builder().header("content-type", "text/plain").body(Full::new(text.into()).boxed()).unwrap()
}
