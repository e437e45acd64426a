//! Requests that ask for a WebSocket (<https://websockets.spec.whatwg.org/#websocket-opening-handshake>).

use std::future::Future;

use http::{HeaderMap, Method, Response};
use selvedge_ops::OpError;
use selvedge_runtime::Invocation;
use url::Url;

use super::body::Body;
use super::client::Outgoing;
use super::fetch_ops::{connect, http_client, mark, subrequests};
use crate::crypto::random;
use crate::websocket::{ClientHandshake, WebSocketSettings};

/// A handshake with a key of its own.
pub(super) fn handshake(invocation: &Invocation) -> Result<ClientHandshake, OpError> {
    let settings = invocation.instance().extension::<WebSocketSettings>().map(|settings| *settings).unwrap_or_default();
    let mut key = [0; 16];
    random::fill(&mut key)?;
    Ok(ClientHandshake::new(key, settings.compression))
}

/// Asks an `http` or `https` URL for a WebSocket. Redirects are not followed. The result is the handshake, and the
/// answer to it, whatever that is.
pub(crate) fn ask_for_websocket(
    invocation: &Invocation,
    url: Url,
    mut headers: HeaderMap,
) -> Result<impl Future<Output = Result<(ClientHandshake, Response<Body>), OpError>> + use<>, OpError> {
    let client = http_client(invocation)?;
    let handshake = handshake(invocation)?;
    let policy = subrequests(invocation);
    mark(policy.as_ref(), &mut headers);
    let request = Outgoing {
        method: Method::GET,
        url,
        headers,
        body: Body::Empty,
        follow: false,
        decode: false,
        through: None,
        resolve: None,
        handshake: Some(handshake.clone()),
    };
    Ok(async move {
        let _connection = connect(policy.as_ref()).await;
        let count = || policy.as_ref().map_or(Ok(()), |policy| policy.0.count());
        let fetched = client.fetch::<OpError>(request, count).await?;
        Ok((handshake, fetched.response))
    })
}
