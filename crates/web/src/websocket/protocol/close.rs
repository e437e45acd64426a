//! Close frames (RFC 6455, section 5.5.1) and the codes in them (section 7.4).

use super::error::ProtocolError;

/// "No Status Rcvd": what a close frame without a code stands for. Never sent.
pub(crate) const NO_STATUS: u16 = 1005;

/// The longest reason, in bytes: a control frame carries 125, and the code takes two.
pub(crate) const MAX_REASON: usize = 123;

/// Why a direction of a connection was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Close {
    /// The code; 1005 for none.
    pub(crate) code: u16,
    /// The reason, of at most 123 bytes.
    pub(crate) reason: String,
}

impl Close {
    /// The payload of the frame that says it.
    pub(crate) fn payload(&self) -> Vec<u8> {
        if self.code == NO_STATUS {
            return Vec::new();
        }
        let mut end = self.reason.len().min(MAX_REASON);
        while !self.reason.is_char_boundary(end) {
            end -= 1;
        }
        [&self.code.to_be_bytes(), &self.reason.as_bytes()[..end]].concat()
    }

    /// Reads a frame's payload.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, ProtocolError> {
        let Some((code, reason)) = payload.split_first_chunk::<2>() else {
            return if payload.is_empty() {
                Ok(Self { code: NO_STATUS, reason: String::new() })
            } else {
                Err(ProtocolError::violation("Incomplete close code"))
            };
        };
        let code = u16::from_be_bytes(*code);
        if !may_be_received(code) {
            return Err(ProtocolError::violation("Invalid close code"));
        }
        let reason =
            std::str::from_utf8(reason).map_err(|_| ProtocolError::payload("Close reason is not valid UTF-8"))?;
        Ok(Self { code, reason: reason.to_owned() })
    }
}

/// The codes that are defined for use in frames, those of the registry, and those left to libraries and applications.
fn may_be_received(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (code, reason) in [(1000, ""), (1001, "going"), (4999, "\u{fc}"), (3000, "x")] {
            let close = Close { code, reason: reason.to_owned() };
            assert_eq!(Close::parse(&close.payload()), Ok(close));
        }
        let nothing = Close { code: NO_STATUS, reason: "never sent".to_owned() };
        assert_eq!(nothing.payload(), b"");
        assert_eq!(Close::parse(b"").unwrap().code, NO_STATUS);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let close = Close { code: 1000, reason: "\u{fc}".repeat(80) };
        assert_eq!(close.payload().len(), 2 + 122);
        assert!(Close::parse(&close.payload()).is_ok());
    }

    #[test]
    fn codes_that_may_not_be_sent() {
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
            assert_eq!(Close::parse(&u16::to_be_bytes(code)).unwrap_err().code, 1002, "{code}");
        }
        for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
            assert_eq!(Close::parse(&u16::to_be_bytes(code)).unwrap().code, code);
        }
        assert_eq!(Close::parse(b"\x03").unwrap_err().code, 1002);
        assert_eq!(Close::parse(b"\x03\xe8\xff").unwrap_err().code, 1007);
    }
}
