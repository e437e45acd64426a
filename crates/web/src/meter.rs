//! Native bytes that pile up before JavaScript has them, counted towards an instance's memory.

use std::sync::Arc;

use selvedge_runtime::{Charge, Memory};

/// How many bytes are counted at once: chunks may be small, and a count is not free.
const STEP: usize = 64 * 1024;

/// A count that grows and shrinks with what is held.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Nothing is counted without one.
    memory: Option<Arc<Memory>>,
    steps: Vec<Charge>,
}

/// The instance would hold too much.
#[derive(Debug)]
pub(crate) struct Full;

impl Meter {
    pub(crate) fn new(memory: Option<Arc<Memory>>) -> Self {
        Self { memory, steps: Vec::new() }
    }

    /// Says how many bytes are held now. The first step is free: most bodies are no larger.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Full> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let wanted = bytes / STEP;
        self.steps.truncate(wanted);
        while self.steps.len() < wanted {
            self.steps.push(memory.charge(STEP).map_err(|_| Full)?);
        }
        Ok(())
    }
}
