//! What handlers do to tokens, noted for the second pass.

use lol_html::HandlerResult;
use lol_html::html_content::{Comment, ContentType, DocumentEnd, EndTag, TextChunk};
use selvedge_ops::OpError;

use super::plan::Element;

/// Where content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    After,
    Prepend,
    Append,
    Instead,
    Inside,
}

/// One thing to do to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Put {
        place: Place,
        content: String,
        html: bool,
    },
    Remove,
    RemoveAndKeepContent,
    SetName(String),
    SetAttribute(String, String),
    RemoveAttribute(String),
    SetText(String),
    /// There is a handler for the end tag, so there may be commands for it.
    Listen,
}

/// The flag of a code: the content is HTML rather than text.
const HTML: u32 = 1 << 8;

/// Which token commands are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The call of a handler, by its place in the piece.
    Call(u32),
    /// The end tag of the element with this number.
    EndTag(u32),
}

fn malformed() -> OpError {
    OpError::type_error("internal error: malformed commands")
}

/// Reads what `js/html-rewriter/commands.js` writes: for each target its kind (0 or 1), its number, how many commands,
/// and their codes; `texts` has the operands of all, in order.
pub(super) fn read(words: &[u32], texts: Vec<String>) -> Result<Vec<(Target, Vec<Command>)>, OpError> {
    let mut words = words.iter().copied();
    let mut texts = texts.into_iter();
    let mut all = Vec::new();
    while let Some(kind) = words.next() {
        let number = words.next().ok_or_else(malformed)?;
        let target = if kind == 0 { Target::Call(number) } else { Target::EndTag(number) };
        let count = words.next().ok_or_else(malformed)?;
        let commands = (0..count).map(|_| command(words.next().ok_or_else(malformed)?, &mut texts));
        all.push((target, commands.collect::<Result<_, _>>()?));
    }
    Ok(all)
}

fn command(code: u32, texts: &mut impl Iterator<Item = String>) -> Result<Command, OpError> {
    let mut text = || texts.next().ok_or_else(malformed);
    let place = match code & !HTML {
        0 => Place::Before,
        1 => Place::After,
        2 => Place::Prepend,
        3 => Place::Append,
        4 => Place::Instead,
        5 => Place::Inside,
        6 => return Ok(Command::Remove),
        7 => return Ok(Command::RemoveAndKeepContent),
        8 => return Ok(Command::SetName(text()?)),
        9 => return Ok(Command::SetAttribute(text()?, text()?)),
        10 => return Ok(Command::RemoveAttribute(text()?)),
        11 => return Ok(Command::SetText(text()?)),
        12 => return Ok(Command::Listen),
        _ => return Err(malformed()),
    };
    Ok(Command::Put { place, content: text()?, html: code & HTML != 0 })
}

fn kind(html: bool) -> ContentType {
    if html { ContentType::Html } else { ContentType::Text }
}

/// JavaScript offers each class its own methods only.
fn unfit() -> HandlerResult {
    Err("internal error: a command for another kind of token".into())
}

impl Command {
    /// Does it to an element. [`Command::Listen`] is the caller's.
    pub(super) fn on_element(self, element: &mut Element<'_, '_>) -> HandlerResult {
        match self {
            Self::Put { place, content, html } => {
                let kind = kind(html);
                match place {
                    Place::Before => element.before(&content, kind),
                    Place::After => element.after(&content, kind),
                    Place::Prepend => element.prepend(&content, kind),
                    Place::Append => element.append(&content, kind),
                    Place::Instead => element.replace(&content, kind),
                    Place::Inside => element.set_inner_content(&content, kind),
                }
            }
            Self::Remove => element.remove(),
            Self::RemoveAndKeepContent => element.remove_and_keep_content(),
            Self::SetName(name) => element.set_tag_name(&name)?,
            Self::SetAttribute(name, value) => element.set_attribute(&name, &value)?,
            Self::RemoveAttribute(name) => element.remove_attribute(&name),
            Self::SetText(_) | Self::Listen => return unfit(),
        }
        Ok(())
    }

    /// Does it to the end tag of an element.
    pub(super) fn on_end_tag(self, end_tag: &mut EndTag<'_>) -> HandlerResult {
        match self {
            Self::Put { place: Place::Before, content, html } => end_tag.before(&content, kind(html)),
            Self::Put { place: Place::After, content, html } => end_tag.after(&content, kind(html)),
            Self::Remove => end_tag.remove(),
            Self::SetName(name) => end_tag.set_name(name),
            _ => return unfit(),
        }
        Ok(())
    }

    /// Does it to a chunk of text.
    pub(super) fn on_text(self, text: &mut TextChunk<'_>) -> HandlerResult {
        match self {
            Self::Put { place: Place::Before, content, html } => text.before(&content, kind(html)),
            Self::Put { place: Place::After, content, html } => text.after(&content, kind(html)),
            Self::Put { place: Place::Instead, content, html } => text.replace(&content, kind(html)),
            Self::Remove => text.remove(),
            _ => return unfit(),
        }
        Ok(())
    }

    /// Does it to a comment.
    pub(super) fn on_comment(self, comment: &mut Comment<'_>) -> HandlerResult {
        match self {
            Self::Put { place: Place::Before, content, html } => comment.before(&content, kind(html)),
            Self::Put { place: Place::After, content, html } => comment.after(&content, kind(html)),
            Self::Put { place: Place::Instead, content, html } => comment.replace(&content, kind(html)),
            Self::Remove => comment.remove(),
            Self::SetText(text) => comment.set_text(&text)?,
            _ => return unfit(),
        }
        Ok(())
    }

    /// Does it to the end of a document.
    pub(super) fn on_end(self, end: &mut DocumentEnd<'_>) -> HandlerResult {
        match self {
            Self::Put { place: Place::Append, content, html } => end.append(&content, kind(html)),
            _ => return unfit(),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_order() {
        let texts = ["x", "href", "y"].map(String::from).to_vec();
        let all = read(&[0, 7, 2, HTML, 9, 1, 3, 1, 6], texts).unwrap();
        let put = Command::Put { place: Place::Before, content: "x".into(), html: true };
        let set = Command::SetAttribute("href".into(), "y".into());
        assert_eq!(all, [(Target::Call(7), vec![put, set]), (Target::EndTag(3), vec![Command::Remove])]);
        assert!(read(&[0, 1], Vec::new()).is_err());
        assert!(read(&[0, 1, 1, 0], Vec::new()).is_err());
        assert!(read(&[0, 1, 1, 99], Vec::new()).is_err());
    }
}
