//! The opening handshake (RFC 6455, section 4), without any I/O.

use base64_simd::STANDARD;
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Method, Request, StatusCode, Version};
use sha1::{Digest, Sha1};

use super::protocol::{DeflateParameters, OFFER, accept_offer, accept_response};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADES: HeaderValue = HeaderValue::from_static("Upgrade");
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// Why a handshake that a Worker accepted is refused nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct HandshakeRefusal {
    /// The status of the answer: 426 where another version would do, else 400.
    pub status: StatusCode,
    /// What to change.
    pub text: &'static str,
}

const fn refuse(status: StatusCode, text: &'static str) -> HandshakeRefusal {
    HandshakeRefusal { status, text }
}

impl HandshakeRefusal {
    /// The request asks for no WebSocket.
    pub(crate) const NONE: Self =
        refuse(StatusCode::BAD_REQUEST, "the Upgrade header of a WebSocket handshake must be \"websocket\"");
}

const METHOD: HandshakeRefusal = refuse(StatusCode::BAD_REQUEST, "a WebSocket handshake is a GET request of HTTP/1.1");
const NO_CONNECTION: HandshakeRefusal =
    refuse(StatusCode::BAD_REQUEST, "the Connection header of a WebSocket handshake must contain \"Upgrade\"");
const KEY: HandshakeRefusal =
    refuse(StatusCode::BAD_REQUEST, "the Sec-WebSocket-Key header must be 16 bytes in base64");
const OTHER_VERSION: HandshakeRefusal =
    refuse(StatusCode::UPGRADE_REQUIRED, "the only Sec-WebSocket-Version that is spoken is 13");

/// Whether a request asks for a WebSocket: that is what a Worker may answer with one.
pub fn asks_for_websocket(headers: &HeaderMap) -> bool {
    // To pass by the few headers that a request has costs less than to look for one that it has not.
    headers.iter().any(|(name, value)| *name == UPGRADE && has_token(value, b"websocket"))
}

fn has_token(value: &HeaderValue, token: &[u8]) -> bool {
    value.as_bytes().split(|byte| *byte == b',').any(|part| part.trim_ascii().eq_ignore_ascii_case(token))
}

fn accept_key(key: &[u8]) -> String {
    STANDARD.encode_to_string(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// A client's handshake, as a server remembers it until the Worker has answered.
#[derive(Clone, Debug)]
pub struct ServerHandshake {
    accept: Result<HeaderValue, HandshakeRefusal>,
    offers: Option<String>,
}

impl ServerHandshake {
    /// The handshake in a request; nothing if it asks for no WebSocket.
    pub fn of<B>(request: &Request<B>) -> Option<Self> {
        let headers = request.headers();
        if !asks_for_websocket(headers) {
            return None;
        }
        let offers: Vec<&str> =
            headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter().filter_map(|value| value.to_str().ok()).collect();
        let offers = (!offers.is_empty()).then(|| offers.join(","));
        Some(Self { accept: check(request.method(), request.version(), headers), offers })
    }

    /// Gives the response its headers, in place of those that were made for another connection, and says what
    /// compression was agreed on.
    ///
    /// # Errors
    /// The handshake is none that can be accepted.
    pub(crate) fn accept(
        self,
        headers: &mut HeaderMap,
        compress: bool,
    ) -> Result<Option<DeflateParameters>, HandshakeRefusal> {
        let accept = self.accept?;
        headers.insert(CONNECTION, UPGRADES);
        headers.insert(UPGRADE, WEBSOCKET);
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        let agreed = self.offers.filter(|_| compress).and_then(|offers| accept_offer(&offers));
        Ok(agreed.and_then(|(agreed, answer)| {
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::try_from(answer).ok()?);
            Some(agreed)
        }))
    }
}

fn check(method: &Method, version: Version, headers: &HeaderMap) -> Result<HeaderValue, HandshakeRefusal> {
    if *method != Method::GET || version != Version::HTTP_11 {
        return Err(METHOD);
    }
    if !headers.get_all(CONNECTION).iter().any(|value| has_token(value, b"upgrade")) {
        return Err(NO_CONNECTION);
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version.as_bytes() != b"13") {
        return Err(OTHER_VERSION);
    }
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let key = keys.next().filter(|key| STANDARD.decode_to_vec(key.as_bytes()).is_ok_and(|key| key.len() == 16));
    match (key, keys.next()) {
        (Some(key), None) => HeaderValue::try_from(accept_key(key.as_bytes())).map_err(|_| KEY),
        _ => Err(KEY),
    }
}

/// Why a server's answer is no WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the response's Upgrade or Connection header does not say that the connection is one")]
    Upgrade,
    #[error("the response's Sec-WebSocket-Accept header does not fit the request")]
    Accept,
    #[error("the response chose a protocol that was not asked for")]
    Protocol,
    #[error("the response chose an extension that was not offered")]
    Extension,
}

