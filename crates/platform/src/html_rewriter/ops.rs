//! Rewritings as JavaScript holds them: numbers of the invocation's resources.

use std::sync::{Arc, Mutex};

use selvedge_ops::{Buffer, BufferRef, OpDecl, OpError, op};
use selvedge_runtime::{Charge, Invocation};

use super::plan::{Plan, lock};
use super::rewriting::Rewriting;
use super::{command, selector};

pub(crate) const OPS: &[OpDecl] = &[
    op_html_rewriter_apply,
    op_html_rewriter_check_selector,
    op_html_rewriter_close,
    op_html_rewriter_encodes,
    op_html_rewriter_open,
    op_html_rewriter_parse,
];

/// What a rewriting counts towards the instance's memory, in bytes: the parsers' tables, a piece of input with its
/// tokens, and the stacks of open elements, which nobody tells and which lol_html bounds.
const COST: usize = 1 << 20;

/// A rewriting, and its share of the instance's memory.
struct Charged {
    rewriting: Mutex<Rewriting>,
    _charge: Charge,
    /// For what the parsers hold beyond [`COST`].
    more: Mutex<Option<(usize, Charge)>>,
}

/// Hosted's errors of the parser.
fn parser_error(error: impl std::fmt::Display) -> OpError {
    OpError::type_error(format!("Parser error: {error}"))
}

/// Throws unless this is a selector.
#[op]
fn op_html_rewriter_check_selector(selector: String) -> Result<(), OpError> {
    selector::parse(&selector).map(drop).map_err(parser_error)
}

/// Begins to rewrite a response; gives its number, and whether the page is in UTF-8. `selectors` (null: the document)
/// and `handlers` (a sum of which were given) are those of the calls of `on` and `onDocument`.
#[op]
fn op_html_rewriter_open(
    #[context] invocation: Arc<Invocation>,
    selectors: Vec<Option<String>>,
    handlers: Vec<u32>,
    content_type: Option<String>,
    esi_tags: bool,
) -> Result<(u32, bool), OpError> {
    let plan = Plan::new(selectors, handlers, content_type.as_deref(), esi_tags).map_err(parser_error)?;
    let charge = invocation.instance().memory().charge(COST)?;
    let rewriting = Mutex::new(Rewriting::new(&plan));
    let id = invocation.resources().add(Charged { rewriting, _charge: charge, more: Mutex::default() })?;
    Ok((id, plan.encoding() == encoding_rs::UTF_8))
}

impl Charged {
    /// Counts what is held natively towards the instance's memory.
    fn weigh(&self, bytes: usize, invocation: &Invocation) -> Result<(), OpError> {
        let mut more = lock(&self.more);
        if bytes <= COST {
            *more = None;
        } else if more.as_ref().is_none_or(|(counted, _)| *counted < bytes || counted / 4 > bytes) {
            *more = None;
            *more = Some((bytes, invocation.instance().memory().charge(bytes)?));
        }
        Ok(())
    }
}

/// Parses the bytes from `start` to `end`, and with `is_last` the end of the input: gives the tokens that are to be
/// handled (see `tape`), and why the parser failed after them, if it did. `held`: how much text, in UTF-16 code units,
/// waits for end tags.
#[op]
fn op_html_rewriter_parse(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    input: BufferRef<'_>,
    start: usize,
    end: usize,
    is_last: bool,
    held: usize,
) -> Result<(String, Buffer, Option<String>), OpError> {
    let charged = invocation.resources().get::<Charged>(id)?;
    // A buffer that has been detached meanwhile has nothing.
    let piece = input.get(start..end).unwrap_or_default();
    let mut rewriting = lock(&charged.rewriting);
    let (tape, result) = rewriting.parse(piece, is_last);
    // Both parsers hold the same; a code unit may be three bytes.
    let weight = held.saturating_mul(3).saturating_add(2 * rewriting.held());
    charged.weigh(weight, &invocation)?;
    let (text, words) = tape.into_parts();
    Ok((text, Buffer(words), result.err().map(|error| parser_error(error).to_string())))
}

/// Puts out the piece that was parsed last, with what handlers did to its tokens (see `command`).
#[op]
fn op_html_rewriter_apply(
    #[context] invocation: Arc<Invocation>,
    id: u32,
    words: Vec<u32>,
    texts: Vec<String>,
) -> Result<Buffer, OpError> {
    let charged = invocation.resources().get::<Charged>(id)?;
    let commands = command::read(&words, texts)?;
    lock(&charged.rewriting).apply(commands).map(Buffer).map_err(parser_error)
}

/// Whether the page's encoding has all characters of a text.
#[op]
fn op_html_rewriter_encodes(#[context] invocation: Arc<Invocation>, id: u32, text: String) -> Result<bool, OpError> {
    let charged = invocation.resources().get::<Charged>(id)?;
    Ok(lock(&charged.rewriting).encodes(&text))
}

/// Ends a rewriting.
#[op]
fn op_html_rewriter_close(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}
