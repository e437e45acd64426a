//! `selvedge completions`.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;

/// Arguments of `selvedge completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  selvedge completions bash > ~/.local/share/bash-completion/completions/selvedge
  selvedge completions zsh > \"${fpath[1]}/_selvedge\"
  selvedge completions fish > ~/.config/fish/completions/selvedge.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// None: what cannot be written to a closed pipe is dropped.
pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<()> {
    // By way of memory: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "selvedge", &mut script);
    let _ = io::stdout().write_all(&script);
    Ok(())
}
