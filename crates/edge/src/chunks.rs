//! Where a chunked body ends.
//!
//! hyper decodes chunked bodies; this only follows them, to know where in the connection's bytes
//! the next head starts and whether the framing broke on the way (RFC 9112, section 7.1). It keeps
//! a few words of state and none of the bytes.

/// How far a chunked body has been followed.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    state: State,
    size: u64,
    digits: u8,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    #[default]
    Size,
    Extension,
    SizeEnd,
    Data,
    DataEnd,
    DataEndLf,
    TrailerStart,
    Trailer,
    LastLf,
    Broken,
}

/// What following some bytes came to.
#[derive(Debug, PartialEq)]
pub(crate) enum Followed {
    /// All of them belong to the body, and it goes on.
    More,
    /// The body ended after so many of them.
    Ended(usize),
    /// They are not a chunked body.
    Broken,
}

impl Chunks {
    /// Follows the body through `bytes`, which come right after those of the last call.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Followed {
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::Data {
                let step = usize::try_from(self.size).unwrap_or(usize::MAX).min(bytes.len() - at);
                at += step;
                self.size -= step as u64;
                if self.size == 0 {
                    self.state = State::DataEnd;
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            let ended = self.state == State::LastLf && byte == b'\n';
            self.state = self.step(byte);
            if ended {
                return Followed::Ended(at);
            }
            if self.state == State::Broken {
                return Followed::Broken;
            }
        }
        Followed::More
    }

    fn step(&mut self, byte: u8) -> State {
        match (&self.state, byte) {
            (State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if self.digits < 16 => {
                let digit = (byte as char).to_digit(16).unwrap_or(0);
                self.size = (self.size << 4) | u64::from(digit);
                self.digits += 1;
                State::Size
            }
            (State::Size, b';' | b' ' | b'\t') if self.digits > 0 => State::Extension,
            (State::Size, b'\r') if self.digits > 0 => State::SizeEnd,
            (State::Extension, b'\r') => State::SizeEnd,
            (State::Extension, b'\n') => State::Broken,
            (State::Extension, _) => State::Extension,
            (State::SizeEnd, b'\n') => {
                self.digits = 0;
                if self.size == 0 { State::TrailerStart } else { State::Data }
            }
            (State::DataEnd, b'\r') => State::DataEndLf,
            (State::DataEndLf, b'\n') => State::Size,
            (State::TrailerStart, b'\r') => State::LastLf,
            (State::TrailerStart | State::Trailer, b'\n') => State::TrailerStart,
            (State::TrailerStart | State::Trailer, _) => State::Trailer,
            (State::LastLf, b'\n') => State::Size,
            _ => State::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";

    #[test]
    fn the_end_is_found_however_the_bytes_are_cut() {
        for cut in 0..BODY.len() {
            let mut chunks = Chunks::default();
            let with_next = [BODY, b"GET /"].concat();
            assert_eq!(chunks.follow(&with_next[..cut]), Followed::More, "cut at {cut}");
            assert_eq!(chunks.follow(&with_next[cut..]), Followed::Ended(BODY.len() - cut), "cut at {cut}");
        }
    }

    #[test]
    fn broken_framing_is_seen() {
        for bad in [
            &b"zz\r\n"[..],
            b"\r\n",
            b"5\nhello",
            b"5\r\nhelloX",
            b"5\r\nhello\rX",
            b"11112222333344445\r\n",
            b"-1\r\n",
        ] {
            assert_eq!(Chunks::default().follow(bad), Followed::Broken, "{}", bad.escape_ascii());
        }
    }
}
