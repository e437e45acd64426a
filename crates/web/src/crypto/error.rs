//! Why a cryptographic operation failed, named as Web Crypto names it.

use std::borrow::Cow;

/// An error of the algorithms. Each variant is the `DOMException` that the standard asks for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// `DataError`: key data that cannot be understood.
    #[error("{0}")]
    Data(Cow<'static, str>),
    /// `OperationError`: the operation itself failed.
    #[error("{0}")]
    Operation(Cow<'static, str>),
    /// `NotSupportedError`: an algorithm, format or size that is not offered.
    #[error("{0}")]
    NotSupported(Cow<'static, str>),
    /// `InvalidAccessError`: a key of another kind.
    #[error("{0}")]
    InvalidAccess(Cow<'static, str>),
}

impl CryptoError {
    /// `DataError`.
    pub fn data(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Data(message.into())
    }

    /// `OperationError`.
    pub fn operation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Operation(message.into())
    }

    /// `NotSupportedError`.
    pub fn not_supported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::NotSupported(message.into())
    }

    /// A key whose algorithm has no such operation. JavaScript checks this first, so that it is met only
    /// when the two sides disagree.
    pub fn wrong_key() -> Self {
        Self::InvalidAccess("This CryptoKey does not support the requested operation.".into())
    }
}

/// What the algorithms return.
pub(crate) type Result<T> = std::result::Result<T, CryptoError>;
