//! Pairs of WebSockets, and responses with one
//! (<https://developers.cloudflare.com/workers/runtime-apis/websockets/>).

use std::sync::Arc;

use http::{Response, StatusCode};
use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::Invocation;
use selvedge_web::fetch::{Body, headers_from_flat};
use selvedge_web::websocket::{Endpoint, Upgrade, WebSocketSettings, asks_for_websocket, pair};

use crate::exchange::{Exchange, Held, Outcome};
use crate::ops::no_event;

pub(crate) const OPS: &[OpDecl] = &[op_respond_websocket, op_websocket_pair];

/// What either end of a pair weighs, in bytes: a Worker can make as many as it likes.
const WEIGHT: usize = 512;

/// Makes two WebSockets that are each other's peer.
#[op]
fn op_websocket_pair(#[context] invocation: Arc<Invocation>) -> Result<(u32, u32), OpError> {
    let charge = invocation.instance().memory().charge(2 * WEIGHT)?;
    let (first, second) = pair();
    // Kept with the invocation's resources, as the ends may be let go of one by one.
    invocation.resources().add(charge)?;
    let resources = invocation.resources();
    Ok((resources.add(first)?, resources.add(second)?))
}

/// Answers the event with a WebSocket.
#[op]
fn op_respond_websocket(
    #[context] invocation: Arc<Invocation>,
    headers: Option<Vec<String>>,
    id: u32,
) -> Result<(), OpError> {
    let exchange = invocation.extension::<Exchange>().ok_or_else(no_event)?;
    let asked = exchange.inbound().is_some_and(|inbound| inbound.with_headers(asks_for_websocket));
    let endpoint = invocation.resources().take::<Endpoint>(id)?;
    if !asked {
        return Err(OpError::type_error(
            "Worker tried to return a WebSocket in a response to a request which did not contain the header \"Upgrade: \
             websocket\".",
        ));
    }
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    if let Some(headers) = headers {
        *response.headers_mut() = headers_from_flat(&headers)?;
    }
    // The other end stays here: the event lasts as long as the connection. What fetch() brought needs nothing of it.
    if endpoint.hand_on() {
        endpoint.hold_for_peer(Box::new(Held::stream(invocation.hold(), exchange.clone())));
    }
    let settings = invocation.instance().extension::<WebSocketSettings>().map(|settings| *settings);
    let compression = settings.unwrap_or_default().compression;
    response.extensions_mut().insert(Upgrade { endpoint, compression });
    exchange.end(Outcome::Response(Box::new(response)));
    invocation.wake_from_turn();
    Ok(())
}
