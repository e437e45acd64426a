//! Files on their way into a bucket, and how far they are.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;

use anyhow::{Context, bail};
use bytes::Bytes;
use futures_util::stream;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use selvedge_storage::blob::{BoxError, Content};

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// What is worth a progress bar, in bytes.
const LARGE: u64 = 8 << 20;

/// A bar on a terminal; nothing elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// For a transfer of so many bytes, if that is known.
    pub(super) fn new(name: &str, length: Option<u64>) -> Self {
        let shown = std::io::stderr().is_terminal() && length.is_none_or(|length| length >= LARGE);
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(length, target).with_message(name.to_owned());
        let form = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}";
        Self(bar.with_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// So many more have passed.
    pub(super) fn add(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }

    /// All have.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// The content of a file, or of the standard input.
///
/// # Errors
/// The file cannot be opened, or is none.
pub(super) fn content_of(key: &str, file: Option<&Path>) -> anyhow::Result<(Content, Progress)> {
    let (source, length): (Box<dyn Read + Send>, _) = match file {
        None => (Box::new(std::io::stdin()), None),
        Some(path) => {
            let unreadable = || format!("Cannot read the file \"{}\".", path.display());
            let file = File::open(path).with_context(unreadable)?;
            let metadata = file.metadata().with_context(unreadable)?;
            if !metadata.is_file() {
                bail!("The path \"{}\" is not a file.", path.display());
            }
            (Box::new(file), Some(metadata.len()))
        }
    };
    let progress = Progress::new(key, length);
    let stream = stream::unfold((source, progress.clone()), |(mut source, progress)| async move {
        // This command does nothing else meanwhile: it may block.
        let mut bytes = Vec::with_capacity(CHUNK);
        match source.by_ref().take(CHUNK as u64).read_to_end(&mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                progress.add(count);
                Some((Ok(Bytes::from(bytes)), (source, progress)))
            }
            Err(error) => Some((Err(BoxError::from(error)), (source, progress))),
        }
    });
    Ok((Content { stream: Box::pin(stream), length }, progress))
}
