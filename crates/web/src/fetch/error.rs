//! What goes wrong with bodies and with `fetch`, and how a Worker sees it.

use selvedge_ops::OpError;

use super::body::BoxError;

/// Why a body could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The transport failed, or the other side went away.
    #[error("Network connection lost.")]
    Disconnected,
    /// The transport or a decoder failed.
    #[error("Network connection lost.")]
    Transport(#[source] BoxError),
    /// The bytes do not decode as the Content-Encoding says.
    #[error("The body could not be decompressed: it is truncated, or not what its Content-Encoding says.")]
    Decoding(#[source] std::io::Error),
    /// The writer was dropped before it closed the body.
    #[error("The body was aborted before its end.")]
    Aborted,
    /// More bytes were written than announced.
    #[error("Attempt to write too many bytes through a FixedLengthStream.")]
    Overrun,
    /// Fewer bytes came than announced.
    #[error("FixedLengthStream did not see all expected bytes before close().")]
    Underrun,
    /// One branch of a tee was read too far ahead of the other.
    #[error(
        "ReadableStream.tee() buffer limit exceeded. This error usually occurs when a Request or Response with a large body is cloned, then only one of the clones is read, forcing the Workers runtime to buffer the entire body in memory. To fix this issue, remove unnecessary calls to Request/Response.clone() and ReadableStream.tee(), and always read clones/tees in parallel."
    )]
    TeeLag,
    /// The reader gave the body up.
    #[error("The body was cancelled.")]
    Cancelled,
    /// Someone else reads it, or it has been handed on.
    #[error("Body has already been used. It can only be used once. Use tee() first if you need to read it twice.")]
    Used,
    /// More bytes than the reader allows.
    #[error("Memory limit would be exceeded before EOF.")]
    TooLarge,
}

impl From<BoxError> for BodyError {
    fn from(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => {
                tracing::debug!(%error, "a body ended early");
                Self::Transport(error)
            }
        }
    }
}

impl From<BodyError> for OpError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Used
            | BodyError::TooLarge
            | BodyError::Overrun
            | BodyError::Underrun
            | BodyError::TeeLag
            | BodyError::Decoding(_) => Self::type_error(error.to_string()),
            _ => Self::error(error.to_string()),
        }
    }
}

/// Why `fetch` failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No HTTP URL.
    #[error("Fetch API cannot load: {0}")]
    Url(String),
    /// An HTTP method that is no token.
    #[error("Invalid HTTP method string: {0}")]
    Method(String),
    /// A header that HTTP cannot carry.
    #[error("Invalid header name or value: {0}")]
    Header(String),
    /// More headers than a message may have.
    #[error("Too many headers: a message may have 128 KB of them, and about 24,000.")]
    TooManyHeaders,
    /// The destination is private, and the server does not let Workers reach such.
    #[error(
        "Fetch API cannot load: {url}. {address} is a loopback, link-local or private address, which this server does not let Workers reach."
    )]
    Private {
        /// The URL asked for.
        url: String,
        /// The address it stands for.
        address: std::net::IpAddr,
    },
    /// A `cf.resolveOverride` that cannot be heeded.
    #[error("cf.resolveOverride must be a host name, and the URL's host must be a name too: {0:?}")]
    ResolveOverride(String),
    /// No connection could be made.
    #[error("Network connection lost. Could not connect to {authority}: {cause}.")]
    Connect {
        /// Host and port.
        authority: String,
        /// The innermost cause, in words.
        cause: String,
    },
    /// The connection broke before a response came.
    #[error("Network connection lost. No response from {authority}: {cause}.")]
    Lost {
        /// Host and port.
        authority: String,
        /// The innermost cause, in words.
        cause: String,
    },
    /// The body that JavaScript wrote failed.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// A `Location` that is no URL.
    #[error("Invalid Location header; unable to follow redirect.")]
    Location,
    /// More redirects than followed.
    #[error("Too many redirects.")]
    TooManyRedirects,
    /// The body is a stream and has been sent.
    #[error(
        "A request with a one-time-use body (it was initialized from a stream, not a buffer) encountered a redirect requiring the body to be retransmitted. To avoid this error in the future, construct this request from a buffer-like body initializer."
    )]
    Unreplayable,
    /// A WebSocket handshake that did not lead to one.
    #[error("Failed to establish the WebSocket connection: {0}.")]
    WebSocket(String),
    /// The AbortSignal fired.
    #[error("The operation was aborted")]
    Aborted,
}

impl From<FetchError> for OpError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Body(error) => error.into(),
            FetchError::Aborted => Self::dom("AbortError", error.to_string()),
            FetchError::Connect { .. } | FetchError::Lost { .. } => Self::error(error.to_string()),
            _ => Self::type_error(error.to_string()),
        }
    }
}
