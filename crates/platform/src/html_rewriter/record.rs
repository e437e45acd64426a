//! The first pass: writes tokens down.

use std::sync::{Arc, Mutex};

use lol_html::HandlerResult;
use lol_html::html_content::{Comment, Doctype, DocumentEnd, EndTag, TextChunk, UserData};

use super::plan::{Element, Visitor, lock};
use super::tape::{HAS_CONTENT, HAS_NAME, HAS_PUBLIC_ID, HAS_SYSTEM_ID, Kind, LAST, Tape};

/// Namespaces in the order of `tape.js`.
const NAMESPACES: [&str; 3] =
    ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];

/// Marks a token that has been written down, for the next handler.
struct Seen;

/// Numbers elements, each of which several handlers may see. Both passes count alike.
#[derive(Debug, Default)]
pub(super) struct Elements {
    next: u32,
    /// Where the last one begins in the input.
    last: Option<usize>,
}

impl Elements {
    /// The number of an element, and whether it is a new one.
    pub(super) fn number(&mut self, element: &Element<'_, '_>) -> (u32, bool) {
        let start = element.source_location().bytes().start;
        let is_new = self.last != Some(start);
        if is_new {
            self.last = Some(start);
            self.next = self.next.wrapping_add(1);
        }
        (self.next, is_new)
    }
}

/// What the first pass has found.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    tape: Tape,
    elements: Elements,
    /// Where the last end tag begins in the input.
    last_end_tag: Option<usize>,
    /// How often handlers were called in all, those of end tags apart.
    calls: u64,
}

impl Recorder {
    /// What was written down since the last call.
    pub(super) fn take_tape(&mut self) -> Tape {
        std::mem::take(&mut self.tape)
    }

    /// How often handlers were called in all, those of end tags apart.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    fn element(&mut self, handler: u32, element: &Element<'_, '_>) -> Option<u32> {
        let (number, is_new) = self.elements.number(element);
        if !is_new {
            self.tape.again(Kind::Element, handler);
            return None;
        }
        let tape = &mut self.tape;
        tape.begin(Kind::Element, if element.can_have_content() { HAS_CONTENT } else { 0 }, handler);
        tape.number(number);
        tape.here();
        tape.text(&element.tag_name());
        let namespace = element.namespace_uri();
        tape.number(NAMESPACES.iter().zip(0..).find(|(uri, _)| **uri == namespace).map_or(0, |(_, index)| index));
        let attributes = element.attributes();
        tape.number(u32::try_from(attributes.len()).unwrap_or(u32::MAX));
        for attribute in attributes {
            tape.text(&attribute.name());
            tape.text(&attribute.value());
        }
        Some(number)
    }

    fn end_tag(&mut self, element: u32, end_tag: &EndTag<'_>) {
        let start = end_tag.source_location().bytes().start;
        if self.last_end_tag == Some(start) {
            self.tape.again(Kind::EndTag, element);
            return;
        }
        self.last_end_tag = Some(start);
        self.tape.begin(Kind::EndTag, 0, element);
        self.tape.here();
        self.tape.text(&end_tag.name());
    }
}

impl Visitor for Recorder {
    fn element(this: &Arc<Mutex<Self>>, handler: u32, element: &mut Element<'_, '_>) -> HandlerResult {
        let number = {
            let mut recorder = lock(this);
            recorder.calls += 1;
            recorder.element(handler, element)
        };
        if let Some(number) = number
            && element.can_have_content()
        {
            let this = this.clone();
            element.on_end_tag(Box::new(move |end_tag: &mut EndTag<'_>| {
                lock(&this).end_tag(number, end_tag);
                Ok(())
            }))?;
        }
        Ok(())
    }

    fn text(&mut self, handler: u32, text: &mut TextChunk<'_>) -> HandlerResult {
        self.calls += 1;
        if text.user_data().is::<Seen>() {
            self.tape.again(Kind::Text, handler);
            return Ok(());
        }
        text.set_user_data(Seen);
        self.tape.begin(Kind::Text, if text.last_in_text_node() { LAST } else { 0 }, handler);
        self.tape.here();
        self.tape.text(text.as_str());
        Ok(())
    }

    fn comment(&mut self, handler: u32, comment: &mut Comment<'_>) -> HandlerResult {
        self.calls += 1;
        if comment.user_data().is::<Seen>() {
            self.tape.again(Kind::Comment, handler);
            return Ok(());
        }
        comment.set_user_data(Seen);
        self.tape.begin(Kind::Comment, 0, handler);
        self.tape.here();
        self.tape.text(&comment.text());
        Ok(())
    }

    fn doctype(&mut self, handler: u32, doctype: &mut Doctype<'_>) -> HandlerResult {
        self.calls += 1;
        let parts =
            [(doctype.name(), HAS_NAME), (doctype.public_id(), HAS_PUBLIC_ID), (doctype.system_id(), HAS_SYSTEM_ID)];
        let flags = parts.iter().filter(|(part, _)| part.is_some()).map(|(_, flag)| flag).sum();
        self.tape.begin(Kind::Doctype, flags, handler);
        self.tape.here();
        for (part, _) in parts {
            self.tape.text(&part.unwrap_or_default());
        }
        Ok(())
    }

    fn end(&mut self, handler: u32, _: &mut DocumentEnd<'_>) -> HandlerResult {
        self.calls += 1;
        self.tape.begin(Kind::End, 0, handler);
        Ok(())
    }
}
