//! What handlers ask of the native side.

use std::sync::Arc;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use selvedge_ops::{OpDecl, OpError, op, v8};
use selvedge_runtime::{Invocation, JsError};
use selvedge_web::fetch::{
    Body, BodyArgument, ContentCoding, ContentType, ResponseParts, TakenBody, headers_from_flat, headers_to_flat,
    response_parts,
};

use crate::binding::{Binding, Bindings};
use crate::exchange::{Exchange, Held, Outcome, count_subrequest};
use crate::spare_headers;

pub(crate) const OPS: &[OpDecl] = &[
    op_fetcher_fetch,
    op_finish,
    op_hold,
    op_hold_stream,
    op_pass_through,
    op_release,
    op_request_cf,
    op_request_headers,
    op_respond,
    op_respond_error,
    op_watch_client,
];

fn exchange(invocation: &Invocation) -> Result<&Exchange, OpError> {
    invocation.extension_ref().ok_or_else(no_event)
}

/// What is said where no event is: outside of any, or in one that has no [`Exchange`].
pub(crate) fn no_event() -> OpError {
    OpError::error("internal error: no event")
}

/// The request's headers as a flat list of names and values.
#[op]
fn op_request_headers(#[context] invocation: Arc<Invocation>) -> Result<Vec<String>, OpError> {
    let exchange = exchange(&invocation)?;
    Ok(exchange.inbound().map(|inbound| inbound.with_headers(headers_to_flat)).unwrap_or_default())
}

/// `request.cf` as JSON.
#[op]
fn op_request_cf(#[context] invocation: Arc<Invocation>) -> Result<String, OpError> {
    let exchange = exchange(&invocation)?;
    Ok(exchange.inbound().map_or_else(|| "{}".into(), |inbound| inbound.cf().to_string()))
}

/// Answers the event with a response.
#[op]
fn op_respond(
    #[context] invocation: Arc<Invocation>,
    status: u16,
    status_text: Option<String>,
    headers: Option<Vec<String>>,
    content_type: Option<ContentType>,
    body: TakenBody,
    encode: bool,
) -> Result<(), OpError> {
    let exchange = exchange(&invocation)?;
    let mut response = response(&invocation, status, headers, content_type, body.0, encode)?;
    if let Some(reason) = status_text
        && let Ok(reason) = ReasonPhrase::try_from(reason.into_bytes())
    {
        response.extensions_mut().insert(reason);
    }
    exchange.end(Outcome::Response(response));
    invocation.wake_from_turn();
    Ok(())
}

/// A response of what `responseForSending` gives, its body in the coding that its headers announce.
pub(crate) fn response(
    invocation: &Invocation,
    status: u16,
    headers: Option<Vec<String>>,
    content_type: Option<ContentType>,
    body: BodyArgument,
    encode: bool,
) -> Result<Box<Response<Body>>, OpError> {
    let (body, coding) = body.into_encoded(invocation.resources())?;
    // Made in its box, not moved there.
    let mut response = Box::write(Box::new_uninit(), Response::new(Body::Empty));
    *response.status_mut() = StatusCode::from_u16(status).map_err(|_| OpError::range_error("Invalid status code"))?;
    if let Some(headers) = headers {
        *response.headers_mut() = headers_from_flat(&headers)?;
    }
    if let Some(ContentType(value)) = content_type {
        if response.headers().capacity() == 0 {
            *response.headers_mut() = spare_headers::take();
        }
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    *response.body_mut() = encoded(response.headers_mut(), body, coding, encode);
    Ok(response)
}

/// Brings a body into the coding that the headers announce.
fn encoded(headers: &mut HeaderMap, body: Body, coding: ContentCoding, encode: bool) -> Body {
    if coding == ContentCoding::Identity && (!encode || !headers.keys().any(|name| *name == CONTENT_ENCODING)) {
        return body;
    }
    let wanted = ContentCoding::of(headers);
    if wanted != coding {
        headers.remove(CONTENT_LENGTH);
    }
    coding.recode(body, wanted)
}

/// Ends the event with an exception.
#[op]
fn op_respond_error<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[context] invocation: Arc<Invocation>,
    exception: v8::Local<'s, v8::Value>,
) -> Result<(), OpError> {
    let error = JsError::from_value(scope, exception);
    exchange(&invocation)?.end(Outcome::Exception(Box::new(error)));
    invocation.wake_from_turn();
    Ok(())
}

/// Ends an event that has no answer.
#[op]
fn op_finish(#[context] invocation: Arc<Invocation>) -> Result<(), OpError> {
    exchange(&invocation)?.end(Outcome::Finished);
    invocation.wake_from_turn();
    Ok(())
}

/// Keeps the invocation alive until the number that it returns is released.
#[op]
fn op_hold(#[context] invocation: Arc<Invocation>) -> Result<u32, OpError> {
    invocation.resources().add(Held::task(invocation.hold()))
}

/// Like `op_hold`, for as long as JavaScript writes the response's body.
#[op]
fn op_hold_stream(#[context] invocation: Arc<Invocation>) -> Result<u32, OpError> {
    let exchange = invocation.extension().ok_or_else(no_event)?;
    invocation.resources().add(Held::stream(invocation.hold(), exchange))
}

/// Undoes `op_hold` and `op_hold_stream`.
#[op]
fn op_release(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}

/// An exception is to send the request on to the origin.
#[op]
fn op_pass_through(#[context] invocation: Arc<Invocation>) -> Result<(), OpError> {
    exchange(&invocation)?.pass_through();
    Ok(())
}

/// Has a function called, in a turn of this invocation, if the client goes away before it has a response.
#[op]
fn op_watch_client<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[context] invocation: Arc<Invocation>,
    callback: v8::Local<'s, v8::Function>,
) -> Result<(), OpError> {
    let callback = v8::Global::new(scope, callback);
    exchange(&invocation)?.watch_client(callback);
    Ok(())
}

/// Sends a request to the binding of this name.
#[op(async)]
fn op_fetcher_fetch(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    method: String,
    url: String,
    headers: Vec<String>,
    body: TakenBody,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let fetcher = Bindings::find(&invocation, &binding, |binding| match binding {
        Binding::Fetcher(fetcher) => Some(fetcher.clone()),
        _ => None,
    })?;
    count_subrequest(&invocation)?;
    let body = body.0.into_body(invocation.resources())?;
    let mut request = Request::builder()
        .method(method.as_str())
        .uri(url.as_str())
        .body(body)
        .map_err(|error| OpError::type_error(format!("Invalid request to the binding {binding}: {error}")))?;
    *request.headers_mut() = headers_from_flat(&headers)?;
    let bodiless = method == "HEAD";
    Ok(async move {
        let response = fetcher.fetch(request).await.map_err(|error| OpError::error(error.0))?;
        let coding = ContentCoding::of(response.headers());
        response_parts(&invocation, response, coding, bodiless, url, false)
    })
}
