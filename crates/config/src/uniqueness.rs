//! No two bindings of one name: `env` has one property for each.

use indexmap::IndexMap;

use crate::bindings::Binding;
use crate::reader::Context;

/// Reports every binding whose name an earlier one has, with both places.
pub(crate) fn check(cx: &Context, bindings: &[Binding]) {
    let mut first: IndexMap<&str, &Binding> = IndexMap::new();
    for binding in bindings.iter().filter(|binding| !binding.name.is_empty()) {
        let Some(earlier) = first.get(binding.name.as_str()) else {
            first.insert(&binding.name, binding);
            continue;
        };
        // Tables are read in an order of their own; a person reads the file from its top.
        let (earlier, later) = if earlier.location.span.start <= binding.location.span.start {
            (*earlier, binding)
        } else {
            (binding, *earlier)
        };
        let (name, a, b) = (&binding.name, earlier.kind.title(), later.kind.title());
        let message = if a == b {
            format!("{name} assigned to multiple {a} bindings.")
        } else {
            format!("{name} assigned to {a} and {b} bindings.")
        };
        cx.report(
            cx.error(later.location.span, message)
                .label(format!("here as {b}"))
                .related(earlier.location.span, format!("first here as {a}"))
                .help(
                    "Bindings must have unique names, so that they can all be referenced in the worker: rename one of \
                     them.",
                ),
        );
    }
}
