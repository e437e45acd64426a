//! What a peer may not do.

/// Why a connection has to fail, and the code that its close frame says so with (RFC 6455, section 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct ProtocolError {
    pub(crate) code: u16,
    pub(crate) text: &'static str,
}

impl ProtocolError {
    /// 1002: the protocol was not kept.
    pub(crate) const fn violation(text: &'static str) -> Self {
        Self { code: 1002, text }
    }

    /// 1007: the payload is not what its type says.
    pub(crate) const fn payload(text: &'static str) -> Self {
        Self { code: 1007, text }
    }
}

/// 1009: the message is too long.
pub(crate) const TOO_BIG: ProtocolError = ProtocolError { code: 1009, text: "Message is too large" };
