//! The second pass: does to tokens what handlers did.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use lol_html::HandlerResult;
use lol_html::html_content::{Comment, Doctype, DocumentEnd, EndTag, TextChunk};

use super::command::{Command, Target};
use super::plan::{Element, Visitor, lock};
use super::record::Elements;

/// What is yet to be done.
#[derive(Debug, Default)]
pub(super) struct Applier {
    elements: Elements,
    /// How often handlers were called in all, those of end tags apart.
    calls: u64,
    /// Beyond this one the first pass has not been.
    known: u64,
    /// By the number of the call.
    commands: VecDeque<(u64, Vec<Command>)>,
    /// By the number of the element.
    end_tags: HashMap<u32, Vec<Command>>,
}

impl Applier {
    /// Takes the commands for the calls after `base`, up to `known` in all.
    pub(super) fn plan(&mut self, base: u64, known: u64, all: Vec<(Target, Vec<Command>)>) {
        self.known = known;
        for (target, commands) in all {
            match target {
                Target::Call(number) => self.commands.push_back((base + u64::from(number), commands)),
                Target::EndTag(element) => {
                    self.end_tags.insert(element, commands);
                }
            }
        }
    }

    /// Counts a call, and gives what is to be done in it.
    fn next(&mut self) -> Result<Vec<Command>, &'static str> {
        let call = self.calls;
        self.calls += 1;
        if call >= self.known {
            return Err("internal error: the passes differ");
        }
        match self.commands.front() {
            Some((number, _)) if *number == call => {
                Ok(self.commands.pop_front().map(|(_, commands)| commands).unwrap_or_default())
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Visitor for Applier {
    fn element(this: &Arc<Mutex<Self>>, _: u32, element: &mut Element<'_, '_>) -> HandlerResult {
        let (number, commands) = {
            let mut applier = lock(this);
            (applier.elements.number(element).0, applier.next()?)
        };
        for command in commands {
            if command != Command::Listen {
                command.on_element(element)?;
                continue;
            }
            let this = this.clone();
            element.on_end_tag(Box::new(move |end_tag: &mut EndTag<'_>| {
                let commands = lock(&this).end_tags.remove(&number).unwrap_or_default();
                commands.into_iter().try_for_each(|command| command.on_end_tag(end_tag))
            }))?;
        }
        Ok(())
    }

    fn text(&mut self, _: u32, text: &mut TextChunk<'_>) -> HandlerResult {
        self.next()?.into_iter().try_for_each(|command| command.on_text(text))
    }

    fn comment(&mut self, _: u32, comment: &mut Comment<'_>) -> HandlerResult {
        self.next()?.into_iter().try_for_each(|command| command.on_comment(comment))
    }

    fn doctype(&mut self, _: u32, _: &mut Doctype<'_>) -> HandlerResult {
        self.next()?;
        Ok(())
    }

    fn end(&mut self, _: u32, end: &mut DocumentEnd<'_>) -> HandlerResult {
        self.next()?.into_iter().try_for_each(|command| command.on_end(end))
    }
}
