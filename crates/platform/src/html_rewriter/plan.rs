//! Which handlers there are, and a lol_html rewriter that calls them.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encoding_rs::Encoding;
use lol_html::errors::SelectorError;
use lol_html::html_content::{Comment, Doctype, DocumentEnd, TextChunk};
use lol_html::send::{ElementContentHandlers, HtmlRewriter, SendHandlerTypes, Settings};
use lol_html::{AsciiCompatibleEncoding, DocumentContentHandlers, HandlerResult, MemorySettings, Selector};

use super::selector;

/// An element of a rewriter that may go from thread to thread.
pub(super) type Element<'r, 't> = lol_html::send::Element<'r, 't>;

/// Takes what is put out.
pub(super) type Sink = Box<dyn FnMut(&[u8]) + Send>;

/// A rewriter.
pub(super) type Rewriter = HtmlRewriter<'static, Sink>;

/// The most that a parser may hold: an unfinished tag, the open elements. Hosted's.
const MEMORY: usize = 3 << 20;

/// What a parser allocates at the beginning. Hosted's.
const PREALLOCATED: usize = 1024;

const ELEMENT: u32 = 1;
const COMMENTS: u32 = 2;
const TEXT: u32 = 4;
const DOCTYPE: u32 = 8;
const END: u32 = 16;

/// Why a rewriting cannot begin. The texts are hosted's.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error("{0}")]
    Selector(#[from] SelectorError),
    #[error("The selector is too complex.")]
    TooComplex,
    #[error("Unknown character encoding has been provided.")]
    UnknownEncoding,
    #[error("Expected ASCII-compatible encoding.")]
    UnfitEncoding,
}

/// One call of `on` or `onDocument`.
struct Entry {
    /// None for a document's handlers.
    selector: Option<Selector>,
    /// Which handlers were given.
    handlers: u32,
}

/// All that a rewriter is made of.
pub(super) struct Plan {
    entries: Vec<Entry>,
    encoding: AsciiCompatibleEncoding,
    esi_tags: bool,
}

/// What is done at each call of a handler. Both passes are one, so that they meet the same tokens.
pub(super) trait Visitor: Send + Sized + 'static {
    fn element(this: &Arc<Mutex<Self>>, handler: u32, element: &mut Element<'_, '_>) -> HandlerResult;
    fn text(&mut self, handler: u32, text: &mut TextChunk<'_>) -> HandlerResult;
    fn comment(&mut self, handler: u32, comment: &mut Comment<'_>) -> HandlerResult;
    fn doctype(&mut self, handler: u32, doctype: &mut Doctype<'_>) -> HandlerResult;
    fn end(&mut self, handler: u32, end: &mut DocumentEnd<'_>) -> HandlerResult;
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The encoding that a `Content-Type` names; UTF-8 if it names none.
fn encoding(content_type: Option<&str>) -> Result<AsciiCompatibleEncoding, PlanError> {
    let Some(label) = content_type.and_then(charset) else { return Ok(AsciiCompatibleEncoding::utf_8()) };
    let encoding = Encoding::for_label_no_replacement(label.as_bytes()).ok_or(PlanError::UnknownEncoding)?;
    AsciiCompatibleEncoding::new(encoding).ok_or(PlanError::UnfitEncoding)
}

/// The `charset` of a media type.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

impl Plan {
    /// `selectors` and `handlers` (sums of what was given) are those of the calls of `on` and `onDocument`, in order.
    pub(super) fn new(
        selectors: Vec<Option<String>>,
        handlers: Vec<u32>,
        content_type: Option<&str>,
        esi_tags: bool,
    ) -> Result<Self, PlanError> {
        let encoding = encoding(content_type)?;
        let entries = selectors.into_iter().zip(handlers).map(|(selector, handlers)| {
            Ok(Entry { selector: selector.map(|text| selector::parse(&text)).transpose()?, handlers })
        });
        Ok(Self { entries: entries.collect::<Result<_, PlanError>>()?, encoding, esi_tags })
    }

    /// The page's encoding.
    pub(super) fn encoding(&self) -> &'static Encoding {
        self.encoding.into()
    }

    /// A rewriter that calls `visitor`.
    pub(super) fn rewriter<V: Visitor>(&self, visitor: &Arc<Mutex<V>>, sink: Sink) -> Rewriter {
        let memory = MemorySettings::new()
            .with_preallocated_parsing_buffer_size(PREALLOCATED)
            .with_max_allowed_memory_usage(MEMORY);
        let mut settings = Settings::new_send()
            .with_encoding(self.encoding)
            .with_memory_settings(memory)
            .with_strict(true)
            .with_enable_esi_tags(self.esi_tags);
        for (entry, number) in self.entries.iter().zip(0..) {
            settings = match &entry.selector {
                Some(selector) => settings.append_element_content_handler((
                    Cow::Borrowed(selector),
                    element_handlers(entry.handlers, number, visitor),
                )),
                None => settings.append_document_content_handler(document_handlers(entry.handlers, number, visitor)),
            };
        }
        Rewriter::new(settings, sink)
    }
}

fn element_handlers<V: Visitor>(
    handlers: u32,
    number: u32,
    visitor: &Arc<Mutex<V>>,
) -> ElementContentHandlers<'static> {
    let mut all = ElementContentHandlers::default();
    if handlers & ELEMENT != 0 {
        let visitor = visitor.clone();
        all = all.element(move |element: &mut Element<'_, '_>| V::element(&visitor, number, element));
    }
    if handlers & COMMENTS != 0 {
        let visitor = visitor.clone();
        all = all.comments(move |comment: &mut Comment<'_>| lock(&visitor).comment(number, comment));
    }
    if handlers & TEXT != 0 {
        let visitor = visitor.clone();
        all = all.text(move |text: &mut TextChunk<'_>| lock(&visitor).text(number, text));
    }
    all
}

fn document_handlers<V: Visitor>(
    handlers: u32,
    number: u32,
    visitor: &Arc<Mutex<V>>,
) -> DocumentContentHandlers<'static, SendHandlerTypes> {
    let mut all = DocumentContentHandlers::default();
    if handlers & DOCTYPE != 0 {
        let visitor = visitor.clone();
        all = all.doctype(move |doctype: &mut Doctype<'_>| lock(&visitor).doctype(number, doctype));
    }
    if handlers & COMMENTS != 0 {
        let visitor = visitor.clone();
        all = all.comments(move |comment: &mut Comment<'_>| lock(&visitor).comment(number, comment));
    }
    if handlers & TEXT != 0 {
        let visitor = visitor.clone();
        all = all.text(move |text: &mut TextChunk<'_>| lock(&visitor).text(number, text));
    }
    if handlers & END != 0 {
        let visitor = visitor.clone();
        all = all.end(move |end: &mut DocumentEnd<'_>| lock(&visitor).end(number, end));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_of_a_content_type() {
        assert_eq!(charset("text/html"), None);
        assert_eq!(charset("text/html; charset=utf-8"), Some("utf-8"));
        assert_eq!(charset("text/html;x=y; Charset = \"latin1\" "), Some("latin1"));
        assert_eq!(encoding(Some("text/html; charset=latin1")).unwrap(), encoding_rs::WINDOWS_1252.try_into().unwrap());
        assert!(matches!(encoding(Some("a/b;charset=klingon")), Err(PlanError::UnknownEncoding)));
        assert!(matches!(encoding(Some("a/b;charset=utf-16le")), Err(PlanError::UnfitEncoding)));
    }
}
