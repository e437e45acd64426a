//! How large a Worker may be.
//!
//! Hosted takes 64 MiB of modules, and until September 2026 took 10 MB of them after compression
//! (<https://developers.cloudflare.com/workers/platform/limits/#worker-size>). It is checked before anything of the
//! Worker runs. What is smaller, and yet more than the older bound, is warned of: each of its instances holds it in
//! memory, and each start reads it.

use std::io::{self, Write};

use anyhow::bail;
use flate2::Compression;
use flate2::write::GzEncoder;
use selvedge_bundle::Bundle;

use crate::failure::{self, LaidOut};

/// The modules of a Worker together, in bytes.
const MOST: usize = 64 << 20;

/// The modules of a Worker together after compression, in bytes, above which it is warned of.
const MUCH: usize = 10 << 20;

/// How many of the largest parts are named.
const NAMED: usize = 5;

/// What may be told of a bundle's size, if it may be run at all.
///
/// # Errors
/// It is larger than a Worker may be.
pub(crate) fn check(name: &str, bundle: &Bundle) -> anyhow::Result<Option<String>> {
    let total = bundle.total_size();
    if total > MOST {
        bail!(LaidOut(format!(
            "{}\n\n{}",
            failure::headline(format!(
                "The Worker {name} exceeded the size limit of {}: its modules have {}.",
                mebibytes(MOST),
                mebibytes(total)
            )),
            largest(bundle)
        )));
    }
    // It cannot be more when compressed, or hardly: most need not be.
    let zipped = if total > MUCH { gzipped(bundle) } else { 0 };
    Ok((zipped > MUCH).then(|| {
        let text = format!(
            "The Worker {name} is large: its modules have {}, {} after compression. Its starts take their time.",
            mebibytes(total),
            mebibytes(zipped)
        );
        format!("{}\n\n{}", failure::warning(text), largest(bundle))
    }))
}

/// The size of a bundle's modules after compression.
pub(crate) fn gzipped(bundle: &Bundle) -> usize {
    let mut encoder = GzEncoder::new(Counted(0), Compression::default());
    for module in &bundle.modules {
        // Counting does not fail.
        let _ = encoder.write_all(&module.contents);
    }
    encoder.finish().map_or(0, |counted| counted.0)
}

/// Counts what is written.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What it is made of that is largest: the modules, and the files that the main one was bundled from.
fn largest(bundle: &Bundle) -> String {
    let modules = bundle.modules.iter().filter(|module| bundle.inputs.is_empty() || module.name != bundle.main);
    let modules = modules.map(|module| (module.name.as_str(), module.contents.len()));
    let inputs = bundle.inputs.iter().map(|input| (input.path.as_str(), input.bytes));
    let mut parts: Vec<(&str, usize)> = modules.chain(inputs).collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    parts.truncate(NAMED);
    let lines: Vec<String> =
        parts.iter().map(|(name, bytes)| format!("  - {name} - {:.2} KiB", *bytes as f64 / 1024.0)).collect();
    format!(
        "  The largest parts of it:\n\n{}\n\n  If these are unnecessary, consider removing them; files can be static \
         assets, or in KV or R2.",
        lines.join("\n")
    )
}

fn mebibytes(bytes: usize) -> String {
    format!("{:.2} MiB", bytes as f64 / f64::from(1 << 20))
}
