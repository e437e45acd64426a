//! Tokens as JavaScript reads them: numbers, and the text that they point into.
//!
//! A record begins with its kind and flags in one number, then comes which handler is to be called:
//!
//! - element: its number, where its text begins, the length of its name, its namespace, how many attributes it has, and
//!   two lengths for each
//! - text, comment: where the text begins, its length
//! - doctype: where the text begins, the lengths of name, public and system identifier
//! - end of the document: nothing more
//! - end tag: the number of its element in the place of the handler, where the text begins, the length of its name
//!
//! With the flag [`AGAIN`] the token is that of the record before, for another handler, and nothing more is said.
//! Lengths are in UTF-16 code units, as JavaScript counts. `js/html-rewriter/tape.js` is the other half.

/// The token of the record before.
const AGAIN: u32 = 1 << 8;

/// What a record is about. The numbers are those of `tape.js`.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Element = 0,
    Text = 1,
    Comment = 2,
    Doctype = 3,
    End = 4,
    EndTag = 5,
}

/// An element that has an end tag, or will.
pub(super) const HAS_CONTENT: u32 = 1 << 9;
/// The last chunk of a text.
pub(super) const LAST: u32 = 1 << 9;
/// The parts that a doctype has.
pub(super) const HAS_NAME: u32 = 1 << 9;
pub(super) const HAS_PUBLIC_ID: u32 = 1 << 10;
pub(super) const HAS_SYSTEM_ID: u32 = 1 << 11;

/// The tokens of one piece of input.
#[derive(Debug, Default)]
pub(super) struct Tape {
    words: Vec<u32>,
    text: String,
    /// The length of `text` in UTF-16 code units.
    length: u32,
}

impl Tape {
    /// Begins a record.
    pub(super) fn begin(&mut self, kind: Kind, flags: u32, handler: u32) {
        self.words.extend([kind as u32 | flags, handler]);
    }

    /// A record of the same token as the one before.
    pub(super) fn again(&mut self, kind: Kind, handler: u32) {
        self.begin(kind, AGAIN, handler);
    }

    pub(super) fn number(&mut self, number: u32) {
        self.words.push(number);
    }

    /// Says where the text of this record begins.
    pub(super) fn here(&mut self) {
        self.words.push(self.length);
    }

    /// Adds a text, and its length.
    pub(super) fn text(&mut self, text: &str) {
        let length = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        // A piece of input is far below 4 GiB.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.length = self.length.saturating_add(length);
        self.words.push(length);
    }

    /// What there is, as a string and the bytes of a `Uint32Array`.
    pub(super) fn into_parts(self) -> (String, Vec<u8>) {
        (self.text, self.words.into_iter().flat_map(u32::to_ne_bytes).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_utf16() {
        let mut tape = Tape::default();
        tape.begin(Kind::Text, LAST, 3);
        tape.here();
        tape.text("a\u{1f600}");
        tape.again(Kind::Text, 4);
        tape.begin(Kind::Text, 0, 3);
        tape.here();
        tape.text("b");
        let (text, bytes) = tape.into_parts();
        assert_eq!(text, "a\u{1f600}b");
        let words: Vec<u32> =
            bytes.chunks_exact(4).map(|bytes| u32::from_ne_bytes(bytes.try_into().unwrap())).collect();
        assert_eq!(words, [1 | LAST, 3, 0, 3, 1 | AGAIN, 4, 1, 3, 3, 1]);
    }
}
