//! Warnings about what an environment does not inherit, in wrangler's words.

use std::collections::HashSet;

use crate::bindings::{Binding, BindingKind};
use crate::environment::{NOT_INHERITED, Own, is_for_all};
use crate::reader::Context;
use crate::source::Span;
use crate::value::Table;

/// A level as it was read and as it was written.
pub(crate) struct Side<'a> {
    pub(crate) own: &'a Own,
    pub(crate) table: &'a Table,
}

/// Warns of everything at the top that the environment `name` lacks. `span` is the environment's.
pub(crate) fn warn(cx: &Context, name: &str, span: Span, top: &Side<'_>, env: &Side<'_>) {
    for field in NOT_INHERITED {
        match (top.table.get(field), env.table.get(field)) {
            (Some(entry), None) => cx.report(
                cx.warning(span, format!("\"{field}\" exists at the top level, but not on \"env.{name}\"."))
                    .label(format!("\"env.{name}\" has no \"{field}\""))
                    .related(entry.key_span, "the top level has it")
                    .help(format!(
                        "This is not what you probably want, since \"{field}\" is not inherited by environments."
                    ))
                    .help(format!("Please add \"{field}\" to \"env.{name}\".")),
            ),
            (Some(_), Some(entry)) => warn_of_missing_bindings(cx, name, field, entry.key_span, top, env),
            _ => {}
        }
    }
    if env.table.get("define").is_some() {
        warn_of_defines(cx, name, span, top.own, env);
    }
}

fn warn_of_missing_bindings(cx: &Context, env_name: &str, field: &str, span: Span, top: &Side<'_>, env: &Side<'_>) {
    let in_field = |binding: &&Binding| binding.kind.table() == field && !is_for_all(&binding.kind);
    let names: HashSet<&str> = env.own.bindings.iter().filter(in_field).map(|binding| binding.name.as_str()).collect();
    let missing = top
        .own
        .bindings
        .iter()
        .filter(in_field)
        .filter(|binding| !matches!(binding.kind, BindingKind::Secret) && !names.contains(binding.name.as_str()));
    for binding in missing {
        let name = &binding.name;
        let (message, remedy) = if field == "vars" {
            (
                format!("\"vars.{name}\" exists at the top level, but not on \"env.{env_name}.vars\"."),
                format!("Please add \"vars.{name}\" to \"env.{env_name}\"."),
            )
        } else {
            (
                format!(
                    "There is a {field} binding with name {name:?} at the top level, but not on \"env.{env_name}\"."
                ),
                format!("Please add a binding for {name:?} to \"env.{env_name}.{field}\"."),
            )
        };
        cx.report(
            cx.warning(span, message)
                .label(format!("no {name:?} here"))
                .related(binding.location.span, "the top level has it")
                .help(format!(
                    "This is not what you probably want, since \"{field}\" configuration is not inherited by environments."
                ))
                .help(remedy),
        );
    }
}

/// `define` is compared name by name, both ways.
fn warn_of_defines(cx: &Context, env_name: &str, span: Span, top: &Own, env: &Side<'_>) {
    if top.define.is_empty() {
        return;
    }
    let span = env.table.get("define").map_or(span, |entry| entry.key_span);
    for name in top.define.keys().filter(|name| !env.own.define.contains_key(*name)) {
        let message = format!("\"define.{name}\" exists at the top level, but not on \"env.{env_name}.define\".");
        cx.report(
            cx.warning(span, message)
                .help("This is not what you probably want, since \"define\" configuration is not inherited by environments.")
                .help(format!("Please add \"define.{name}\" to \"env.{env_name}\".")),
        );
    }
    for name in env.own.define.keys().filter(|name| !top.define.contains_key(*name)) {
        let message = format!("{name:?} exists on \"env.{env_name}\", but not on the top level.");
        cx.report(
            cx.warning(span, message)
                .help(
                    "This is not what you probably want, since \"define\" configuration within environments can only \
                     override existing top level \"define\" configuration.",
                )
                .help(format!("Please remove \"env.{env_name}.define.{name}\", or add \"define.{name}\".")),
        );
    }
}
