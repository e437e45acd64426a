//! `selvedge import`: what `wrangler dev` left, brought over.

mod bring;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use selvedge_config::{Binding, BindingKind};
use selvedge_storage::import::{Product, WranglerState};
use serde_json::json;

use crate::bindings::{bucket_name, kv_id};
use crate::local_args::{Local, LocalArgs};
use crate::output::count;
use crate::{d1, print};

/// Arguments of `selvedge import`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  selvedge import                            .wrangler/state beside the wrangler file
  selvedge import ../old/.wrangler/state
  selvedge import --overwrite                replace D1 databases that are there already

Brought over is what the wrangler file names: wrangler's files are named after digests of the identifiers, from which
there is no way back. Keys and objects of the same name are replaced. wrangler's own files are not touched.")]
pub(crate) struct ImportArgs {
    /// wrangler's state folder [default: .wrangler/state beside the wrangler file]
    path: Option<PathBuf>,
    /// Replace D1 databases that are there already, with their history
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    local: LocalArgs,
}

/// What became of one binding's data.
struct Brought {
    product: &'static str,
    binding: String,
    id: String,
    outcome: Outcome,
}

/// How it went.
enum Outcome {
    /// So many keys, tables or objects, and the bytes in them.
    Came(u64, u64),
    /// wrangler has nothing of it.
    Nothing,
    /// It is there already.
    Kept,
}

/// Brings over what the wrangler file names.
///
/// # Errors
/// The folder is none of wrangler's, something in it cannot be read, or the state cannot be written.
pub(crate) async fn run(args: ImportArgs) -> anyhow::Result<()> {
    let local = args.local.open()?;
    let path = args.path.clone().unwrap_or_else(|| local.project.place.root.join(".wrangler/state"));
    let source = WranglerState::find(&path)?;
    let bar = progress();
    let mut brought = Vec::new();
    let mut known: [BTreeSet<String>; 3] = Default::default();
    for Binding { name, kind, .. } in local.project.manifest.bindings() {
        let (product, id) = match kind {
            BindingKind::KvNamespace(kv) => (Product::Kv, kv_id(name, kv)),
            BindingKind::D1Database(database) => (Product::D1, d1::id(name, database)),
            BindingKind::R2Bucket(bucket) => (Product::R2, bucket_name(bucket, name)),
            _ => continue,
        };
        // Two bindings may lead to one place.
        if !known[product as usize].insert(id.to_owned()) {
            continue;
        }
        bar.set_message(format!("{} {name}", title(product)));
        let outcome = match source.snapshot(product, id)? {
            None => Outcome::Nothing,
            Some(snapshot) => match product {
                Product::Kv => bring::kv(&source, &snapshot, &local.storage, id, &bar).await?,
                Product::D1 => bring::d1(snapshot, &local.storage, id, args.overwrite)?,
                Product::R2 => bring::r2(&source, &snapshot, &local.storage, id, &bar).await?,
            },
        };
        brought.push(Brought { product: title(product), binding: name.clone(), id: id.to_owned(), outcome });
    }
    bar.finish_and_clear();
    let products = [Product::Kv, Product::D1, Product::R2];
    let unknown =
        products.iter().zip(&known).map(|(product, known)| Ok((title(*product), source.unknown(*product, known)?)));
    let unknown: Vec<_> = unknown.collect::<anyhow::Result<Vec<_>>>()?;
    report(&args, &local, &path, &brought, &unknown)
}

fn title(product: Product) -> &'static str {
    match product {
        Product::Kv => "KV",
        Product::D1 => "D1",
        Product::R2 => "R2",
    }
}

/// A spinner on stderr, if that is a terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {pos}") {
        bar.set_style(style);
    }
    bar
}

fn report(
    args: &ImportArgs,
    local: &Local,
    path: &Path,
    brought: &[Brought],
    unknown: &[(&str, usize)],
) -> anyhow::Result<()> {
    if args.local.json {
        let brought = brought.iter().map(|Brought { product, binding, id, outcome }| {
            let (status, entries, bytes) = match outcome {
                Outcome::Came(entries, bytes) => ("imported", *entries, *bytes),
                Outcome::Nothing => ("absent", 0, 0),
                Outcome::Kept => ("kept", 0, 0),
            };
            json!({ "product": product, "binding": binding, "id": id, "status": status, "entries": entries, "bytes": bytes })
        });
        let unknown: serde_json::Map<_, _> =
            unknown.iter().map(|(product, count)| ((*product).to_owned(), json!(count))).collect();
        return print::json(&json!({ "imported": brought.collect::<Vec<_>>(), "unknown": unknown }));
    }
    if brought.is_empty() {
        print::line(&format!("{} has no KV, D1 or R2 bindings.", local.project.place.shown().display()))?;
    } else {
        let rows = brought.iter().map(|Brought { product, binding, id, outcome }| {
            let told = match outcome {
                Outcome::Came(entries, bytes) => {
                    let noun = match *product {
                        "KV" => "key",
                        "D1" => "table",
                        _ => "object",
                    };
                    let entries = count(usize::try_from(*entries).unwrap_or(usize::MAX), noun);
                    format!("{entries}, {}", indicatif::HumanBytes(*bytes))
                }
                Outcome::Nothing => "nothing there".to_owned(),
                Outcome::Kept => "not brought over: there is a database already (--overwrite replaces it)".to_owned(),
            };
            vec![(*product).to_owned(), binding.clone(), id.clone(), told]
        });
        print::table(&["product", "binding", "id", "imported"], rows)?;
    }
    for (product, count) in unknown.iter().filter(|(_, count)| *count > 0) {
        print::line(&format!(
            "{path}: {count} more of {product} that the wrangler file does not name {verb} left.",
            path = path.display(),
            verb = if *count == 1 { "was" } else { "were" }
        ))?;
    }
    Ok(())
}
