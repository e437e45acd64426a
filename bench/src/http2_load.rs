//! `http2-load URL CONNECTIONS STREAMS SECONDS`: loads a server over HTTP/2 with prior knowledge, as wrk does over
//! HTTP/1.1, and prints one line of JSON. Each stream sends `GET`, reads the answer, and sends the next one.
#![allow(clippy::print_stdout)]

use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What every server has to answer.
const EXPECTED: &[u8] = b"Hello World";

/// What one stream saw.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    failed: usize,
}

async fn ask(sender: &mut SendRequest<Empty<Bytes>>, uri: &Uri) -> Result<bool, Error> {
    let request = Request::get(uri.clone()).body(Empty::new())?;
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    Ok(status == StatusCode::OK && body == EXPECTED)
}

async fn stream(mut sender: SendRequest<Empty<Bytes>>, uri: Rc<Uri>, end: Instant) -> Seen {
    let mut seen = Seen::default();
    loop {
        let begun = Instant::now();
        if begun >= end {
            return seen;
        }
        match ask(&mut sender, &uri).await {
            Ok(true) => seen.latencies.push(begun.elapsed()),
            Ok(false) => seen.failed += 1,
            Err(_) => {
                seen.failed += 1;
                return seen;
            }
        }
    }
}

async fn load(uri: Uri, connections: usize, streams: usize, seconds: u64) -> Result<(), Error> {
    let address = uri.authority().ok_or("the URL has no host")?.as_str().to_owned();
    let uri = Rc::new(uri);
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut running = JoinSet::new();
    for _ in 0..connections {
        let socket = TcpStream::connect(&address).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await?;
        tokio::task::spawn_local(async move {
            // What a broken connection costs is counted where it is missed: by its streams.
            let _ended = connection.await;
        });
        for _ in 0..streams {
            running.spawn_local(stream(sender.clone(), uri.clone(), end));
        }
    }
    let mut all = Seen::default();
    while let Some(seen) = running.join_next().await {
        let Seen { latencies, failed } = seen?;
        all.latencies.extend(latencies);
        all.failed += failed;
    }
    let elapsed = begun.elapsed();
    all.latencies.sort_unstable();
    let share = |percent: usize| {
        let latency = all.latencies.get(all.latencies.len() * percent / 100).copied().unwrap_or_default();
        latency.as_secs_f64() * 1e3
    };
    println!(
        r#"{{"requests":{},"seconds":{:.6},"p50":{:.6},"p99":{:.6},"failed":{}}}"#,
        all.latencies.len() + all.failed,
        elapsed.as_secs_f64(),
        share(50),
        share(99),
        all.failed
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [uri, connections, streams, seconds] = arguments.as_slice() else {
        return Err("usage: http2-load URL CONNECTIONS STREAMS SECONDS".into());
    };
    // One thread, as wrk is given: the other cores are the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let work = load(uri.parse()?, connections.parse()?, streams.parse()?, seconds.parse()?);
    LocalSet::new().block_on(&runtime, work)
}
