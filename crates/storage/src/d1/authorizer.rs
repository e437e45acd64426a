//! What SQL may do: hosted's allow lists.
//!
//! SQLite asks an authorizer about everything that a statement would do, when the statement is prepared. Hosted's
//! rules are what `workerd` applies to the storage of its Durable Objects, of which a D1 database is one: no temporary
//! things, no attached files, no transactions of the statement's own, only named functions and pragmas, and nothing
//! whose name begins with `_cf_`.
//!
//! The same connection also runs statements of ours (the savepoints of the group commit). So the rules hold only
//! within [`Guest::enter`]. A flag of the thread says so: an authorizer is called by the thread that prepares, within
//! the call. Setting and removing an authorizer around each query would make SQLite prepare every statement anew.

use std::cell::Cell;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Statements of ours.
    Trusted,
    /// A Worker's statements.
    Guest,
    /// A Worker's statement was a transaction.
    Transaction,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Trusted) };
}

/// While it lives, statements of this thread are a Worker's.
pub(super) struct Guest(());

impl Guest {
    pub(super) fn enter() -> Self {
        MODE.set(Mode::Guest);
        Self(())
    }

    /// Whether a statement was refused because it is a transaction.
    pub(super) fn was_transaction(&self) -> bool {
        MODE.get() == Mode::Transaction
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        MODE.set(Mode::Trusted);
    }
}

/// The authorizer of every connection to a D1 database.
pub(super) fn authorize(context: AuthContext<'_>) -> Authorization {
    if MODE.get() == Mode::Trusted {
        return Authorization::Allow;
    }
    if matches!(context.action, AuthAction::Transaction { .. } | AuthAction::Savepoint { .. }) {
        MODE.set(Mode::Transaction);
        return Authorization::Deny;
    }
    if is_allowed(&context) { Authorization::Allow } else { Authorization::Deny }
}

fn is_allowed(context: &AuthContext<'_>) -> bool {
    if context.database_name == Some("temp") && !is_temporary_schema(&context.action) {
        return false;
    }
    match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Read { table_name: name, .. }
        | AuthAction::Update { table_name: name, .. }
        | AuthAction::Insert { table_name: name }
        | AuthAction::Delete { table_name: name }
        | AuthAction::CreateTable { table_name: name }
        | AuthAction::DropTable { table_name: name }
        | AuthAction::AlterTable { table_name: name, .. }
        | AuthAction::Analyze { table_name: name }
        | AuthAction::CreateView { view_name: name }
        | AuthAction::DropView { view_name: name }
        | AuthAction::Reindex { index_name: name } => !is_reserved(name),
        AuthAction::CreateIndex { index_name: name, table_name: table }
        | AuthAction::DropIndex { index_name: name, table_name: table }
        | AuthAction::CreateTrigger { trigger_name: name, table_name: table }
        | AuthAction::DropTrigger { trigger_name: name, table_name: table } => {
            !is_reserved(name) && !is_reserved(table)
        }
        AuthAction::CreateVtable { table_name, module_name } | AuthAction::DropVtable { table_name, module_name } => {
            !is_reserved(table_name)
                && (module_name.eq_ignore_ascii_case("fts5") || module_name.eq_ignore_ascii_case("fts5vocab"))
        }
        AuthAction::Function { function_name } => {
            let name = function_name.to_ascii_lowercase();
            FUNCTIONS.binary_search(&name.as_str()).is_ok()
        }
        AuthAction::Pragma { pragma_name, pragma_value } => is_allowed_pragma(pragma_name, pragma_value),
        _ => false,
    }
}

/// What renaming a table looks at: the schema of temporary things, of which there are none.
fn is_temporary_schema(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Read { table_name, .. } | AuthAction::Update { table_name, .. } => {
            matches!(*table_name, "sqlite_temp_master" | "sqlite_temp_schema")
        }
        AuthAction::Function { .. } => true,
        _ => false,
    }
}

/// Names that are the platform's own.
fn is_reserved(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("_cf_"))
}

/// What a pragma may be given.
#[derive(Clone, Copy)]
enum Takes {
    Nothing,
    Boolean,
    Name,
    MaybeName,
    MaybeNumber,
}

