//! Reader and writer together, and the reader against whatever a peer may send. Case numbers are Autobahn's.

use super::header::{Header, Opcode};
use super::*;

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame as a client sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let opcode = match first & 0x0f {
        0 => Opcode::Continuation,
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        _ => Opcode::Pong,
    };
    let mut bytes = Vec::new();
    let length = payload.len() as u64;
    Header { last: first & 0x80 != 0, compressed: first & 0x40 != 0, opcode, mask: Some(KEY), length }
        .write(&mut bytes);
    let start = bytes.len();
    bytes.extend_from_slice(payload);
    mask::apply(&mut bytes[start..], KEY, 0);
    bytes
}

/// What a server reads of these bytes, given to it `piece` at a time.
fn read(bytes: &[u8], piece: usize, limit: usize, compression: bool) -> Result<Vec<Event>, u16> {
    let mut reader = MessageReader::new(Role::Server, limit, compression);
    let mut events = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.input.extend_from_slice(piece);
        while let Some(event) = reader.next().map_err(|error| error.code)? {
            events.push(event);
        }
    }
    Ok(events)
}

/// The same whichever way the bytes are cut.
fn events(frames: &[Vec<u8>]) -> Result<Vec<Event>, u16> {
    let bytes = frames.concat();
    let whole = read(&bytes, bytes.len().max(1), 1 << 20, false);
    for piece in [1, 2, 3, 5, 997] {
        assert_eq!(read(&bytes, piece, 1 << 20, false), whole, "in pieces of {piece}");
    }
    whole
}

fn text(text: &str) -> Event {
    Event::Message(Message::Text(text.to_owned()))
}

fn binary(bytes: &[u8]) -> Event {
    Event::Message(Message::Binary(Bytes::copy_from_slice(bytes)))
}

/// 1.1, 1.2
#[test]
fn messages_of_all_lengths() {
    for length in [0, 1, 125, 126, 127, 128, 65535, 65536, 70_000] {
        let payload = "a".repeat(length);
        assert_eq!(events(&[frame(0x81, payload.as_bytes())]), Ok(vec![text(&payload)]));
        assert_eq!(events(&[frame(0x82, payload.as_bytes())]), Ok(vec![binary(payload.as_bytes())]));
    }
}

/// 2
#[test]
fn pings_and_pongs() {
    let ping = |bytes: &'static [u8]| Event::Ping(Bytes::from_static(bytes));
    assert_eq!(events(&[frame(0x89, b""), frame(0x89, b"abc")]), Ok(vec![ping(b""), ping(b"abc")]));
    assert_eq!(events(&[frame(0x8a, b"unasked")]), Ok(vec![Event::Pong]));
    assert_eq!(events(&[frame(0x89, &[0; 125])]).unwrap().len(), 1);
    assert_eq!(events(&[frame(0x89, &[0; 126])]), Err(1002));
}

/// 5
#[test]
fn fragments() {
    let hello = [frame(0x01, b"hel"), frame(0x89, b"p"), frame(0x00, b""), frame(0x80, b"lo")];
    assert_eq!(events(&hello), Ok(vec![Event::Ping(Bytes::from_static(b"p")), text("hello")]));
    assert_eq!(events(&[frame(0x02, b"a"), frame(0x00, b"b"), frame(0x80, b"")]), Ok(vec![binary(b"ab")]));
    assert_eq!(events(&[frame(0x80, b"x")]), Err(1002));
    assert_eq!(events(&[frame(0x00, b"x")]), Err(1002));
    assert_eq!(events(&[frame(0x01, b"a"), frame(0x81, b"b")]), Err(1002));
    assert_eq!(events(&[frame(0x81, b"a"), frame(0x80, b"b")]), Err(1002));
    assert_eq!(events(&[frame(0x09, b"x")]), Err(1002));
    assert_eq!(events(&[frame(0x08, b"")]), Err(1002));
}

/// 6
#[test]
fn utf8() {
    let greek = "\u{3ba}\u{1f79}\u{3c3}\u{3bc}\u{3b5}\u{10ffff}";
    assert_eq!(events(&[frame(0x81, greek.as_bytes())]), Ok(vec![text(greek)]));
    let cut: Vec<_> = greek.bytes().map(|byte| frame(0x00, &[byte])).collect();
    let frames = [&[frame(0x01, b"")][..], &cut, &[frame(0x80, b"")]].concat();
    assert_eq!(events(&frames), Ok(vec![text(greek)]));
    for bad in [
        &b"\xff"[..],
        b"\xce",
        b"a\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\x80",
        b"\xe0\x80\xaf",
        b"ok\xf0\x90\x8d",
    ] {
        assert_eq!(events(&[frame(0x81, bad)]), Err(1007), "{bad:x?}");
        assert_eq!(events(&[frame(0x82, bad)]), Ok(vec![binary(bad)]));
    }
    // 6.4: before the end of the message, and of the frame.
    assert_eq!(events(&[frame(0x01, b"ok"), frame(0x00, b"\xf4\x90")]), Err(1007));
    let long = frame(0x81, b"\xffrest of a frame that does not come");
    assert_eq!(read(&long[..8], 8, 100, false), Err(1007));
}

