//! The ops behind `fetch()`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::Response;
use hyper::ext::ReasonPhrase;
use selvedge_ops::{Buffer, OpError, op};
use selvedge_runtime::Invocation;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::argument::BodyArgument;
use super::client::{FetchClient, Fetched};
use super::coding::ContentCoding;
use super::error::FetchError;
use super::request::{headers_to_flat, outgoing};
use super::resource::BodyResource;

/// How many subrequests an invocation may still make
/// (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>): an extension of the invocation.
/// An invocation without one is not limited.
#[derive(Debug)]
pub struct SubrequestLimit(AtomicU32);

impl SubrequestLimit {
    /// Allows `limit` subrequests; Cloudflare's are 50 (free) and 1000 (paid).
    pub fn new(limit: u32) -> Self {
        Self(AtomicU32::new(limit))
    }

    /// Counts one subrequest.
    ///
    /// # Errors
    /// Hosted's "Too many subrequests." when none is left.
    pub fn count(&self) -> Result<(), OpError> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map(|_| ())
            .map_err(|_| OpError::error("Too many subrequests."))
    }
}

/// A response as JavaScript takes it: status, reason phrase (`null`: the usual one), flat headers, the number of
/// its body (`null`: none), the final URL, whether it was redirected.
pub type ResponseParts = (u16, Option<String>, Vec<String>, Option<u32>, String, bool);

/// Turns a response into parts, its body into a resource of the invocation. Every op that
/// `dispatchOutgoing` is given answers with this.
///
/// `coding` is what a reader of the body has to undo; `bodiless` where the response cannot have a body.
pub fn response_parts<B: Into<super::Body>>(
    invocation: &Invocation,
    response: Response<B>,
    coding: ContentCoding,
    bodiless: bool,
    url: String,
    redirected: bool,
) -> ResponseParts {
    let (head, body) = response.into_parts();
    let reason = head.extensions.get::<ReasonPhrase>();
    let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    let bodiless = bodiless || matches!(head.status.as_u16(), 101 | 204 | 205 | 304);
    let body = (!bodiless).then(|| {
        invocation
            .resources()
            .add(BodyResource::encoded(body.into(), coding))
    });
    (
        head.status.as_u16(),
        reason,
        headers_to_flat(&head.headers),
        body,
        url,
        redirected,
    )
}

/// Fetches. `flags`: 1 follows redirects, 2 undoes content codings. `cancel` is the number of what
/// `op_fetch_cancel_open` made, if the request has a signal.
#[op(async)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn op_fetch(
    #[context] invocation: Arc<Invocation>,
    method: String,
    url: String,
    headers: Vec<String>,
    body: BodyArgument,
    flags: u32,
    cancel: Option<u32>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let client = invocation
        .instance()
        .extension::<FetchClient>()
        .ok_or_else(|| {
            OpError::error(
                "fetch() is not available: this server was started without an HTTP client.",
            )
        })?;
    let cancel = cancel
        .map(|id| invocation.resources().get::<CancellationToken>(id))
        .transpose()?;
    let body = body.into_body(invocation.resources())?;
    let request = outgoing(
        &method,
        &url,
        &headers,
        body,
        flags & 1 != 0,
        flags & 2 != 0,
    )?;
    let head = method == "HEAD";
    Ok(async move {
        let limit = invocation.extension::<SubrequestLimit>();
        let fetching = client.fetch(request, || {
            limit.as_ref().map_or(Ok(()), |limit| limit.count())
        });
        let fetched = match cancel {
            None => fetching.await?,
            Some(token) => token
                .run_until_cancelled(fetching)
                .await
                .ok_or(FetchError::Aborted)??,
        };
        let Fetched {
            response,
            coding,
            mut url,
            redirects,
        } = fetched;
        url.set_fragment(None);
        Ok(response_parts(
            &invocation,
            response,
            coding,
            head,
            url.into(),
            redirects > 0,
        ))
    })
}

/// Makes a handle by which a fetch can be aborted.
#[op]
pub(crate) fn op_fetch_cancel_open(#[context] invocation: Arc<Invocation>) -> u32 {
    invocation.resources().add(CancellationToken::new())
}

/// Aborts the fetch.
#[op]
pub(crate) fn op_fetch_cancel(#[context] invocation: Arc<Invocation>, id: u32) {
    if let Ok(token) = invocation.resources().take::<CancellationToken>(id) {
        token.cancel();
    }
}

/// Lets go of the handle of a fetch that is over.
#[op]
pub(crate) fn op_fetch_cancel_close(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}

/// Parses the URL of a request or a redirect: its serialization, or `null`.
#[op]
pub(crate) fn op_fetch_url(url: String) -> Option<String> {
    Url::parse(&url).ok().map(Into::into)
}

/// Decodes a `data:` URL (<https://fetch.spec.whatwg.org/#data-urls>): `[content type, bytes]`, or `null`.
#[op]
pub(crate) fn op_fetch_data_url(url: String) -> Option<(String, Buffer)> {
    let url = data_url::DataUrl::process(&url).ok()?;
    let (body, _fragment) = url.decode_to_vec().ok()?;
    Some((url.mime_type().to_string(), Buffer(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subrequests_are_counted() {
        let limit = SubrequestLimit::new(2);
        assert!(limit.count().is_ok() && limit.count().is_ok());
        assert_eq!(
            limit.count().unwrap_err().to_string(),
            "Too many subrequests."
        );
        assert!(limit.count().is_err());
    }
}
