//! Keys that do things while the server runs.
//!
//! The terminal is asked for keys one by one and without echo, but keeps its signals (Ctrl+C) and its treatment of
//! output: nothing else that prints need know. So this is termios by itself and not a terminal library, whose raw
//! mode takes both away. A process in the background may not touch the terminal's settings: it would be stopped.

use std::io::{self, Read};

use rustix::process::getpgrp;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr};
use tokio::sync::mpsc;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `b`
    Browser,
    /// `c`
    Clear,
    /// `x` or `q`
    Exit,
}

/// What is shown of them.
pub(super) const HELP: &str = "[b] open a browser  [c] clear  [x] exit";

impl Key {
    fn of(byte: u8) -> Option<Self> {
        match byte.to_ascii_lowercase() {
            b'b' => Some(Self::Browser),
            b'c' => Some(Self::Clear),
            b'x' | b'q' => Some(Self::Exit),
            _ => None,
        }
    }
}

/// The keys of the terminal; when dropped, the terminal is as it was.
pub(super) struct Keys {
    before: Termios,
    keys: mpsc::UnboundedReceiver<Key>,
}

impl Keys {
    /// Takes the terminal, if stdin is one and this process is in front of it.
    pub(super) fn take() -> Option<Self> {
        let terminal = stdin();
        if !isatty(terminal) || tcgetpgrp(terminal).ok()? != getpgrp() {
            return None;
        }
        let before = tcgetattr(terminal).ok()?;
        let mut settings = before.clone();
        settings.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Now, &settings).ok()?;
        let (sender, keys) = mpsc::unbounded_channel();
        let read = move || {
            // Ends with the process, or with the terminal.
            for byte in io::stdin().lock().bytes().map_while(Result::ok) {
                if let Some(key) = Key::of(byte)
                    && sender.send(key).is_err()
                {
                    break;
                }
            }
        };
        let taken = Self { before, keys };
        std::thread::Builder::new().name("keys".into()).spawn(read).ok()?;
        Some(taken)
    }

    /// The next key; `None` when there will be none.
    pub(super) async fn next(&mut self) -> Option<Key> {
        self.keys.recv().await
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // The terminal may be gone.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_either_case() {
        assert_eq!((Key::of(b'b'), Key::of(b'B')), (Some(Key::Browser), Some(Key::Browser)));
        assert_eq!((Key::of(b'q'), Key::of(b'\n')), (Some(Key::Exit), None));
    }
}
