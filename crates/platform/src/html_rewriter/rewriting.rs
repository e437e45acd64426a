//! One response on its way through both passes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use encoding_rs::Encoding;
use lol_html::errors::RewritingError;

use super::command::{Command, Target};
use super::plan::{Plan, Rewriter, lock};
use super::record::Recorder;
use super::rewrite::Applier;
use super::tape::Tape;

/// Why a rewriting ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// lol_html's own text: hosted's.
    #[error("{0}")]
    Parser(#[from] RewritingError),
    /// lol_html refuses to be used after an error.
    #[error("The rewriting has ended.")]
    Ended,
}

/// One response on its way through both passes.
pub(super) struct Rewriting {
    encoding: &'static Encoding,
    first: Option<Rewriter>,
    second: Option<Rewriter>,
    recorder: Arc<Mutex<Recorder>>,
    applier: Arc<Mutex<Applier>>,
    /// Apart from the applier: the end of a document puts out while that is at work.
    output: Arc<Mutex<Vec<u8>>>,
    /// The piece of input that the second pass has yet to see, and whether it is the last one.
    piece: Vec<u8>,
    is_last: bool,
    /// How often handlers had been called before that piece.
    base: u64,
    taken: usize,
    passed: Arc<AtomicUsize>,
}

/// Gives a rewriter a piece of input. One that has failed or ended is gone.
fn feed(rewriter: &mut Option<Rewriter>, piece: &[u8], is_last: bool) -> Result<(), Failure> {
    let mut running = rewriter.take().ok_or(Failure::Ended)?;
    running.write(piece)?;
    if is_last {
        running.end()?;
    } else {
        *rewriter = Some(running);
    }
    Ok(())
}

impl Rewriting {
    pub(super) fn new(plan: &Plan) -> Self {
        let recorder = Arc::<Mutex<Recorder>>::default();
        let applier = Arc::<Mutex<Applier>>::default();
        let passed = Arc::<AtomicUsize>::default();
        let counted = passed.clone();
        let count = move |bytes: &[u8]| {
            counted.fetch_add(bytes.len(), Ordering::Relaxed);
        };
        let output = Arc::<Mutex<Vec<u8>>>::default();
        let collected = output.clone();
        let collect = move |bytes: &[u8]| lock(&collected).extend_from_slice(bytes);
        Self {
            encoding: plan.encoding(),
            first: Some(plan.rewriter(&recorder, Box::new(count))),
            second: Some(plan.rewriter(&applier, Box::new(collect))),
            recorder,
            applier,
            output,
            piece: Vec::new(),
            is_last: false,
            base: 0,
            taken: 0,
            passed,
        }
    }

    /// The first pass over a piece of input: its tokens, and how it ended. Those before a failure are still to be
    /// handled.
    pub(super) fn parse(&mut self, piece: &[u8], is_last: bool) -> (Tape, Result<(), Failure>) {
        self.base = lock(&self.recorder).calls();
        self.piece.clear();
        self.piece.extend_from_slice(piece);
        self.is_last = is_last;
        self.taken = self.taken.wrapping_add(piece.len());
        let result = feed(&mut self.first, piece, is_last);
        (lock(&self.recorder).take_tape(), result)
    }

    /// The second pass over the same piece: what is put out.
    pub(super) fn apply(&mut self, commands: Vec<(Target, Vec<Command>)>) -> Result<Vec<u8>, Failure> {
        let known = lock(&self.recorder).calls();
        lock(&self.applier).plan(self.base, known, commands);
        feed(&mut self.second, &self.piece, self.is_last)?;
        Ok(std::mem::take(&mut *lock(&self.output)))
    }

    /// How many bytes of unfinished input a parser holds.
    pub(super) fn held(&self) -> usize {
        // The first pass changes nothing, so what has not come out is in there. A text in pieces may come out longer
        // than it went in, where it was not valid.
        self.taken.saturating_sub(self.passed.load(Ordering::Relaxed))
    }

    /// Whether the page's encoding has all characters of a text.
    pub(super) fn encodes(&self, text: &str) -> bool {
        !self.encoding.encode(text).2
    }
}
