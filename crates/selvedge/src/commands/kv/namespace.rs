//! `selvedge kv namespace`.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use selvedge_storage::kv::{KvNamespaces, StoredNamespace};
use serde_json::{Map, Value, json};

use super::target::{Found, Target, configured, wants_json};
use crate::confirm::confirm;
use crate::local_args::{Local, LocalArgs};
use crate::{bindings, print};

/// The longest title in characters.
const TITLE: usize = 512;

/// Arguments of `selvedge kv namespace`.
#[derive(Args, Debug)]
pub(super) struct NamespaceArgs {
    #[command(subcommand)]
    command: NamespaceCommand,
}

/// What is done.
#[derive(Debug, Subcommand)]
enum NamespaceCommand {
    /// List the namespaces of the wrangler file, and others that have data
    List(LocalArgs),
    /// Make a namespace, and print what to put into the wrangler file
    #[command(after_help = "Examples:\n  selvedge kv namespace create sessions")]
    Create(CreateArgs),
    /// Delete a namespace with all of its keys
    #[command(after_help = "Examples:\n  selvedge kv namespace delete --binding CACHE")]
    Delete(DeleteArgs),
    /// Give a namespace another name
    #[command(after_help = "Examples:\n  selvedge kv namespace rename sessions --new-name logins")]
    Rename(RenameArgs),
}

/// Arguments of `create`.
#[derive(Args, Debug)]
struct CreateArgs {
    /// The name of the new namespace
    namespace: String,
    /// Make a preview namespace
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `delete`.
#[derive(Args, Debug)]
struct DeleteArgs {
    /// The namespace of this name
    #[arg(conflicts_with_all = ["binding", "namespace_id"])]
    namespace: Option<String>,
    #[command(flatten)]
    target: Target,
    /// Do not ask
    #[arg(long, short = 'y')]
    skip_confirmation: bool,
    #[command(flatten)]
    local: LocalArgs,
}

/// Arguments of `rename`.
#[derive(Args, Debug)]
struct RenameArgs {
    /// The name that it has
    #[arg(conflicts_with = "namespace_id", required_unless_present = "namespace_id")]
    old_name: Option<String>,
    /// The namespace of this identifier
    #[arg(long, value_name = "ID")]
    namespace_id: Option<String>,
    /// The name that it gets
    #[arg(long, value_name = "NAME")]
    new_name: String,
    #[command(flatten)]
    local: LocalArgs,
}

/// Does what was asked.
///
/// # Errors
/// The state cannot be used, or there is no such namespace.
pub(super) async fn run(args: NamespaceArgs) -> anyhow::Result<()> {
    match args.command {
        NamespaceCommand::List(args) => list(&args).await,
        NamespaceCommand::Create(args) => create(&args).await,
        NamespaceCommand::Delete(args) => delete(&args).await,
        NamespaceCommand::Rename(args) => rename(&args).await,
    }
}

fn open(args: &LocalArgs) -> anyhow::Result<(Local, KvNamespaces)> {
    let local = args.open()?;
    let namespaces = KvNamespaces::new(local.storage.clone());
    Ok((local, namespaces))
}

async fn list(args: &LocalArgs) -> anyhow::Result<()> {
    let (local, namespaces) = open(args)?;
    let stored = namespaces.stored().await?;
    let empty = |id: &str| StoredNamespace { id: id.to_owned(), title: None, keys: 0, bytes: 0 };
    let mut rows: Vec<(Option<&str>, StoredNamespace)> = Vec::new();
    let mut bound = HashSet::new();
    for (binding, kv) in configured(&local) {
        let id = bindings::kv_id(binding, kv);
        bound.insert(id);
        let found = stored.iter().find(|stored| stored.id == id).cloned();
        rows.push((Some(binding), found.unwrap_or_else(|| empty(id))));
    }
    rows.extend(
        stored.iter().filter(|stored| !bound.contains(stored.id.as_str())).map(|stored| (None, stored.clone())),
    );
    if wants_json(args) {
        let rows = rows.iter().map(|(binding, one)| {
            json!({ "id": one.id, "title": one.title, "binding": binding, "keys": one.keys, "bytes": one.bytes })
        });
        return print::json(&rows.collect());
    }
    print::table(
        &["Binding", "Id", "Title", "Keys", "Bytes"],
        rows.into_iter().map(|(binding, one)| {
            let (keys, bytes) = (one.keys.to_string(), one.bytes.to_string());
            vec![binding.unwrap_or_default().to_owned(), one.id, one.title.unwrap_or_default(), keys, bytes]
        }),
    )
}

async fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let (local, namespaces) = open(&args.local)?;
    let environment = args.local.env.as_ref().map(|env| format!("{env}-")).unwrap_or_default();
    let title = format!("{environment}{}{}", args.namespace, if args.preview { "_preview" } else { "" });
    check_title(&title)?;
    if named(&namespaces, &title).await?.is_some() {
        bail!(
            "A KV namespace with the title \"{title}\" already exists.\n\nList the namespaces with their identifiers by `selvedge kv namespace list`, or choose a different name."
        );
    }
    let id = new_id();
    namespaces.rename(&id, &title).await?;
    let key = if args.preview { "preview_id" } else { "id" };
    if args.local.json {
        return print::json(&json!({ "id": id, "title": title }));
    }
    print::line(&format!("🌀 Creating namespace with title \"{title}\"\n✨ Success!"))?;
    print::line(
        "To access your new KV Namespace in your Worker, add the following snippet to your configuration file:",
    )?;
    let binding = binding_name(&args.namespace);
    let is_toml = local.project.place.shown().extension().is_some_and(|e| e == "toml");
    if is_toml {
        return print::line(&format!("[[kv_namespaces]]\nbinding = \"{binding}\"\n{key} = \"{id}\""));
    }
    let entry: Map<String, Value> =
        [("binding".to_owned(), binding.into()), (key.to_owned(), id.into())].into_iter().collect();
    print::json(&json!({ "kv_namespaces": [entry] }))
}

