//! Where a secret's value comes from: the arguments, the terminal without echo, or stdin.

use std::io::{self, IsTerminal, Read, Write};

use anyhow::{Context, bail};
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The most bytes of a value, as hosted
/// (<https://developers.cloudflare.com/secrets-store/manage-secrets/>).
const MOST: usize = 1024;

/// The value: the argument's, or the one that is asked for. Nothing if it is empty.
///
/// # Errors
/// It is too long, or it cannot be read.
pub(super) fn given(argument: Option<String>, question: &str) -> anyhow::Result<Option<String>> {
    let value = match argument.filter(|value| !value.is_empty()) {
        Some(value) => value,
        // As wrangler: the line's end is no part of it.
        None => read(question)?.trim_end().to_owned(),
    };
    if value.len() > MOST {
        bail!("A secret must not exceed {MOST} bytes; this one has {}.", value.len());
    }
    Ok(Some(value).filter(|value| !value.is_empty()))
}

/// Whether a value is to be asked for. Without a terminal there is nobody to ask, and stdin is looked at.
///
/// # Errors
/// The terminal cannot be read.
pub(super) fn is_wanted(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(true);
    }
    ask(&format!("{question} [y/N] "))?;
    Ok(matches!(line()?.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn read(question: &str) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        let mut text = String::new();
        // A value that is too long shows by one byte more.
        io::stdin().take(64 << 10).read_to_string(&mut text).context("The value cannot be read from stdin.")?;
        return Ok(text);
    }
    // Before the question: who answers at once is not shown either.
    let silence = Silence::begin()?;
    ask(question)?;
    let text = line();
    drop(silence);
    ask("\n")?;
    text
}

fn ask(text: &str) -> anyhow::Result<()> {
    let mut terminal = io::stderr();
    Ok(terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush())?)
}

fn line() -> anyhow::Result<String> {
    let mut text = String::new();
    io::stdin().read_line(&mut text).context("The answer cannot be read from the terminal.")?;
    Ok(text)
}

/// A terminal that does not show what is typed; as it was when this is dropped.
struct Silence(Termios);

impl Silence {
    fn begin() -> anyhow::Result<Self> {
        let before = tcgetattr(stdin()).context("The terminal cannot be kept from showing the value.")?;
        let mut settings = before.clone();
        settings.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Flush, &settings)
            .context("The terminal cannot be kept from showing the value.")?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // The terminal may be gone.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
