//! The HTTP client against real servers on this machine.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use selvedge_web::fetch::{
    Body, BodyError, BodyResource, ContentCoding, FetchClient, FetchError, FetchOptions, Fetched, Outgoing, channel,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// Answers as the path says. The request's headers come back with `x-got-` before their names, the body as it is.
async fn answer(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    let mut response = Response::new(Body::Empty);
    let version = format!("{:?}", request.version());
    for (name, value) in request.headers() {
        let name = format!("x-got-{name}").parse::<http::HeaderName>().unwrap();
        response.headers_mut().insert(name, value.clone());
    }
    response.headers_mut().insert("x-method", request.method().as_str().parse().unwrap());
    response.headers_mut().insert("x-version", version.parse().unwrap());
    let query = request.uri().query().unwrap_or_default().to_owned();
    match path.as_str() {
        "/redirect" => {
            let (status, location) = query.split_once('=').unwrap();
            *response.status_mut() = status.parse().unwrap();
            response.headers_mut().insert(LOCATION, location.parse().unwrap());
        }
        "/loop" => {
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("/loop"));
        }
        "/gzip" => {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            *response.body_mut() = ContentCoding::Gzip.encode(Body::from(Bytes::from("hello ".repeat(1000))));
        }
        _ => *response.body_mut() = Body::from(request.into_body()),
    }
    Ok(response)
}

/// Serves plain HTTP/1.1; gives the origin.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper::service::service_fn(answer);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    origin
}

fn client(options: FetchOptions) -> FetchClient {
    FetchClient::new(options).unwrap()
}

fn local() -> FetchClient {
    client(FetchOptions { allow_private: true, ..FetchOptions::default() })
}

fn get(url: &str) -> Outgoing {
    let url = Url::parse(url).unwrap();
    let headers = HeaderMap::new();
    Outgoing {
        method: Method::GET,
        url,
        headers,
        body: Body::Empty,
        follow: true,
        decode: true,
        through: None,
        resolve: None,
        handshake: None,
    }
}

async fn fetch(client: &FetchClient, outgoing: Outgoing) -> Result<Fetched, FetchError> {
    client.fetch(outgoing, || Ok(())).await
}

async fn text(fetched: Fetched) -> Result<String, BodyError> {
    let body = BodyResource::encoded(fetched.response.into_body(), fetched.coding);
    Ok(String::from_utf8(body.read_all(1_000_000, None).await?).unwrap())
}

#[tokio::test]
async fn headers_and_host() {
    let origin = serve().await;
    let mut request = get(&format!("{origin}/x?y#z"));
    request.headers.insert("x-mine", HeaderValue::from_static("1"));
    request.headers.insert(HOST, HeaderValue::from_static("evil.test"));
    let fetched = fetch(&local(), request).await.unwrap();
    let headers = fetched.response.headers();
    assert_eq!(headers["x-got-x-mine"], "1");
    assert_eq!(headers["x-got-host"], origin.trim_start_matches("http://"));
    assert_eq!(headers[&format!("x-got-{ACCEPT_ENCODING}")], "gzip, br");
    assert!(!headers.contains_key("x-got-user-agent"));
    assert_eq!(fetched.redirects, 0);
}

