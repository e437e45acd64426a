//! How what went wrong is told to a person.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

/// The style of `✘ [ERROR]`.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of `▲ [WARNING]`.
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// A text that is laid out for people already: with its frames and its own headline.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LaidOut(pub(crate) String);

/// An error as one block: the headline, then what caused it.
pub(crate) fn block(error: &anyhow::Error) -> String {
    if let Some(text) = error.downcast_ref::<LaidOut>() {
        return text.to_string();
    }
    if let Some(errors) = error.downcast_ref::<selvedge_bundle::BundleError>() {
        return errors.to_string();
    }
    let mut text = headline(error);
    for cause in error.chain().skip(1) {
        let _ = write!(text, "\n\n  {}", cause.to_string().replace('\n', "\n  "));
    }
    text
}

/// The first line of an error.
pub(crate) fn headline(text: impl Display) -> String {
    format!("{ERROR}✘ [ERROR]{ERROR:#} {text}")
}

/// The first line of a warning.
pub(crate) fn warning(text: impl Display) -> String {
    format!("{WARNING}▲ [WARNING]{WARNING:#} {text}")
}

/// An error as a warning: where what is wrong elsewhere is let pass.
pub(crate) fn as_warning(error: &anyhow::Error) -> String {
    let text = plain(&block(error));
    warning(text.trim_start_matches("✘ [ERROR] "))
}

/// Prints an error on stderr, in colour on a terminal.
pub(crate) fn print(error: &anyhow::Error) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{}\n", block(error).trim_end());
}

/// Prints a warning, which is laid out already, on stderr.
pub(crate) fn print_warning(warning: &str) {
    let _ = writeln!(anstream::stderr(), "{}\n", warning.trim_end());
}

/// A text without its colours.
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn causes_follow_the_headline() {
        let error = anyhow!("no such\nport").context("cannot listen");
        assert_eq!(plain(&block(&error)), "✘ [ERROR] cannot listen\n\n  no such\n  port");
    }

    #[test]
    fn an_error_can_be_told_as_a_warning() {
        let error = anyhow::Error::new(LaidOut(headline("too much\n\n  of it")));
        assert_eq!(plain(&as_warning(&error)), "▲ [WARNING] too much\n\n  of it");
    }

    #[test]
    fn what_is_laid_out_stays_as_it_is() {
        let error = anyhow::Error::new(LaidOut("a\n | b".into()));
        assert_eq!(block(&error), "a\n | b");
    }
}
