//! From bytes to messages.

use bytes::{Buf, Bytes, BytesMut};

use super::deflate::Inflater;
use super::error::TOO_BIG;
use super::header::{Header, Opcode};
use super::{Close, Message, ProtocolError, Role, mask};

/// What came.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Message(Message),
    Ping(Bytes),
    Pong,
}

/// A message of which not all frames have come.
struct Partial {
    text: bool,
    compressed: bool,
    data: Vec<u8>,
    /// How much of a text's data is known to be UTF-8.
    checked: usize,
}

/// A data frame of which not all of the payload has come.
struct Payload {
    last: bool,
    mask: Option<[u8; 4]>,
    offset: usize,
    remaining: usize,
}

/// Reads frames. What a peer announces sets nothing aside: memory is taken as payload comes.
pub(crate) struct MessageReader {
    role: Role,
    limit: usize,
    compression: bool,
    /// Made for the first message that is compressed.
    inflater: Option<Inflater>,
    /// Bytes that have come and are not looked at.
    pub(crate) input: BytesMut,
    payload: Option<Payload>,
    message: Option<Partial>,
    closed: bool,
}

impl MessageReader {
    /// Messages have at most `limit` bytes. `compression`: permessage-deflate was agreed on.
    pub(crate) fn new(role: Role, limit: usize, compression: bool) -> Self {
        Self {
            role,
            limit,
            compression,
            inflater: None,
            input: BytesMut::new(),
            payload: None,
            message: None,
            closed: false,
        }
    }

    /// The next event, if all of it is in `input`. After a close frame there is none.
    ///
    /// # Errors
    /// The connection must fail.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, ProtocolError> {
        loop {
            if self.closed {
                return Ok(None);
            }
            if self.payload.is_some() {
                match self.read_payload()? {
                    Some(message) => return Ok(Some(Event::Message(message))),
                    None if self.payload.is_some() => return Ok(None),
                    None => continue,
                }
            }
            let Some((header, length)) = Header::parse(&self.input, self.role, self.compression)? else {
                return Ok(None);
            };
            if header.opcode.is_control() {
                let Some(event) = self.read_control(header, length)? else { return Ok(None) };
                return Ok(Some(event));
            }
            self.begin(header)?;
            self.input.advance(length);
        }
    }

    fn read_control(&mut self, header: Header, length: usize) -> Result<Option<Event>, ProtocolError> {
        let size = usize::try_from(header.length).map_err(|_| TOO_BIG)?;
        if self.input.len() < length + size {
            return Ok(None);
        }
        self.input.advance(length);
        let mut payload = self.input.split_to(size);
        if let Some(key) = header.mask {
            mask::apply(&mut payload, key, 0);
        }
        Ok(Some(match header.opcode {
            Opcode::Ping => Event::Ping(payload.freeze()),
            Opcode::Pong => Event::Pong,
            _ => {
                self.closed = true;
                self.input.clear();
                Event::Message(Message::Close(Close::parse(&payload)?))
            }
        }))
    }

    /// A data frame begins.
    fn begin(&mut self, header: Header) -> Result<(), ProtocolError> {
        let (text, starts) = (header.opcode == Opcode::Text, header.opcode != Opcode::Continuation);
        match (&self.message, starts) {
            (Some(_), true) => return Err(ProtocolError::violation("Expected a continuation frame")),
            (None, false) => return Err(ProtocolError::violation("Unexpected continuation frame")),
            (Some(_), false) => {}
            (None, true) => {
                self.message = Some(Partial { text, compressed: header.compressed, data: Vec::new(), checked: 0 });
            }
        }
        let held = self.message.as_ref().map_or(0, |message| message.data.len());
        // Compressed data is never longer than what it stands for by more than a few bytes in 16 KiB.
        let slack = if self.compression { self.limit / 1024 + 64 } else { 0 };
        let remaining = usize::try_from(header.length).map_err(|_| TOO_BIG)?;
        if held.saturating_add(remaining) > self.limit.saturating_add(slack) {
            return Err(TOO_BIG);
        }
        self.payload = Some(Payload { last: header.last, mask: header.mask, offset: 0, remaining });
        Ok(())
    }

    /// Takes what has come of the payload; the message, if that was all of it.
    fn read_payload(&mut self) -> Result<Option<Message>, ProtocolError> {
        let (Some(payload), Some(message)) = (&mut self.payload, &mut self.message) else { return Ok(None) };
        let size = payload.remaining.min(self.input.len());
        let mut piece = self.input.split_to(size);
        if let Some(key) = payload.mask {
            mask::apply(&mut piece, key, payload.offset);
        }
        payload.offset = payload.offset.wrapping_add(size);
        payload.remaining -= size;
        let (ended, last) = (payload.remaining == 0, payload.last);
        if message.compressed {
            let inflater = self.inflater.get_or_insert_with(Inflater::new);
            inflater.piece(&piece, &mut message.data, self.limit)?;
            if ended && last {
                inflater.end(&mut message.data, self.limit)?;
            }
        } else if message.data.len() + piece.len() > self.limit {
            return Err(TOO_BIG);
        } else {
            message.data.extend_from_slice(&piece);
        }
        if message.text {
            message.check()?;
        }
        if !ended {
            return Ok(None);
        }
        self.payload = None;
        match self.message.take_if(|_| last) {
            Some(message) => message.finish().map(Some),
            None => Ok(None),
        }
    }
}

const NOT_TEXT: ProtocolError = ProtocolError::payload("Invalid UTF-8 sequence");

impl Partial {
    /// Text that can no longer become UTF-8 fails at once, and not at its end.
    fn check(&mut self) -> Result<(), ProtocolError> {
        match std::str::from_utf8(&self.data[self.checked..]) {
            Ok(text) => self.checked += text.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(NOT_TEXT),
        }
        Ok(())
    }

    fn finish(self) -> Result<Message, ProtocolError> {
        if self.text {
            String::from_utf8(self.data).map(Message::Text).map_err(|_| NOT_TEXT)
        } else {
            Ok(Message::Binary(self.data.into()))
        }
    }
}
