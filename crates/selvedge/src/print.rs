//! What the commands on local state print on stdout: tables for people, JSON for scripts.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

/// Prints a line. A reader that has gone away, such as `head`, is no error.
///
/// # Errors
/// What the operating system says of stdout.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    whole(&format!("{text}\n"))
}

/// Prints JSON, indented.
///
/// # Errors
/// As [`line`].
pub(crate) fn json(value: &serde_json::Value) -> anyhow::Result<()> {
    whole(&format!("{value:#}\n"))
}

/// Prints a table with a frame.
///
/// # Errors
/// As [`line`].
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> anyhow::Result<()> {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings).add_rows(rows);
    line(&table.to_string())
}

fn whole(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
