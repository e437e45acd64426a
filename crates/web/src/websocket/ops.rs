//! The ops behind the class `WebSocket`, which knows its endpoint as a number.

use std::sync::Arc;

use base64_simd::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, HeaderName, HeaderValue};
use selvedge_ops::{Buffer, BufferRef, IntoV8, OpError, op, v8};
use selvedge_runtime::Invocation;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::WebSocketSettings;
use super::client::connected;
use super::pipe::{Endpoint, Received};
use super::protocol::{Close, Message};
use crate::fetch::{Body, FetchError, ask_for_websocket};

/// What `op_websocket_receive` gives: `[0, text]`, `[1, bytes]`, `[2, code, reason]` for a close message, `[3]` when the
/// connection was lost, `[4, what]` when it failed.
pub(crate) enum Arrival {
    Text(String),
    Binary(Vec<u8>),
    Close(Close),
    Lost,
    Failed(String),
}

impl<'s> IntoV8<'s> for Arrival {
    fn into_v8(self, scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, OpError> {
        match self {
            Self::Text(text) => (0_u32, text).into_v8(scope),
            Self::Binary(bytes) => (1_u32, Buffer(bytes)).into_v8(scope),
            Self::Close(Close { code, reason }) => (2_u32, code, reason).into_v8(scope),
            Self::Lost => vec![3_u32].into_v8(scope),
            Self::Failed(text) => (4_u32, text).into_v8(scope),
        }
    }
}

fn settings(invocation: &Invocation) -> WebSocketSettings {
    invocation.instance().extension::<WebSocketSettings>().map(|settings| *settings).unwrap_or_default()
}

/// What dates and flags say: 1 for blobs, 2 for close frames that are answered at once.
#[op]
pub(crate) fn op_websocket_settings(#[context] invocation: Arc<Invocation>) -> u32 {
    let WebSocketSettings { blobs, reply_to_close, .. } = settings(&invocation);
    u32::from(blobs) | u32::from(reply_to_close) << 1
}

/// As `parse_url`.
#[op]
pub(crate) fn op_websocket_url(url: String) -> Result<(String, String), OpError> {
    parse_url(&url)
}

/// Parses the URL of `new WebSocket` (<https://websockets.spec.whatwg.org/#dom-websocket-websocket>): its serialization
/// and its origin.
///
/// # Errors
/// A `SyntaxError` in hosted's words.
pub fn parse_url(url: &str) -> Result<(String, String), OpError> {
    let refuse = |what: &str| OpError::dom("SyntaxError", format!("WebSocket Constructor: {what}"));
    let mut url = Url::parse(url).map_err(|_| refuse("The url is invalid."))?;
    let scheme = match url.scheme() {
        "ws" | "http" => "ws",
        "wss" | "https" => "wss",
        _ => return Err(refuse("The url scheme must be ws or wss.")),
    };
    url.set_scheme(scheme).map_err(|()| refuse("The url is invalid."))?;
    if url.fragment().is_some() {
        return Err(refuse("The url fragment must be empty."));
    }
    let origin = url.origin().ascii_serialization();
    Ok((url.into(), origin))
}

/// Connects. `cancel` is the number of what `op_fetch_cancel_open` made. Gives the WebSocket's number, its protocol and
/// its extensions.
#[op(async)]
pub(crate) fn op_websocket_connect(
    #[context] invocation: Arc<Invocation>,
    url: String,
    protocols: Vec<String>,
    cancel: u32,
) -> Result<impl Future<Output = Result<(u32, String, String), OpError>> + use<>, OpError> {
    let token = invocation.resources().get::<CancellationToken>(cancel)?;
    let mut url = Url::parse(&url).map_err(|_| OpError::type_error("Invalid URL"))?;
    let scheme = if url.scheme() == "wss" { "https" } else { "http" };
    url.set_scheme(scheme).map_err(|()| OpError::type_error("Invalid URL"))?;
    let mut headers = HeaderMap::new();
    if !protocols.is_empty() {
        let value = HeaderValue::try_from(protocols.join(", ")).map_err(|_| OpError::type_error("Invalid protocol"))?;
        headers.insert(SEC_WEBSOCKET_PROTOCOL, value);
    }
    if let Some(credentials) = credentials(&url) {
        headers.insert(AUTHORIZATION, credentials);
    }
    let asking = ask_for_websocket(&invocation, url, headers)?;
    Ok(async move {
        let connect = async {
            let (handshake, mut response) = asking.await?;
            let status = response.status().as_u16();
            if status != 101 {
                let cause = format!(
                    "expected server to reply with HTTP status code 101 (switching protocols), but received {status} \
                     instead"
                );
                return Err(FetchError::WebSocket(cause).into());
            }
            let endpoint = connected(&invocation, &handshake, &protocols, &mut response).await?;
            let header = |name: HeaderName| text(&response, &name);
            let (protocol, extensions) = (header(SEC_WEBSOCKET_PROTOCOL), header(SEC_WEBSOCKET_EXTENSIONS));
            Ok((invocation.resources().add_shared(endpoint), protocol, extensions))
        };
        token.run_until_cancelled(connect).await.unwrap_or_else(|| Err(FetchError::Aborted.into()))
    })
}

/// What a URL's user and password are sent as (<https://www.rfc-editor.org/rfc/rfc7617>).
fn credentials(url: &Url) -> Option<HeaderValue> {
    let password = url.password().unwrap_or_default();
    if url.username().is_empty() && password.is_empty() {
        return None;
    }
    let user: Vec<u8> = percent_encoding::percent_decode_str(url.username()).collect();
    let password: Vec<u8> = percent_encoding::percent_decode_str(password).collect();
    let encoded = STANDARD.encode_to_string([&user[..], b":", &password].concat());
    HeaderValue::try_from(format!("Basic {encoded}")).ok()
}

fn text(response: &http::Response<Body>, name: &HeaderName) -> String {
    response.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// JavaScript begins to read. What comes from outside of the invocation keeps it alive, as `waitUntil` would.
#[op]
pub(crate) fn op_websocket_accept(#[context] invocation: Arc<Invocation>, id: u32) -> Result<(), OpError> {
    let endpoint = invocation.resources().get::<Endpoint>(id)?;
    endpoint.begin_reading();
    if !endpoint.is_local() {
        endpoint.hold(Box::new(invocation.hold()));
    }
    Ok(())
}

/// The next message. Each is given in a turn of its own, however many have come: so each handler has the time of a
/// turn, and a peer that never stops cannot make one turn endless.
#[op(async)]
pub(crate) fn op_websocket_receive(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = Arrival> + use<>, OpError> {
    let endpoint = invocation.resources().get::<Endpoint>(id)?;
    Ok(async move {
        tokio::task::yield_now().await;
        match endpoint.receive().await {
            Received::Message(Message::Text(text), _) => Arrival::Text(text),
            Received::Message(Message::Binary(bytes), _) => Arrival::Binary(bytes.into()),
            Received::Message(Message::Close(close), _) => Arrival::Close(close),
            Received::Lost => Arrival::Lost,
            Received::Failed(text) => Arrival::Failed(text),
        }
    })
}

/// Sends, and says how many bytes had been passed on before. What waits counts as the instance's memory.
fn send(invocation: &Invocation, id: u32, message: Message) -> Result<u64, OpError> {
    let endpoint = invocation.resources().get::<Endpoint>(id)?;
    let charge = invocation.instance().memory().charge(Endpoint::cost(message.length()))?;
    let flushed = endpoint.flushed();
    endpoint.send(message, Some(charge));
    Ok(flushed)
}

/// Sends text.
#[op]
pub(crate) fn op_websocket_send_text(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    text: String,
) -> Result<u64, OpError> {
    send(&invocation, id, Message::Text(text))
}

/// Sends bytes.
#[op]
pub(crate) fn op_websocket_send_bytes(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    bytes: BufferRef<'_>,
) -> Result<u64, OpError> {
    send(&invocation, id, Message::Binary(Bytes::copy_from_slice(&bytes)))
}

/// Sends the close message; 1005 is a close frame without a code.
#[op]
pub(crate) fn op_websocket_close(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    code: u16,
    reason: String,
) -> Result<(), OpError> {
    let endpoint = invocation.resources().get::<Endpoint>(id)?;
    endpoint.send(Message::Close(Close { code, reason }), None);
    Ok(())
}

/// How many bytes of what was sent have been passed on.
#[op]
pub(crate) fn op_websocket_flushed(#[context] invocation: Arc<Invocation>, id: u32) -> Result<u64, OpError> {
    Ok(invocation.resources().get::<Endpoint>(id)?.flushed())
}

/// How many bytes were sent in all.
#[op]
pub(crate) fn op_websocket_sent(#[context] invocation: Arc<Invocation>, id: u32) -> Result<u64, OpError> {
    Ok(invocation.resources().get::<Endpoint>(id)?.sent())
}

/// Lets go of a WebSocket. What was sent still goes out.
#[op]
pub(crate) fn op_websocket_release(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}
