//! What `--jitless` cannot serve.
//!
//! Without its compilers V8 has no WebAssembly at all. A Worker that brings some would throw at its global scope, in
//! words that say nothing of the flag; so it is refused before.

use anyhow::bail;
use selvedge_bundle::{Bundle, ModuleKind};
use selvedge_config::BindingKind;

use crate::project::Project;

/// Refuses a Worker with WebAssembly, by its name.
///
/// # Errors
/// It has some.
pub(super) fn check(project: &Project, bundle: &Bundle) -> anyhow::Result<()> {
    let modules = bundle.modules.iter().filter(|module| module.kind == ModuleKind::Wasm);
    let bindings = project.manifest.bindings().filter_map(|binding| match &binding.kind {
        BindingKind::WasmModule(path) => Some(path.as_str()),
        _ => None,
    });
    let Some(first) = modules.map(|module| module.name.as_str()).chain(bindings).next() else { return Ok(()) };
    bail!(
        "The Worker {} uses WebAssembly ({first}), which V8 does not have under --jitless.\n\n  \
         Serve it by a process of its own without --jitless.",
        project.manifest.name
    )
}
