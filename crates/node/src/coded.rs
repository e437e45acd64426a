//! Errors with Node.js's codes.
//!
//! An op throws plain errors. What Node tells by `error.code` travels in the message, before a bar, and
//! `js/native-error.js` takes it apart again.

use std::borrow::Cow;

use selvedge_ops::{ErrorClass, OpError};
use selvedge_web::crypto::CryptoError;

/// An error with the `code` that Node.js gives it (<https://nodejs.org/api/errors.html#nodejs-error-codes>).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Coded {
    class: ErrorClass,
    code: &'static str,
    message: Cow<'static, str>,
}

/// What fallible functions of this crate return.
pub(crate) type Result<T, E = Coded> = std::result::Result<T, E>;

impl Coded {
    /// An `Error`.
    pub(crate) fn error(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { class: ErrorClass::Error, code, message: message.into() }
    }

    /// A `TypeError`.
    pub(crate) fn type_error(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { class: ErrorClass::Type, code, message: message.into() }
    }

    /// A `RangeError`.
    pub(crate) fn range_error(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { class: ErrorClass::Range, code, message: message.into() }
    }

    /// The code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }
}

impl From<Coded> for OpError {
    fn from(error: Coded) -> Self {
        Self::new(error.class, format!("{}|{}", error.code, error.message))
    }
}

impl From<CryptoError> for Coded {
    fn from(error: CryptoError) -> Self {
        let code = match error {
            CryptoError::Data(_) => "ERR_CRYPTO_INVALID_KEYTYPE",
            _ => "ERR_CRYPTO_OPERATION_FAILED",
        };
        Self::error(code, error.to_string())
    }
}

/// Runs long work on a blocking thread, so that neither the turn nor the instance waits for it.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T, OpError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(OpError::from),
        Err(_) => Err(Coded::error("ERR_CRYPTO_OPERATION_FAILED", "The operation was given up.").into()),
    }
}
