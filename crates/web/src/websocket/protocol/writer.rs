//! From messages to bytes.

use super::deflate::Deflater;
use super::extension::DeflateParameters;
use super::header::{Header, Opcode};
use super::{Message, ProtocolError, Role, mask};

/// Messages shorter than this are not worth compressing.
const WORTH: usize = 16;

/// Makes frames. Each message is one frame.
pub(crate) struct MessageWriter {
    role: Role,
    parameters: Option<DeflateParameters>,
    /// Made for the first message that is compressed: it weighs a quarter of a megabyte.
    deflater: Option<Deflater>,
}

impl MessageWriter {
    /// `compression` is what was agreed on.
    pub(crate) fn new(role: Role, compression: Option<DeflateParameters>) -> Self {
        Self { role, parameters: compression, deflater: None }
    }

    /// Appends a message. `key` masks it if this is a client.
    pub(crate) fn message(&mut self, message: &Message, key: [u8; 4], out: &mut Vec<u8>) -> Result<(), ProtocolError> {
        let (opcode, payload) = match message {
            Message::Text(text) => (Opcode::Text, text.as_bytes()),
            Message::Binary(bytes) => (Opcode::Binary, &bytes[..]),
            Message::Close(close) => {
                self.frame(Opcode::Close, false, &close.payload(), key, out);
                return Ok(());
            }
        };
        let Some(parameters) = self.parameters.filter(|_| payload.len() >= WORTH) else {
            self.frame(opcode, false, payload, key, out);
            return Ok(());
        };
        let role = self.role;
        let deflater = self.deflater.get_or_insert_with(|| match role {
            Role::Server => Deflater::new(parameters.server_window_bits, parameters.server_forgets),
            Role::Client => Deflater::new(parameters.client_window_bits, parameters.client_forgets),
        });
        let mut compressed = Vec::new();
        deflater.message(payload, &mut compressed)?;
        self.frame(opcode, true, &compressed, key, out);
        Ok(())
    }

    /// Appends a ping.
    pub(crate) fn ping(&self, key: [u8; 4], out: &mut Vec<u8>) {
        self.frame(Opcode::Ping, false, &[], key, out);
    }

    /// Appends the answer to a ping.
    pub(crate) fn pong(&self, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
        self.frame(Opcode::Pong, false, payload, key, out);
    }

    fn frame(&self, opcode: Opcode, compressed: bool, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
        let mask = (self.role == Role::Client).then_some(key);
        Header { last: true, compressed, opcode, mask, length: payload.len() as u64 }.write(out);
        let start = out.len();
        out.extend_from_slice(payload);
        if let Some(key) = mask {
            mask::apply(&mut out[start..], key, 0);
        }
    }
}
