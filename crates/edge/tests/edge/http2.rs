//! HTTP/2 with prior knowledge.

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::support::{Func, Running, config, echo, start, start_echo, text, within};

async fn client(server: &Running) -> SendRequest<Full<Bytes>> {
    let io = TokioIo::new(server.connect().await);
    let (client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ask(
    client: &mut SendRequest<Full<Bytes>>,
    method: &str,
    uri: &str,
    body: &'static str,
) -> (Response<()>, String) {
    let request = Request::builder().method(method).uri(uri).body(Full::from(body)).unwrap();
    let (head, body) = within(client.send_request(request)).await.unwrap().into_parts();
    let body = within(body.collect()).await.unwrap().to_bytes();
    (Response::from_parts(head, ()), String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn requests_have_the_same_form_as_over_http1() {
    let server = start_echo();
    let mut client = client(&server).await;
    let (head, body) = ask(&mut client, "POST", "http://example.com:81/a?b", "hi").await;
    assert_eq!(head.version(), Version::HTTP_2);
    assert_eq!(body, "POST example.com:81 /a?b [hi]");
    let (_, body) = ask(&mut client, "OPTIONS", "http://example.com/x", "").await;
    assert_eq!(body, "OPTIONS example.com /x []");
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let server = start_echo();
    let (head, body) = ask(&mut client(&server).await, "HEAD", "http://a/", "").await;
    assert_eq!((head.headers()["content-length"].to_str().unwrap(), body.as_str()), ("11", ""));
}

#[tokio::test]
async fn refusals() {
    let server = start(config(), Func(echo));
    let mut client = client(&server).await;
    assert_eq!(ask(&mut client, "TRACE", "http://a/", "").await.0.status(), 405);
    let long = format!("http://a/{}", "x".repeat(20_000));
    assert_eq!(ask(&mut client, "GET", &long, "").await.0.status(), 414);
    assert_eq!(ask(&mut client, "GET", "http://a/fine", "").await.1, "GET a /fine []");
}

#[tokio::test]
async fn many_at_once() {
    let server = start(
        config(),
        Func(|request: Request<hyper::body::Incoming>, client: selvedge_edge::ClientInfo| async move {
            assert_eq!(client.http_protocol(), "HTTP/2");
            text(request.uri().path().to_owned())
        }),
    );
    let client = client(&server).await;
    let answers = (0..100).map(|n| {
        let mut client = client.clone();
        tokio::spawn(async move { (n, ask(&mut client, "GET", &format!("http://a/{n}"), "").await.1) })
    });
    for answer in answers.collect::<Vec<_>>() {
        let (n, body) = answer.await.unwrap();
        assert_eq!(body, format!("/{n}"));
    }
}
