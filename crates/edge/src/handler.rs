//! The seam between the listeners and whoever answers.
//!
//! A trait with a method that returns `impl Future`, not a boxed one: the listeners are generic
//! over it, so that the path from a socket to JavaScript allocates nothing for the sake of this
//! seam.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;

use crate::ClientInfo;

/// Any error that a response body may end with. It cuts the connection (HTTP/1.1) or resets the
/// stream (HTTP/2).
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Answers requests.
///
/// The request has been through admission: it has exactly one valid `Host` header, its target is in
/// origin form (`/path?query`) whatever form or protocol it came in, and its framing is
/// unambiguous. Its headers are the client's own until [`ClientInfo::apply`] turns them into what a
/// Worker sees.
///
/// The future is dropped when the client goes away: that is how a disconnect cancels an invocation.
pub trait Handler: Send + Sync + 'static {
    /// The body of the requests: made of the connection's own before anything else, as a request that changes its type
    /// is moved.
    type RequestBody: From<Incoming> + Send + 'static;

    /// The body of the responses.
    type Body: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static;

    /// Answers one request. Both are in boxes, as each layer that passes them on would else copy them. An upgrade (`101`)
    /// takes the connection over by a [`Takeover`](crate::Takeover) among the response's extensions.
    fn handle(
        &self,
        request: Box<http::Request<Self::RequestBody>>,
        client: ClientInfo,
    ) -> impl Future<Output = Box<http::Response<Self::Body>>> + Send;
}

impl<H: Handler> Handler for Arc<H> {
    type RequestBody = H::RequestBody;
    type Body = H::Body;

    fn handle(
        &self,
        request: Box<http::Request<Self::RequestBody>>,
        client: ClientInfo,
    ) -> impl Future<Output = Box<http::Response<Self::Body>>> + Send {
        H::handle(self, request, client)
    }
}
