//! How many variables a Worker may have, and how large.
//!
//! Hosted: 128 on the paid plan, secrets among them, of 5 KB each
//! (<https://developers.cloudflare.com/workers/platform/limits/#environment-variables>).

use anyhow::bail;
use selvedge_config::BindingKind;

use crate::failure::{self, LaidOut};
use crate::project::Project;

/// Variables and secrets together.
const MOST: usize = 128;

/// The bytes of a variable: its text, or its JSON.
const BYTES: usize = 5 * 1024;

/// What is beyond hosted's limits, a line each, by its place.
fn beyond_limits(project: &Project) -> Vec<String> {
    let file = project.place.shown();
    let mut count = 0;
    let mut beyond = Vec::new();
    for binding in project.manifest.bindings() {
        let bytes = match &binding.kind {
            BindingKind::Var(serde_json::Value::String(text)) => text.len(),
            BindingKind::Var(value) => value.to_string().len(),
            BindingKind::Secret => 0,
            _ => continue,
        };
        count += 1;
        if bytes > BYTES {
            beyond.push(format!(
                "{}:{}:{}: the variable {} has {:.2} KB, more than the 5 KB that a variable may have",
                file.display(),
                binding.location.line,
                binding.location.column,
                binding.name,
                bytes as f64 / 1024.0
            ));
        }
    }
    if count > MOST {
        beyond.push(format!("{}: there are {count} variables and secrets, more than {MOST}", file.display()));
    }
    beyond
}

/// Refuses a project that hosted would refuse for its variables.
///
/// # Errors
/// The list of what is too much.
pub(crate) fn check(project: &Project) -> anyhow::Result<()> {
    match block(project) {
        None => Ok(()),
        Some(block) => bail!(LaidOut(failure::headline(block))),
    }
}

/// What is too much, as one block without its headline's style.
pub(crate) fn block(project: &Project) -> Option<String> {
    let beyond = beyond_limits(project);
    if beyond.is_empty() {
        return None;
    }
    Some(format!(
        "The Worker has more in its variables than hosted takes.\n\n  {}\n\n  Larger values can be in KV, in a Secrets \
         Store, or in a text blob.",
        beyond.join("\n  ")
    ))
}