/// The handshake that a client begins.
#[derive(Clone, Debug)]
pub struct ClientHandshake {
    key: String,
    compress: bool,
}

impl ClientHandshake {
    /// `key` are 16 random bytes.
    pub(crate) fn new(key: [u8; 16], compress: bool) -> Self {
        Self { key: STANDARD.encode_to_string(key), compress }
    }

    /// Gives a request the headers of a handshake. What a Worker passes on of another one is replaced; the protocols
    /// stay.
    pub(crate) fn ask(&self, headers: &mut HeaderMap) {
        const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
        headers.remove(SEC_WEBSOCKET_ACCEPT);
        headers.remove(HTTP2_SETTINGS);
        headers.insert(CONNECTION, UPGRADES);
        headers.insert(UPGRADE, WEBSOCKET);
        headers.insert(SEC_WEBSOCKET_VERSION, VERSION);
        if let Ok(key) = HeaderValue::try_from(&self.key) {
            headers.insert(SEC_WEBSOCKET_KEY, key);
        }
        if self.compress {
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(OFFER));
        } else {
            headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        }
    }

    /// Reads the headers of an answer with status 101. `asked` are the protocols that the request named.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        asked: &[String],
    ) -> Result<Option<DeflateParameters>, AnswerError> {
        if !asks_for_websocket(headers) || !headers.get_all(CONNECTION).iter().any(|value| has_token(value, b"upgrade"))
        {
            return Err(AnswerError::Upgrade);
        }
        let accepted = headers.get(SEC_WEBSOCKET_ACCEPT).map(|value| value.as_bytes().trim_ascii());
        if accepted != Some(accept_key(self.key.as_bytes()).as_bytes()) {
            return Err(AnswerError::Accept);
        }
        let mut protocols = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
        if let Some(protocol) = protocols.next()
            && (protocols.next().is_some() || !asked.iter().any(|asked| asked.as_bytes() == protocol.as_bytes()))
        {
            return Err(AnswerError::Protocol);
        }
        let extensions: Vec<&str> =
            headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter().filter_map(|value| value.to_str().ok()).collect();
        let agreed = accept_response(&extensions.join(",")).map_err(|()| AnswerError::Extension)?;
        if agreed.is_some() && !self.compress { Err(AnswerError::Extension) } else { Ok(agreed) }
    }
}