/// <https://developers.cloudflare.com/d1/sql-api/sql-statements/#pragma-statements>, and what else hosted lets through.
fn is_allowed_pragma(name: &str, value: Option<&str>) -> bool {
    let takes = match name.to_ascii_lowercase().as_str() {
        "data_version" => Takes::Nothing,
        "case_sensitive_like"
        | "defer_foreign_keys"
        | "foreign_keys"
        | "ignore_check_constraints"
        | "legacy_alter_table"
        | "recursive_triggers"
        | "reverse_unordered_selects" => Takes::Boolean,
        "foreign_key_list" | "index_info" | "index_list" | "index_xinfo" | "table_info" | "table_xinfo" => Takes::Name,
        "foreign_key_check" | "quick_check" | "table_list" => Takes::MaybeName,
        "optimize" => Takes::MaybeNumber,
        _ => return false,
    };
    match (takes, value) {
        (Takes::Name, None) => false,
        (_, None) => true,
        (Takes::Nothing, Some(_)) => false,
        (Takes::Boolean, Some(value)) => {
            ["on", "off", "true", "false", "yes", "no", "0", "1"].iter().any(|word| value.eq_ignore_ascii_case(word))
        }
        (Takes::MaybeNumber, Some(value)) => is_number(value),
        (Takes::Name | Takes::MaybeName, Some(name)) => !is_reserved(name),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).is_ok(),
        None => digits.parse::<i64>().is_ok(),
    }
}

/// The functions that hosted allows, sorted; some of SQLite's own are missing there too (`power`, `log10`, ...).
/// Those named `sqlite_...` are what `ALTER TABLE` runs; a statement cannot name them.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    "->", "->>", "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "bm25", "ceil", "changes",
    "char", "coalesce", "concat", "concat_ws", "cos", "cosh", "count", "cume_dist", "current_date", "current_time",
    "current_timestamp", "date", "datetime", "degrees", "dense_rank", "exp", "first_value", "floor", "format", "glob",
    "group_concat", "hex", "highlight", "ifnull", "iif", "instr", "json", "json_array", "json_array_length",
    "json_extract", "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch", "json_quote",
    "json_remove", "json_replace", "json_set", "json_type", "json_valid", "jsonb", "jsonb_array", "jsonb_extract",
    "jsonb_group_array", "jsonb_group_object", "jsonb_insert", "jsonb_object", "jsonb_patch", "jsonb_remove",
    "jsonb_replace", "jsonb_set", "julianday", "lag", "last_insert_rowid", "last_value", "lead", "length", "like",
    "likelihood", "likely", "ln", "log", "log2", "lower", "ltrim", "match", "max", "min", "mod", "nth_value", "ntile",
    "nullif", "octet_length", "percent_rank", "pi", "pow", "printf", "quote", "radians", "random", "randomblob", "rank",
    "replace", "round", "row_number", "rtrim", "sign", "sin", "sinh", "snippet", "sqlite_add_constraint",
    "sqlite_drop_column", "sqlite_drop_constraint", "sqlite_fail", "sqlite_find_constraint", "sqlite_rename_column",
    "sqlite_rename_quotefix", "sqlite_rename_table", "sqlite_rename_test", "sqrt", "strftime", "string_agg", "substr",
    "substring", "sum", "tan", "tanh", "time", "timediff", "total", "total_changes", "trim", "trunc", "typeof", "unhex",
    "unicode", "unixepoch", "unlikely", "upper", "zeroblob",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_sorted() {
        assert!(FUNCTIONS.is_sorted(), "a binary search finds nothing else");
    }

    #[test]
    fn pragmas_take_what_hosted_lets_them_take() {
        for (name, value) in [
            ("table_list", None),
            ("table_info", Some("t")),
            ("foreign_keys", Some("OFF")),
            ("optimize", Some("0xfffe")),
            ("optimize", Some("-1")),
            ("quick_check", Some("1")),
            ("foreign_key_check", None),
        ] {
            assert!(is_allowed_pragma(name, value), "{name} {value:?}");
        }
        for (name, value) in [
            ("foreign_keys", Some("2")),
            ("table_info", None),
            ("table_info", Some("_CF_KV")),
            ("data_version", Some("1")),
            ("optimize", Some("t")),
            ("integrity_check", None),
            ("journal_mode", None),
            ("user_version", Some("3")),
        ] {
            assert!(!is_allowed_pragma(name, value), "{name} {value:?}");
        }
    }
}