#[tokio::test]
async fn bodies_stream_up_and_down() {
    let origin = serve().await;
    let (writer, body) = channel(None);
    let mut request = get(&origin);
    request.method = Method::POST;
    request.body = Body::Channel(body);
    let client = local();
    // The answer's head comes before the request's body is complete.
    let fetched = fetch(&client, request).await.unwrap();
    let body = BodyResource::new(fetched.response.into_body());
    for chunk in ["one", "two"] {
        writer.write(Bytes::from_static(chunk.as_bytes())).await.unwrap();
        assert_eq!(body.read().await.unwrap().unwrap(), chunk);
    }
    writer.close();
    drop(writer);
    assert!(body.read().await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_aborted_halfway_fails_the_fetch() {
    let origin = serve().await;
    let (writer, body) = channel(Some(10));
    let mut request = get(&origin);
    request.method = Method::POST;
    request.body = Body::Channel(body);
    writer.write(Bytes::from_static(b"12345678901")).await.unwrap();
    let failed = async { text(fetch(&local(), request).await.map_err(|_| BodyError::Aborted)?).await };
    assert!(failed.await.is_err());
}

#[tokio::test]
async fn content_codings_are_undone_by_reads_only() {
    let origin = serve().await;
    let url = format!("{origin}/gzip");
    let fetched = fetch(&local(), get(&url)).await.unwrap();
    assert_eq!(fetched.response.headers()[CONTENT_ENCODING], "gzip");
    assert_eq!(text(fetched).await.unwrap().len(), 6000);

    let fetched = fetch(&local(), get(&url)).await.unwrap();
    let passed = BodyResource::encoded(fetched.response.into_body(), fetched.coding).take_encoded().unwrap();
    assert_eq!(passed.1, ContentCoding::Gzip);
    assert!(passed.0.collect().await.unwrap().to_bytes().starts_with(b"\x1f\x8b"));

    let raw = Outgoing { decode: false, ..get(&url) };
    assert_eq!(fetch(&local(), raw).await.unwrap().coding, ContentCoding::Identity);
    let head = Outgoing { method: Method::HEAD, ..get(&url) };
    assert_eq!(text(fetch(&local(), head).await.unwrap()).await.unwrap(), "");
}

#[tokio::test]
async fn redirects_are_followed_as_the_standard_says() {
    let (origin, other) = (serve().await, serve().await);
    let client = local();
    let post = |url: String| {
        let mut request = get(&url);
        request.method = Method::POST;
        request.body = Body::from(Bytes::from_static(b"body"));
        request.headers.insert(AUTHORIZATION, HeaderValue::from_static("secret"));
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        request
    };
    let fetched = fetch(&client, post(format!("{origin}/redirect?302=/x"))).await.unwrap();
    let headers = fetched.response.headers();
    assert_eq!((fetched.url.path(), fetched.redirects), ("/x", 1));
    assert_eq!(headers["x-method"], "GET");
    assert_eq!(headers["x-got-authorization"], "secret");
    assert!(!headers.contains_key("x-got-content-type"));
    assert_eq!(text(fetched).await.unwrap(), "");

    let fetched = fetch(&client, post(format!("{origin}/redirect?307={other}/x"))).await.unwrap();
    assert_eq!(fetched.response.headers()["x-method"], "POST");
    assert!(!fetched.response.headers().contains_key("x-got-authorization"));
    assert_eq!(text(fetched).await.unwrap(), "body");

    let manual = Outgoing { follow: false, ..get(&format!("{origin}/redirect?302=/x")) };
    assert_eq!(fetch(&client, manual).await.unwrap().response.status(), StatusCode::FOUND);
    assert!(matches!(fetch(&client, get(&format!("{origin}/loop"))).await, Err(FetchError::TooManyRedirects)));
    let (_writer, body) = channel(None);
    let stream = Outgoing { body: Body::Channel(body), ..post(format!("{origin}/redirect?307=/x")) };
    assert!(matches!(fetch(&client, stream).await, Err(FetchError::Unreplayable)));
}

#[tokio::test]
async fn each_request_of_a_chain_is_counted() {
    let origin = serve().await;
    let left = std::sync::atomic::AtomicUsize::new(3);
    let count = || {
        let order = std::sync::atomic::Ordering::Relaxed;
        left.fetch_update(order, order, |left| left.checked_sub(1)).map(|_| ()).map_err(|_| FetchError::Aborted)
    };
    assert!(matches!(local().fetch(get(&format!("{origin}/loop")), count).await, Err(FetchError::Aborted)));
}

#[tokio::test]
async fn private_destinations_are_refused() {
    let origin = serve().await;
    let guarded = client(FetchOptions::default());
    for url in
        [origin.clone(), origin.replace("127.0.0.1", "localhost"), origin.replace("127.0.0.1", "[::ffff:127.0.0.1]")]
    {
        let error = fetch(&guarded, get(&url)).await.unwrap_err();
        assert!(matches!(error, FetchError::Private { .. }), "{url}: {error}");
        assert!(error.to_string().starts_with("Fetch API cannot load: http://"));
    }
}

#[tokio::test]
async fn what_goes_wrong_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = fetch(&local(), get(&format!("http://{address}/"))).await.unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("Network connection lost. Could not connect to {address}: ")),
        "{error}"
    );

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome").await.unwrap();
    });
    let error = text(fetch(&local(), get(&origin)).await.unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "Network connection lost.");
}

#[tokio::test]
async fn http2_is_used_where_tls_offers_it() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = hyper::service::service_fn(answer);
                let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    let url = format!("https://localhost:{port}/");
    let trusting = client(FetchOptions { allow_private: true, extra_roots: vec![certificate] });
    let fetched = fetch(&trusting, get(&url)).await.unwrap();
    assert_eq!(fetched.response.headers()["x-version"], "HTTP/2.0");
    let error = fetch(&local(), get(&url)).await.unwrap_err();
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
}

/// A server that sends a body where there must be none: its connection is not used again, as that body would be
/// taken for the next response.
#[tokio::test]
async fn a_connection_with_a_forbidden_body_is_not_used_again() {
    const FIRST: &[u8] = b"HTTP/1.1 204 No Content\r\ncontent-length: 38\r\n\r\n";
    const SMUGGLED: &[u8] = b"HTTP/1.1 404 Not Found\r\nmine: all\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        assert_ne!(first.read(&mut head).await.unwrap(), 0);
        first.write_all(FIRST).await.unwrap();
        // Either the client closes this connection, or it asks here again, and is given the rest of that body.
        let asked_again = first.read(&mut head).await.unwrap_or(0) > 0;
        if asked_again {
            first.write_all(SMUGGLED).await.unwrap();
        }
        let (mut second, _) = listener.accept().await.unwrap();
        assert_ne!(second.read(&mut head).await.unwrap(), 0);
        second.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    });
    let client = local();
    let first = fetch(&client, get(&url)).await.unwrap();
    assert_eq!(first.response.status(), StatusCode::NO_CONTENT);
    let second = fetch(&client, get(&url)).await.unwrap();
    assert_eq!(second.response.status(), StatusCode::OK);
    server.await.unwrap();
}