/// The protocols that a request's headers name.
pub(crate) fn protocols_in(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',').map(|protocol| protocol.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request(change: impl FnOnce(&mut Request<()>)) -> Result<(HeaderMap, Option<DeflateParameters>), u16> {
        let mut request = Request::get("/")
            .header(UPGRADE, "WebSocket")
            .header(CONNECTION, "keep-alive, Upgrade")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, SAMPLE)
            .header(SEC_WEBSOCKET_EXTENSIONS, "permessage-deflate; client_max_window_bits")
            .body(())
            .unwrap();
        change(&mut request);
        let mut headers = HeaderMap::new();
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, "of another connection".parse().unwrap());
        let handshake = ServerHandshake::of(&request).ok_or(0_u16)?;
        let agreed = handshake.accept(&mut headers, true).map_err(|refusal| refusal.status.as_u16())?;
        Ok((headers, agreed))
    }

    /// The example of RFC 6455, section 1.3.
    #[test]
    fn a_handshake_is_accepted() {
        let (headers, agreed) = request(|_| {}).unwrap();
        assert_eq!(headers[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!((&headers[UPGRADE], &headers[CONNECTION]), (&WEBSOCKET, &UPGRADES));
        assert_eq!(headers[SEC_WEBSOCKET_EXTENSIONS], "permessage-deflate");
        assert_eq!(agreed, Some(DeflateParameters::default()));
        let (headers, agreed) =
            request(|request| drop(request.headers_mut().remove(SEC_WEBSOCKET_EXTENSIONS))).unwrap();
        assert_eq!((headers.get(SEC_WEBSOCKET_EXTENSIONS), agreed), (None, None));
    }

    #[test]
    fn what_is_no_handshake_is_refused() {
        let set = |name: HeaderName, value: &'static str| {
            request(|request| drop(request.headers_mut().insert(name, HeaderValue::from_static(value)))).err()
        };
        assert_eq!(set(UPGRADE, "h2c"), Some(0));
        assert_eq!(set(CONNECTION, "close"), Some(400));
        assert_eq!(set(SEC_WEBSOCKET_VERSION, "8"), Some(426));
        for key in ["", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "not base64 at all!!!!!!!"] {
            assert_eq!(set(SEC_WEBSOCKET_KEY, key), Some(400), "{key}");
        }
        assert_eq!(request(|request| *request.method_mut() = Method::POST).err(), Some(400));
        assert_eq!(request(|request| *request.version_mut() = Version::HTTP_10).err(), Some(400));
        let twice = request(|request| {
            request.headers_mut().append(SEC_WEBSOCKET_KEY, HeaderValue::from_static(SAMPLE));
        });
        assert_eq!(twice.err(), Some(400));
    }

    fn answer(compress: bool, change: impl FnOnce(&mut HeaderMap)) -> Result<Option<DeflateParameters>, AnswerError> {
        let handshake = ClientHandshake::new(*b"the sample nonce", compress);
        let mut asked = HeaderMap::new();
        asked.insert(SEC_WEBSOCKET_PROTOCOL, "chat, superchat".parse().unwrap());
        handshake.ask(&mut asked);
        assert_eq!(asked[SEC_WEBSOCKET_KEY], SAMPLE);
        assert_eq!(asked.contains_key(SEC_WEBSOCKET_EXTENSIONS), compress);
        let mut headers = HeaderMap::new();
        headers.insert(UPGRADE, "WebSocket".parse().unwrap());
        headers.insert(CONNECTION, "upgrade".parse().unwrap());
        headers.insert(SEC_WEBSOCKET_ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".parse().unwrap());
        change(&mut headers);
        handshake.check(&headers, &protocols_in(&asked))
    }

    #[test]
    fn an_answer_must_fit() {
        let set = |compress, name: HeaderName, value: &'static str| {
            answer(compress, |headers| drop(headers.insert(name, HeaderValue::from_static(value))))
        };
        assert_eq!(answer(true, |_| {}), Ok(None));
        assert_eq!(set(true, SEC_WEBSOCKET_PROTOCOL, "superchat"), Ok(None));
        assert_eq!(set(true, SEC_WEBSOCKET_PROTOCOL, "other"), Err(AnswerError::Protocol));
        assert_eq!(set(true, SEC_WEBSOCKET_PROTOCOL, "chat, superchat"), Err(AnswerError::Protocol));
        assert_eq!(set(true, SEC_WEBSOCKET_EXTENSIONS, OFFER), Ok(Some(DeflateParameters::default())));
        assert_eq!(set(false, SEC_WEBSOCKET_EXTENSIONS, OFFER), Err(AnswerError::Extension));
        assert_eq!(set(true, SEC_WEBSOCKET_EXTENSIONS, "x-other"), Err(AnswerError::Extension));
        assert_eq!(set(true, SEC_WEBSOCKET_ACCEPT, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), Err(AnswerError::Accept));
        assert_eq!(set(true, UPGRADE, "h2c"), Err(AnswerError::Upgrade));
        assert_eq!(set(true, CONNECTION, "close"), Err(AnswerError::Upgrade));
    }
}
