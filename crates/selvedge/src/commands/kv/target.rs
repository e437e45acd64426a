//! Which namespace is meant.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use selvedge_config::{BindingKind, KvNamespace as Configured};
use selvedge_storage::kv::{KvNamespace, KvNamespaces};

use crate::bindings;
use crate::local_args::{Local, LocalArgs};

/// The arguments that name a namespace.
#[derive(Args, Clone, Debug)]
pub(super) struct Target {
    /// The namespace of this binding
    #[arg(long, value_name = "NAME", conflicts_with = "namespace_id")]
    pub(super) binding: Option<String>,
    /// The namespace of this identifier
    #[arg(long, value_name = "ID")]
    pub(super) namespace_id: Option<String>,
    /// The binding's preview namespace; with =false the other one [default: the one that `dev` and `serve` use]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) preview: Option<bool>,
}

/// A namespace, and what it is called in messages.
pub(super) struct Found {
    /// Its identifier.
    pub(super) id: String,
    /// How wrangler names it: `binding: "CACHE" (id: "...")`.
    pub(super) shown: String,
}

/// A namespace that is open.
pub(super) struct Opened {
    /// It.
    pub(super) kv: Arc<dyn KvNamespace>,
    /// What it is.
    pub(super) found: Found,
}

/// The namespaces that the wrangler file binds, by binding.
pub(super) fn configured(local: &Local) -> Vec<(&str, &Configured)> {
    let bindings = local.project.manifest.bindings();
    let kv = bindings.filter_map(|binding| match &binding.kind {
        BindingKind::KvNamespace(kv) => Some((binding.name.as_str(), kv)),
        _ => None,
    });
    kv.collect()
}

impl Target {
    /// Finds the namespace in a project.
    ///
    /// # Errors
    /// None was named, or the wrangler file does not have it.
    pub(super) fn find(&self, local: &Local) -> anyhow::Result<Found> {
        if let Some(id) = &self.namespace_id {
            return Ok(Found { id: id.clone(), shown: format!("id: \"{id}\"") });
        }
        let Some(binding) = &self.binding else {
            bail!("Say which namespace: --binding NAME or --namespace-id ID.");
        };
        let configured = configured(local);
        if configured.is_empty() {
            bail!(
                "No KV Namespaces configured! Either use --namespace-id to upload directly or add a KV namespace to your wrangler config file."
            );
        }
        let Some((name, kv)) = configured.into_iter().find(|(name, _)| name == binding) else {
            bail!("A namespace with binding name \"{binding}\" was not found in the configured \"kv_namespaces\".");
        };
        let id = match self.preview {
            None => bindings::kv_id(name, kv),
            Some(false) => kv.id.as_deref().unwrap_or(name),
            Some(true) => match &kv.preview_id {
                Some(id) => id,
                None => bail!(
                    "No preview ID found for {binding}. Add one to your wrangler config file to use a separate namespace for previewing your worker."
                ),
            },
        };
        Ok(Found { id: id.to_owned(), shown: format!("binding: \"{binding}\" (id: \"{id}\")") })
    }

    /// Opens the state, and the namespace in it.
    ///
    /// # Errors
    /// As [`Target::find`] and [`LocalArgs::open`].
    pub(super) fn open(&self, args: &LocalArgs) -> anyhow::Result<Opened> {
        let local = args.open()?;
        let found = self.find(&local)?;
        Ok(Opened { kv: KvNamespaces::new(local.storage).get(&found.id), found })
    }
}

/// Whether results are printed as JSON: when that was asked for, and when no person reads them, as wrangler does.
pub(super) fn wants_json(args: &LocalArgs) -> bool {
    args.json || !io::stdout().is_terminal()
}
