//! Why a Worker gave no answer.

use selvedge_runtime::{JsError, Limit, StartError};

use crate::FetcherError;

/// Why a Worker did not handle an event. What is large is in boxes, as an answer is passed on in as much room.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WorkerError {
    /// It did not start.
    #[error(transparent)]
    Start(Box<StartError>),
    /// Its handler threw, or rejected.
    #[error("Uncaught {0}")]
    Exception(Box<JsError>),
    /// Its handler waits for something that will never happen.
    #[error(
        "The Workers runtime canceled this request because it detected that your Worker's code had hung and would \
         never generate a response. Refer to: https://developers.cloudflare.com/workers/observability/errors/"
    )]
    Hung,
    /// A limit ended it.
    #[error("{0}")]
    Limit(Limit),
    /// It is not asked: it cost the process threads before, or is about to.
    #[error("Worker exceeded resource limits.")]
    Refused,
    /// It threw after `passThroughOnException()`, and its origin did not answer either.
    #[error("Uncaught {exception}\nThe origin that the request falls through to did not answer: {origin}")]
    Origin {
        /// What the Worker threw.
        exception: Box<JsError>,
        /// What became of the request to the origin.
        origin: FetcherError,
    },
}

impl WorkerError {
    /// Cloudflare's error code
    /// (<https://developers.cloudflare.com/workers/observability/errors/#error-pages-generated-by-workers>).
    pub fn code(&self) -> u16 {
        match self {
            Self::Limit(_) | Self::Refused => 1102,
            Self::Start(error) if matches!(**error, StartError::Limit(_)) => 1102,
            _ => 1101,
        }
    }

    /// The cause with its stack, for the Worker's author.
    pub fn report(&self) -> String {
        match self {
            Self::Start(_) | Self::Exception(_) if let Some(error) = self.exception() => {
                format!("Uncaught {}", error.report())
            }
            Self::Refused => {
                "Worker exceeded resource limits. It is refused for a while, as its code takes threads that cannot be had \
                 back."
                    .into()
            }
            other => other.to_string(),
        }
    }

    /// The JavaScript exception, if it is one.
    pub fn exception(&self) -> Option<&JsError> {
        match self {
            Self::Start(error) => match &**error {
                StartError::Script(error) => Some(error),
                StartError::Limit(_) => None,
            },
            Self::Exception(exception) | Self::Origin { exception, .. } => Some(exception),
            _ => None,
        }
    }
}
