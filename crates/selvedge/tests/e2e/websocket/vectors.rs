//! The cases of the battery, in the manner of Autobahn's list (the numbers are its sections): what one side sends after
//! the handshake, and what an end that sends back every message must answer. Both sides get the same.

use super::frames::{BINARY, CLOSE, CONTINUATION, FIN, Frame, PING, PONG, RSV1, TEXT, closing};

/// One case.
pub(super) struct Case {
    pub(super) name: String,
    /// Frames: the first byte and the payload. They are sent in one piece, and then byte by byte.
    pub(super) sends: Vec<(u8, Vec<u8>)>,
    /// The frames that come back before the close frame.
    pub(super) answers: Vec<Frame>,
    /// The code that the other end closes with, if the case does not close by itself.
    pub(super) fails: Option<u16>,
}

fn case(
    name: impl Into<String>,
    sends: &[(u8, &[u8])],
    answers: &[(u8, &[u8])],
    fails: impl Into<Option<u16>>,
) -> Case {
    Case {
        name: name.into(),
        sends: sends.iter().map(|(first, payload)| (*first, payload.to_vec())).collect(),
        answers: answers.iter().map(|(first, payload)| Frame::new(*first, payload)).collect(),
        fails: fails.into(),
    }
}

/// All cases in which nothing is compressed.
pub(super) fn cases() -> Vec<Case> {
    [framing(), pings(), reserved(), fragments(), utf8(), close_frames()].into_iter().flatten().collect()
}

/// 1: lengths, of text and bytes, on both sides of each form of the length.
fn framing() -> Vec<Case> {
    let lengths = [0_usize, 1, 125, 126, 127, 128, 65_535, 65_536];
    let both = lengths.into_iter().flat_map(|length| [(TEXT, length), (BINARY, length)]);
    both.map(|(opcode, length)| {
        let payload: Vec<u8> = (0..length).map(|index| b'a' + (index % 26) as u8).collect();
        let message = (FIN | opcode, &payload[..]);
        case(format!("1: {length} bytes of opcode {opcode}"), &[message], &[message], None)
    })
    .collect()
}

/// 2: pings are answered in order, between the frames of a message too; pongs are not.
fn pings() -> Vec<Case> {
    let long = [0xfe; 125];
    let ten: Vec<[u8; 1]> = (0..10).map(|index| [index]).collect();
    let asked: Vec<(u8, &[u8])> = ten.iter().map(|payload| (FIN | PING, &payload[..])).collect();
    let answered: Vec<(u8, &[u8])> = ten.iter().map(|payload| (FIN | PONG, &payload[..])).collect();
    vec![
        case("2.1: a ping", &[(FIN | PING, b"")], &[(FIN | PONG, b"")], None),
        case("2.3: a ping of bytes", &[(FIN | PING, b"\x00\xff\xfe")], &[(FIN | PONG, b"\x00\xff\xfe")], None),
        case("2.4: the longest ping", &[(FIN | PING, &long)], &[(FIN | PONG, &long)], None),
        case("2.5: too long a ping", &[(FIN | PING, &[0xfe; 126])], &[], 1002),
        case(
            "2.7: a pong that nobody asked for",
            &[(FIN | PONG, b"x"), (FIN | TEXT, b"y")],
            &[(FIN | TEXT, b"y")],
            None,
        ),
        case("2.10: ten pings", &asked, &answered, None),
    ]
}

/// 3, 4: bits and opcodes that mean nothing.
fn reserved() -> Vec<Case> {
    let mut cases = Vec::new();
    for bits in [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70] {
        let name = format!("3: reserved bits {bits:#x}");
        cases.push(case(name, &[(FIN | bits | TEXT, b"x")], &[], 1002));
    }
    cases.push(case("3.6: of a ping", &[(FIN | 0x20 | PING, b"")], &[], 1002));
    cases.push(case("3.7: of a close frame", &[(FIN | 0x10 | CLOSE, b"")], &[], 1002));
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        cases.push(case(format!("4: opcode {opcode}"), &[(FIN | opcode, b"")], &[], 1002));
    }
    cases
}

/// 5: fragmentation.
fn fragments() -> Vec<Case> {
    let whole: (u8, &[u8]) = (FIN | TEXT, b"fragment");
    vec![
        case("5.1: a ping in two", &[(PING, b"a"), (FIN | CONTINUATION, b"b")], &[], 1002),
        case("5.2: a pong in two", &[(PONG, b"a"), (FIN | CONTINUATION, b"b")], &[], 1002),
        case("5.3: text in two", &[(TEXT, b"frag"), (FIN | CONTINUATION, b"ment")], &[whole], None),
        case(
            "5.6: a ping between",
            &[(TEXT, b"frag"), (FIN | PING, b"p"), (FIN | CONTINUATION, b"ment")],
            &[(FIN | PONG, b"p"), whole],
            None,
        ),
        case(
            "5.8: empty fragments",
            &[(BINARY, b""), (CONTINUATION, b""), (FIN | CONTINUATION, b"")],
            &[(FIN | BINARY, b"")],
            None,
        ),
        case("5.9: a continuation of nothing", &[(FIN | CONTINUATION, b"x")], &[], 1002),
        case("5.11: the same, not the last", &[(CONTINUATION, b"x")], &[], 1002),
        case("5.15: a continuation after the last", &[whole, (FIN | CONTINUATION, b"x")], &[whole], 1002),
        case("5.18: a message within a message", &[(TEXT, b"a"), (FIN | TEXT, b"b")], &[], 1002),
        case(
            "5.19: pings all over",
            &[
                (TEXT, b"f"),
                (FIN | PING, b"1"),
                (CONTINUATION, b"ragm"),
                (CONTINUATION, b""),
                (FIN | PING, b"2"),
                (FIN | CONTINUATION, b"ent"),
            ],
            &[(FIN | PONG, b"1"), (FIN | PONG, b"2"), whole],
            None,
        ),
    ]
}

