//! Frame headers (RFC 6455, section 5.2).

use super::Role;
use super::error::ProtocolError;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn parse(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    pub(crate) fn is_control(self) -> bool {
        self as u8 >= Self::Close as u8
    }
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) last: bool,
    /// RSV1: the message is compressed.
    pub(crate) compressed: bool,
    pub(crate) opcode: Opcode,
    pub(crate) mask: Option<[u8; 4]>,
    pub(crate) length: u64,
}

/// The longest payload of a control frame.
const MAX_CONTROL: u64 = 125;

impl Header {
    /// Reads a header from the beginning of `bytes`: with its own length, or nothing as long as it is not all there.
    ///
    /// What can be wrong with a header by itself is found here, as soon as the bytes that are wrong have come.
    pub(crate) fn parse(bytes: &[u8], role: Role, compression: bool) -> Result<Option<(Self, usize)>, ProtocolError> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        let opcode = Opcode::parse(first & 0x0f).ok_or(ProtocolError::violation("Unknown opcode"))?;
        let (last, compressed) = (first & 0x80 != 0, first & 0x40 != 0);
        let starts = matches!(opcode, Opcode::Text | Opcode::Binary);
        if first & 0x30 != 0 || (compressed && !(compression && starts)) {
            return Err(ProtocolError::violation("Reserved bits are set"));
        }
        if opcode.is_control() && !last {
            return Err(ProtocolError::violation("Fragmented control frame"));
        }
        let Some(&second) = bytes.get(1) else { return Ok(None) };
        let masked = second & 0x80 != 0;
        if masked != (role == Role::Server) {
            return Err(ProtocolError::violation(match role {
                Role::Server => "Frame is not masked",
                Role::Client => "Frame is masked",
            }));
        }
        let short = second & 0x7f;
        if opcode.is_control() && u64::from(short) > MAX_CONTROL {
            return Err(ProtocolError::violation("Control frame is too long"));
        }
        let rest = &bytes[2..];
        let (length, rest) = match short {
            126 => match rest.split_first_chunk::<2>() {
                Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk::<8>() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            short => (u64::from(short), rest),
        };
        if length > i64::MAX as u64 {
            return Err(ProtocolError::violation("Invalid frame length"));
        }
        let (mask, rest) = if masked {
            match rest.split_first_chunk::<4>() {
                Some((key, rest)) => (Some(*key), rest),
                None => return Ok(None),
            }
        } else {
            (None, rest)
        };
        Ok(Some((Self { last, compressed, opcode, mask, length }, bytes.len() - rest.len())))
    }

    /// Writes the header.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.last) << 7 | u8::from(self.compressed) << 6 | self.opcode as u8);
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        match self.length {
            short @ 0..=125 => out.push(masked | short as u8),
            medium @ 126..=0xffff => {
                out.push(masked | 126);
                out.extend_from_slice(&(medium as u16).to_be_bytes());
            }
            long => {
                out.push(masked | 127);
                out.extend_from_slice(&long.to_be_bytes());
            }
        }
        if let Some(key) = self.mask {
            out.extend_from_slice(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 125, 126, 127, 0xffff, 0x1_0000, 1 << 40] {
            for (role, mask) in [(Role::Server, Some([1, 2, 3, 4])), (Role::Client, None)] {
                for opcode in [Opcode::Continuation, Opcode::Text, Opcode::Binary] {
                    let compressed = opcode != Opcode::Continuation;
                    let header = Header { last: length != 1, compressed, opcode, mask, length };
                    let mut bytes = Vec::new();
                    header.write(&mut bytes);
                    for cut in 0..bytes.len() {
                        assert_eq!(Header::parse(&bytes[..cut], role, true), Ok(None));
                    }
                    bytes.push(0xaa);
                    assert_eq!(Header::parse(&bytes, role, true), Ok(Some((header, bytes.len() - 1))));
                }
            }
        }
    }

    fn refused(bytes: &[u8], role: Role, compression: bool) {
        assert_eq!(Header::parse(bytes, role, compression).unwrap_err().code, 1002, "{bytes:x?}");
    }

    #[test]
    fn what_a_header_may_not_say() {
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            refused(&[0x80 | opcode], Role::Server, true);
        }
        for reserved in [0x10, 0x20, 0x30, 0x40, 0x50, 0x70] {
            refused(&[0x81 | reserved], Role::Server, false);
        }
        // Compression is said of a message, in its first frame.
        refused(&[0xc0], Role::Server, true);
        refused(&[0xc9], Role::Server, true);
        refused(&[0xd1], Role::Server, true);
        refused(&[0x09], Role::Server, false);
        refused(&[0x89, 0x80 | 126], Role::Server, false);
        refused(&[0x81, 0x01], Role::Server, false);
        refused(&[0x81, 0x81], Role::Client, false);
        refused(&[0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Role::Server, false);
    }
}
