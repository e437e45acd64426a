//! Ways to a private address that begin at a public one. All that a test can reach is loopback, so one address of it is
//! taken for public here, and all others for private.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::header::{CONNECTION, HeaderMap, LOCATION};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use url::Url;

use super::address::Guard;
use super::connector::Lookup;
use super::{Body, FetchClient, FetchError, FetchOptions, Fetched, Outgoing};

const PUBLIC: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const PRIVATE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A server that counts its connections, and sends those who ask for a path with a `?` to what comes after it.
async fn server(address: Ipv4Addr, port: u16) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, port)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let connections = Arc::<AtomicUsize>::default();
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let service = hyper::service::service_fn(answer);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (at, connections)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::Empty);
    if let Some(location) = request.uri().query() {
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, location.parse().unwrap());
    }
    // Each request shall look the name up.
    response.headers_mut().insert(CONNECTION, "close".parse().unwrap());
    Ok(response)
}

/// A client whose name server answers so, given how often it was asked before.
fn client(answer: impl Fn(&str, usize) -> Ipv4Addr + Send + Sync + 'static) -> (FetchClient, Arc<AtomicUsize>) {
    let asked = Arc::<AtomicUsize>::default();
    let count = asked.clone();
    let lookup: Lookup = Arc::new(move |name| {
        let address = answer(name.as_str(), count.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move { Ok(vec![SocketAddr::from((address, 0))]) })
    });
    let guard = Guard::refusing(|address| address != IpAddr::V4(PUBLIC));
    (FetchClient::with(FetchOptions::default(), lookup, guard).unwrap(), asked)
}

async fn fetch(client: &FetchClient, url: &str) -> Result<Fetched, FetchError> {
    let outgoing = Outgoing {
        method: Method::GET,
        url: Url::parse(url).unwrap(),
        headers: HeaderMap::new(),
        body: Body::Empty,
        follow: true,
        decode: false,
        through: None,
        resolve: None,
        handshake: None,
    };
    client.fetch(outgoing, || Ok(())).await
}

#[tokio::test]
async fn a_redirect_leads_to_no_private_address() {
    let (public, _) = server(PUBLIC, 0).await;
    let (private, connections) = server(PRIVATE, 0).await;
    let (client, _) = client(|name, _| if name == "public.test" { PUBLIC } else { PRIVATE });
    let first = format!("http://public.test:{}/", public.port());
    assert_eq!(fetch(&client, &first).await.unwrap().response.status(), 200);
    let port = private.port();
    for target in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("//[::ffff:127.0.0.1]:{port}/"),
        format!("http://10.0.0.1:{port}/"),
        format!("http://private.test:{port}/"),
        // By way of one more that is public.
        format!("{first}?http://127.0.0.1:{port}/"),
    ] {
        let error = fetch(&client, &format!("{first}?{target}")).await.unwrap_err();
        assert!(matches!(error, FetchError::Private { .. }), "{target}: {error}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

/// DNS rebinding: a name that is public when it is looked at, and private when it is connected to.
#[tokio::test]
async fn the_address_that_was_judged_is_connected_to() {
    let (public, reached) = server(PUBLIC, 0).await;
    let (_, connections) = server(PRIVATE, public.port()).await;
    let (client, asked) = client(|_, before| if before == 0 { PUBLIC } else { PRIVATE });
    let url = format!("http://rebinding.test:{}/", public.port());
    assert_eq!(fetch(&client, &url).await.unwrap().response.status(), 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one answer for the judgment and the connection");
    let error = fetch(&client, &url).await.unwrap_err();
    assert!(matches!(error, FetchError::Private { address, .. } if address == PRIVATE), "{error}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!((reached.load(Ordering::SeqCst), connections.load(Ordering::SeqCst)), (1, 0));
}