/// 7
#[test]
fn closing() {
    let close = |code, reason: &str| Event::Message(Message::Close(Close { code, reason: reason.to_owned() }));
    assert_eq!(events(&[frame(0x88, b"")]), Ok(vec![close(1005, "")]));
    assert_eq!(events(&[frame(0x88, b"\x03\xe8bye")]), Ok(vec![close(1000, "bye")]));
    assert_eq!(events(&[frame(0x88, b"\x03")]), Err(1002));
    assert_eq!(events(&[frame(0x88, b"\x03\xec")]), Err(1002));
    assert_eq!(events(&[frame(0x88, b"\x03\xe8\xff")]), Err(1007));
    // 7.1: what follows is not looked at, whatever it is.
    assert_eq!(events(&[frame(0x88, b""), frame(0x81, b"x"), vec![0xff; 9]]), Ok(vec![close(1005, "")]));
    // A message that was cut short by the close frame is dropped.
    assert_eq!(events(&[frame(0x01, b"x"), frame(0x88, b"")]), Ok(vec![close(1005, "")]));
}

/// 9, 10
#[test]
fn limits() {
    let fits = frame(0x82, &[1; 1000]);
    assert_eq!(read(&fits, 64, 1000, false).unwrap().len(), 1);
    // Known from the header.
    assert_eq!(read(&frame(0x82, &[1; 1001])[..8], 8, 1000, false), Err(1009));
    assert_eq!(read(&[frame(0x02, &[1; 600]), frame(0x80, &[1; 600])].concat(), 64, 1000, false), Err(1009));
    let huge = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4];
    assert_eq!(read(&huge, 100, MAX_MESSAGE, false), Err(1009));
}

/// 12, 13
#[test]
fn compressed_messages() {
    let agreements = [
        DeflateParameters::default(),
        DeflateParameters { client_forgets: true, server_forgets: true, ..Default::default() },
        DeflateParameters { client_window_bits: 9, server_window_bits: 9, ..Default::default() },
    ];
    for agreed in agreements {
        for (from, to) in [(Role::Client, Role::Server), (Role::Server, Role::Client)] {
            let mut writer = MessageWriter::new(from, Some(agreed));
            let mut reader = MessageReader::new(to, MAX_MESSAGE, true);
            for length in [0, 15, 16, 64, 255, 1024, 4096, 65536, 131_072] {
                let body: String =
                    (0..length).map(|index| char::from(b'a' + (index % 23 * index % 23) as u8)).collect();
                for message in [Message::Text(body.clone()), Message::Binary(body.clone().into())] {
                    let mut bytes = Vec::new();
                    writer.message(&message, KEY, &mut bytes).unwrap();
                    reader.input.extend_from_slice(&bytes);
                    assert_eq!(reader.next(), Ok(Some(Event::Message(message))));
                }
            }
        }
    }
}

#[test]
fn compressed_fragments_and_limits() {
    let hello: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let frames = [frame(0x41, &hello[..3]), frame(0x89, b""), frame(0x80, &hello[3..])].concat();
    for piece in [1, 4, 100] {
        assert_eq!(read(&frames, piece, 100, true), Ok(vec![Event::Ping(Bytes::new()), text("Hello")]));
    }
    // RSV1 in a continuation, or where nothing was agreed on.
    assert_eq!(read(&[frame(0x41, &hello[..3]), frame(0xc0, &hello[3..])].concat(), 100, 100, true), Err(1002));
    assert_eq!(read(&frame(0xc1, &hello), 100, 100, false), Err(1002));
    assert_eq!(read(&frame(0xc1, &[0xff; 30]), 100, 100, true), Err(1007));
    let mut bomb = Vec::new();
    let message = Message::Binary(vec![0; 1 << 20].into());
    MessageWriter::new(Role::Client, Some(DeflateParameters::default())).message(&message, KEY, &mut bomb).unwrap();
    assert!(bomb.len() < 20_000);
    assert_eq!(read(&bomb, 100_000, 100_000, true), Err(1009));
}

/// A small generator of its own, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Whatever comes, the reader answers with an event or an error, and holds no more than it may.
#[test]
fn garbage_never_panics() {
    let mut random = Random(0x5e1f_ed6e);
    for round in 0..20_000 {
        let (role, compression) = (if round % 2 == 0 { Role::Server } else { Role::Client }, round % 3 == 0);
        let mut reader = MessageReader::new(role, 4096, compression);
        let mut bytes = Vec::new();
        for _ in 0..1 + random.below(6) {
            let mut piece = frame(
                [0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0xc1, 0xc2, 0x41][random.below(10)],
                &vec![random.next() as u8; [0, 1, 3, 125, 126, 300, 5000][random.below(7)]],
            );
            if role == Role::Client {
                piece[1] &= 0x7f;
            }
            for _ in 0..random.below(4) {
                let at = random.below(piece.len());
                piece[at] = random.next() as u8;
            }
            bytes.extend(piece);
        }
        for piece in bytes.chunks(1 + random.below(600)) {
            reader.input.extend_from_slice(piece);
            let mut events = 0;
            while let Ok(Some(_)) = reader.next() {
                events += 1;
                assert!(events <= bytes.len());
            }
        }
    }
}
