//! What the raw bytes of an HTTP/1 head say of where it ends and how its body is framed. For [`crate::head_tap`], beside hyper,
//! which is the parser.

/// The length of the body after a whole head, if this says so and nothing else of it.
pub(crate) fn plain_length(head: &[u8]) -> Option<u64> {
    let mut framing = head.split(|b| *b == b'\n').filter(|line| is_framing(line));
    let (Some(line), None) = (framing.next(), framing.next()) else { return None };
    let (name, value) = line.split_at(line.iter().position(|b| *b == b':')?);
    let digits = str::from_utf8(value[1..].trim_ascii()).ok()?;
    let is_length = name.eq_ignore_ascii_case(b"content-length") && digits.bytes().all(|b| b.is_ascii_digit());
    is_length.then(|| digits.parse().ok())?
}

/// The length of the head that `bytes` start with, if it is whole: through the first blank line that
/// is not before the request line.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    let start = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len());
    for at in memchr::memchr_iter(b'\n', &bytes[start..]) {
        let rest = &bytes[start + at + 1..];
        match rest {
            [b'\r', b'\n', ..] => return Some(start + at + 3),
            [b'\n', ..] => return Some(start + at + 2),
            _ => {}
        }
    }
    None
}

/// Whether it says twice how the body is framed, or in two ways.
pub(crate) fn framing_is_ambiguous(head: &[u8]) -> bool {
    head.split(|b| *b == b'\n').filter(|line| is_framing(line)).nth(1).is_some()
}

/// Whether a line of a head says how the body is framed.
fn is_framing(line: &[u8]) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"transfer-encoding")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_plain_only_by_itself() {
        for (head, length) in [
            (&b"POST / HTTP/1.1\r\ncontent-LENGTH:\t 12 \r\n\r\n"[..], Some(12)),
            (b"POST / HTTP/1.1\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nContent-Length: 12\r\nContent-Length: 12\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nContent-Length: +12\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", None),
            (b"POST / HTTP/1.1\r\nX-Content-Length: 12\r\n\r\n", None),
        ] {
            assert_eq!(plain_length(head), length, "{}", head.escape_ascii());
        }
    }
}
