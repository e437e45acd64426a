//! Questions, asked only where somebody can answer.

use std::io::{self, BufRead, IsTerminal, Write};

/// Asks whether to go on; `default` is what no answer means. Without a terminal the answer is yes, as wrangler's is.
///
/// # Errors
/// What the operating system says of the terminal.
pub(crate) fn confirm(question: &str, default: bool) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} {} ", if default { "(Y/n)" } else { "(y/N)" })?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(is_yes(&answer, default))
}

fn is_yes(answer: &str, default: bool) -> bool {
    match answer.trim().to_ascii_lowercase().as_str() {
        "" => default,
        answer => matches!(answer, "y" | "yes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_else_is_no() {
        assert!(is_yes("Y\n", false) && is_yes(" yes ", false) && is_yes("\n", true));
        assert!(!is_yes("n", true) && !is_yes("what?", true) && !is_yes("\n", false));
    }
}
