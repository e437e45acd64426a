//! WebSockets between visitors and Workers.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_VERSION};
use http::{Response, StatusCode};
use selvedge_config::{CivilDate, Manifest};
use selvedge_edge::Takeover;
use selvedge_web::fetch::Body;
use selvedge_web::websocket::{ServerHandshake, WebSocketSettings, accept};

/// Makes of a Worker's response with a WebSocket the answer to the visitor's handshake, and of what follows it a
/// WebSocket. Any other response stays as it is.
pub(crate) fn connect(handshake: Option<ServerHandshake>, mut response: Box<Response<Body>>) -> Box<Response<Body>> {
    let refusal = match accept(handshake, &mut response) {
        None => return response,
        Some(Ok(socket)) => {
            let takeover = Takeover::new(|stream, going_away| socket.drive(stream, going_away.told()));
            response.extensions_mut().insert(takeover);
            return response;
        }
        Some(Err(refusal)) => refusal,
    };
    *response = Response::new(Body::from(Bytes::from_static(refusal.text.as_bytes())));
    *response.status_mut() = refusal.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    if refusal.status == StatusCode::UPGRADE_REQUIRED {
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    response
}

/// What a project's compatibility date and flags say of WebSockets
/// (<https://developers.cloudflare.com/workers/configuration/compatibility-flags/>).
pub(crate) fn settings(manifest: &Manifest) -> WebSocketSettings {
    let on = |name: &str, since: &str| {
        let has = |flag: &str| manifest.compatibility_flags.iter().any(|given| given == flag);
        let by_date = CivilDate::parse(since).is_some_and(|since| manifest.compatibility_date >= since);
        has(name) || (by_date && !has(&format!("no_{name}")))
    };
    WebSocketSettings {
        compression: on("web_socket_compression", "2023-08-15"),
        blobs: on("websocket_standard_binary_type", "2026-03-17"),
        reply_to_close: on("web_socket_auto_reply_to_close", "2026-04-07"),
    }
}
