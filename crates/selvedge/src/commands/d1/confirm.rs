//! Questions, asked only where somebody can answer.

use std::io::{self, BufRead, IsTerminal, Write};

/// Asks whether to go on. Without a terminal the answer is yes, as wrangler's is.
///
/// # Errors
/// What the operating system says of the terminal.
pub(super) fn confirm(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} (Y/n) ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_else_is_no() {
        assert!(is_yes("\n") && is_yes("Y\n") && is_yes(" yes "));
        assert!(!is_yes("n") && !is_yes("what?"));
    }
}
