//! `bare-hyper PORT [http2]`: hello world straight on hyper and tokio, with no JavaScript anywhere.
//!
//! It is the ceiling of what a server on this HTTP stack can do, and answers with the headers that the
//! Workers runtimes answer with, so that `bench/run.mjs` compares like with like.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpListener;

async fn hello(_request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"Hello World")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: bare-hyper PORT [http2]")?.parse()?;
    let is_http2 = std::env::args().nth(2).is_some_and(|protocol| protocol == "http2");
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            // A connection that the client breaks off is the client's affair: the next one is served.
            let stream = TokioIo::new(stream);
            let _ended = if is_http2 {
                http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service_fn(hello)).await
            } else {
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(stream, service_fn(hello)).await
            };
        });
    }
}
