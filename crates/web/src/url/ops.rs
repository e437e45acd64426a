//! URL records for JavaScript.
//!
//! A URL crosses the door once: as its href, with the positions of its components written to a buffer that
//! JavaScript keeps for this purpose. The getters then slice the href, and most are never called.

use selvedge_ops::{BufferMut, OpError, op, v8};

use super::record::{Component, Record, WORDS, parse, set};

fn write_components(url: &Record, buffer: &mut BufferMut<'_>) -> Result<(), OpError> {
    let bytes = buffer.as_mut_slice();
    if bytes.len() != WORDS * 4 {
        return Err(OpError::type_error("expected a Uint32Array of 9 elements"));
    }
    for (target, word) in bytes.chunks_exact_mut(4).zip(url.words) {
        target.copy_from_slice(&word.to_ne_bytes());
    }
    Ok(())
}

/// An href is ASCII: everything else is percent-encoded or Punycode.
fn href_string<'s>(scope: &mut v8::PinScope<'s, '_>, url: &Record) -> Result<v8::Local<'s, v8::Value>, OpError> {
    v8::String::new_from_one_byte(scope, url.href.as_bytes(), v8::NewStringType::Normal)
        .map(Into::into)
        .ok_or_else(|| OpError::range_error("Invalid string length"))
}

/// Parses `input` (<https://url.spec.whatwg.org/#concept-url-parser>) against `base`.
///
/// Gives the href and writes the components; null if it does not parse. An input that is its own href, as a
/// request's URL is, is given back itself.
#[op]
pub(crate) fn op_url_parse<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    input: v8::Local<'s, v8::String>,
    base: Option<String>,
    mut components: BufferMut<'s>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let (url, unchanged) = {
        let view = v8::ValueView::new(scope, input);
        let text = view.to_cow_lossy();
        let url = parse(&text, base.as_deref());
        let unchanged = url.as_ref().is_some_and(|url| url.href == *text);
        (url, unchanged)
    };
    let Some(url) = url else {
        return Ok(v8::null(scope).into());
    };
    write_components(&url, &mut components)?;
    if unchanged { Ok(input.into()) } else { href_string(scope, &url) }
}

/// Whether `input` parses against `base` (<https://url.spec.whatwg.org/#dom-url-canparse>).
#[op]
pub(crate) fn op_url_can_parse(input: String, base: Option<String>) -> bool {
    parse(&input, base.as_deref()).is_some()
}

/// Sets one component of the URL `href`; gives the new href and writes its components.
#[op]
pub(crate) fn op_url_set<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    href: String,
    component: u32,
    value: String,
    mut components: BufferMut<'s>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let component = Component::from_number(component).ok_or_else(|| OpError::type_error("no such component"))?;
    let url = set(&href, component, &value).ok_or_else(|| OpError::type_error("Invalid URL string."))?;
    write_components(&url, &mut components)?;
    href_string(scope, &url)
}