/// 6: text is UTF-8, whatever is between its bytes.
fn utf8() -> Vec<Case> {
    let good: [&[u8]; 8] = [
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
        b"\x00",
        b"\xc2\x80",
        b"\xe0\xa0\x80",
        b"\xf0\x90\x80\x80",
        b"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd",
        b"\xf4\x8f\xbf\xbf",
        b"\xef\xbf\xbe\xef\xbf\xbf",
    ];
    let bad: [&[u8]; 14] = [
        b"\xce\xba\xed\xa0\x80edited",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xfc\x84\x80\x80\x80\x80",
        b"\x80",
        b"\xbf\x80",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xc1\xbf",
        b"\xed\xa0\x80\xed\xb0\x80",
        b"\xfe",
        b"\xff",
        b"cut \xf0\x90\x80",
    ];
    let mut cases = Vec::new();
    for text in good {
        cases.push(case(format!("6: text {text:x?}"), &[(FIN | TEXT, text)], &[(FIN | TEXT, text)], None));
        let mut sends: Vec<(u8, &[u8])> = vec![(TEXT, b"")];
        sends.extend(text.chunks(1).map(|byte| (CONTINUATION, byte)));
        sends.push((FIN | CONTINUATION, b""));
        cases.push(case(format!("6.2: in frames of one byte {text:x?}"), &sends, &[(FIN | TEXT, text)], None));
    }
    for text in bad {
        cases.push(case(format!("6: no text {text:x?}"), &[(FIN | TEXT, text)], &[], 1007));
        cases.push(case(format!("6: but bytes {text:x?}"), &[(FIN | BINARY, text)], &[(FIN | BINARY, text)], None));
    }
    // 6.4: at once, although the message has not ended.
    cases.push(case("6.4: fails early", &[(TEXT, b"ok"), (CONTINUATION, b"\xf4\x90")], &[], 1007));
    cases
}

/// 7: close frames that are none. Those that are: `closes`.
fn close_frames() -> Vec<Case> {
    let mut cases = vec![
        case("7.3.2: half a code", &[(FIN | CLOSE, b"\x03")], &[], 1002),
        case("7.3.6: too long", &[(FIN | CLOSE, &closing(1000, &"x".repeat(124)))], &[], 1002),
        case("7.5.1: a reason that is no text", &[(FIN | CLOSE, b"\x03\xe8\xce\xba\xff")], &[], 1007),
    ];
    for code in [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535] {
        cases.push(case(format!("7.9: code {code}"), &[(FIN | CLOSE, &closing(code, ""))], &[], 1002));
    }
    cases
}

/// 7: close frames that are answered with the same code.
pub(super) fn closes() -> Vec<(u16, String)> {
    let codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    let mut closes: Vec<(u16, String)> = codes.into_iter().map(|code| (code, String::new())).collect();
    closes.extend([(1000, "x".repeat(123)), (1000, "\u{3ba}\u{1f79}".to_owned())]);
    closes
}

/// 12, 13: messages and how they may be compressed, beside what any compressor does: the examples of RFC 7692, each of
/// which stands for "Hello".
pub(super) fn compressed() -> Vec<Case> {
    let hello: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    let last_block = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    let plain: (u8, &[u8]) = (FIN | TEXT, b"Hello");
    let mut cases: Vec<Case> = [&hello[..], &stored, &last_block]
        .iter()
        .map(|bytes| case(format!("{bytes:x?}"), &[(FIN | RSV1 | TEXT, bytes)], &[plain], None))
        .collect();
    cases.extend([
        case("in two frames", &[(RSV1 | TEXT, &hello[..3]), (FIN | CONTINUATION, &hello[3..])], &[plain], None),
        case(
            "with a ping between",
            &[(RSV1 | TEXT, &hello[..3]), (FIN | PING, b""), (FIN | CONTINUATION, &hello[3..])],
            &[(FIN | PONG, b""), plain],
            None,
        ),
        case(
            "a second one that refers to the first",
            &[(FIN | RSV1 | TEXT, &hello), (FIN | RSV1 | TEXT, &[0xf2, 0x00, 0x11, 0x00, 0x00])],
            &[plain, plain],
            None,
        ),
        case("not compressed after all", &[plain], &[plain], None),
        case("an empty one", &[(FIN | RSV1 | TEXT, &[0])], &[(FIN | TEXT, b"")], None),
        case(
            "RSV1 in a continuation",
            &[(RSV1 | TEXT, &hello[..3]), (FIN | RSV1 | CONTINUATION, &hello[3..])],
            &[],
            1002,
        ),
        case("RSV1 of a ping", &[(FIN | RSV1 | PING, b"")], &[], 1002),
        case("RSV2", &[(FIN | 0x20 | TEXT, b"")], &[], 1002),
        case("no deflate", &[(FIN | RSV1 | TEXT, &[0xff; 20])], &[], 1007),
        case("no UTF-8", &[(FIN | RSV1 | TEXT, &[0x00, 0x01, 0x00, 0xfe, 0xff, 0xff, 0x00])], &[], 1007),
    ]);
    cases
}