async fn delete(args: &DeleteArgs) -> anyhow::Result<()> {
    let (local, namespaces) = open(&args.local)?;
    let Found { id, shown } = match &args.namespace {
        Some(title) => {
            let id = by_title(&namespaces, title).await?;
            Found { shown: format!("name: \"{title}\" (id: \"{id}\")"), id }
        }
        None => args.target.find(&local)?,
    };
    let question = format!(
        "About to delete the KV namespace {shown}.\nThis action is irreversible and will permanently delete all data in the KV namespace.\nOk to proceed?"
    );
    if !args.skip_confirmation && !confirm(&question, false)? {
        return print::line("Not deleting.");
    }
    let existed = namespaces.delete(&id)?;
    match (args.local.json, existed) {
        (true, _) => print::json(&json!({ "id": id, "deleted": existed })),
        (false, true) => print::line(&format!("Deleted KV namespace {shown}.")),
        (false, false) => print::line(&format!("The KV namespace {shown} has no data: there was nothing to delete.")),
    }
}

async fn rename(args: &RenameArgs) -> anyhow::Result<()> {
    check_title(&args.new_name)?;
    let (_local, namespaces) = open(&args.local)?;
    let id = match (&args.namespace_id, &args.old_name) {
        (Some(id), _) => id.clone(),
        (None, Some(title)) => by_title(&namespaces, title).await?,
        (None, None) => bail!("Either the old name or --namespace-id must be specified"),
    };
    namespaces.rename(&id, &args.new_name).await?;
    match args.local.json {
        true => print::json(&json!({ "id": id, "title": args.new_name })),
        false => print::line(&format!("✨ Successfully renamed namespace to \"{}\"", args.new_name)),
    }
}

fn check_title(title: &str) -> anyhow::Result<()> {
    let length = title.chars().count();
    if title.is_empty() || length > TITLE {
        bail!("A namespace's name has from 1 to {TITLE} characters (current: {length}).");
    }
    Ok(())
}

async fn named(namespaces: &KvNamespaces, title: &str) -> anyhow::Result<Option<String>> {
    let stored = namespaces.stored().await?;
    Ok(stored.into_iter().find(|one| one.title.as_deref() == Some(title)).map(|one| one.id))
}

async fn by_title(namespaces: &KvNamespaces, title: &str) -> anyhow::Result<String> {
    named(namespaces, title).await?.with_context(|| {
        format!(
            "No namespace found with the name \"{title}\". Use --namespace-id instead or check available namespaces with \"selvedge kv namespace list\"."
        )
    })
}

/// 32 hexadecimal digits, like hosted's. They need only differ.
fn new_id() -> String {
    let random = |place: u8| RandomState::new().hash_one(place);
    format!("{:016x}{:016x}", random(0), random(1))
}

/// A name for `env` made of a namespace's, by wrangler's rules.
fn binding_name(name: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let name: String = name
        .chars()
        .map(|c| if is_letter(c) || c.is_ascii_digit() { c } else { '_' })
        .skip_while(|&c| !is_letter(c))
        .collect();
    if name.is_empty() { "KV".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_gives_its_binding_a_name() {
        for (name, binding) in [("sessions", "sessions"), ("my-kv 2", "my_kv_2"), ("1st", "st"), ("2", "KV")] {
            assert_eq!(binding_name(name), binding, "{name}");
        }
        assert_eq!(new_id().len(), 32);
        assert_ne!(new_id(), new_id());
    }
}
