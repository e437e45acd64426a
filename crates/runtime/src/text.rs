//! The text of a Worker's module as V8 has strings, outside of every heap: all instances of the Worker share it, where each
//! had a copy, and a start need not decode it.
#![allow(unsafe_code)]

use std::sync::Arc;

use bytes::Bytes;
use selvedge_ops::v8;

/// A text.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    /// Of characters up to U+00FF, a byte each.
    OneByte(Arc<[u8]>),
    /// Of others, in UTF-16.
    TwoByte(Arc<[u16]>),
}

impl Text {
    /// Of a source in UTF-8; what is none becomes U+FFFD.
    pub(crate) fn new(source: &[u8]) -> Self {
        if source.is_ascii() {
            return Self::OneByte(source.into());
        }
        let text = String::from_utf8_lossy(source);
        let bytes: Option<Vec<u8>> = text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
        match bytes {
            Some(bytes) => Self::OneByte(bytes.into()),
            None => Self::TwoByte(text.encode_utf16().collect()),
        }
    }

    /// The bytes of the source if they are those of the text, so that there need be one copy only.
    pub(crate) fn ascii(&self) -> Option<Bytes> {
        match self {
            Self::OneByte(bytes) if bytes.is_ascii() => Some(Bytes::from_owner(bytes.clone())),
            _ => None,
        }
    }

    /// A string of it in an isolate; `None` if V8 cannot have one so long.
    pub(crate) fn string<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::String>> {
        match self {
            Self::OneByte(bytes) if bytes.is_empty() => Some(v8::String::empty(scope)),
            Self::OneByte(bytes) => {
                let (length, data) = (bytes.len(), Arc::into_raw(bytes.clone()));
                // SAFETY: the characters are never written, and live until `free_one_byte` is called with the same
                // pointer and length, which V8 does once, when the string goes.
                let made = unsafe {
                    v8::String::new_external_onebyte_raw(scope, data.cast_mut().cast(), length, free_one_byte)
                };
                if made.is_none() {
                    // SAFETY: V8 took nothing, so the count of above is still ours.
                    drop(unsafe { Arc::from_raw(data) });
                }
                made
            }
            Self::TwoByte(units) => {
                let (length, data) = (units.len(), Arc::into_raw(units.clone()));
                // SAFETY: as above.
                let made = unsafe {
                    v8::String::new_external_twobyte_raw(scope, data.cast_mut().cast(), length, free_two_byte)
                };
                if made.is_none() {
                    // SAFETY: as above.
                    drop(unsafe { Arc::from_raw(data) });
                }
                made
            }
        }
    }
}

unsafe extern "C" fn free_one_byte(data: *mut std::ffi::c_char, length: usize) {
    // SAFETY: `data` and `length` are those of an `Arc<[u8]>` that `Text::string` gave up.
    drop(unsafe { Arc::from_raw(std::ptr::slice_from_raw_parts(data.cast::<u8>(), length)) });
}

unsafe extern "C" fn free_two_byte(data: *mut u16, length: usize) {
    // SAFETY: as above, of an `Arc<[u16]>`.
    drop(unsafe { Arc::from_raw(std::ptr::slice_from_raw_parts(data.cast_const(), length)) });
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_text_is_as_narrow_as_its_characters() {
        let Text::OneByte(bytes) = Text::new(b"plain") else { panic!("two bytes") };
        assert_eq!(&*bytes, b"plain");
        let Text::OneByte(bytes) = Text::new("caf\u{e9}".as_bytes()) else { panic!("two bytes") };
        assert_eq!(&*bytes, b"caf\xe9");
        let Text::TwoByte(units) = Text::new("\u{20ac} \u{1f600}".as_bytes()) else { panic!("one byte") };
        assert_eq!(&*units, [0x20ac, 0x20, 0xd83d, 0xde00]);
        let Text::TwoByte(units) = Text::new(b"a\xffb") else { panic!("one byte") };
        assert_eq!(&*units, [0x61, 0xfffd, 0x62]);
    }

    #[test]
    fn ascii_is_kept_once() {
        let text = Text::new(b"plain");
        let Text::OneByte(bytes) = &text else { panic!("two bytes") };
        assert_eq!(text.ascii().unwrap().as_ptr(), bytes.as_ptr());
        assert!(Text::new("caf\u{e9}".as_bytes()).ascii().is_none());
    }
}
