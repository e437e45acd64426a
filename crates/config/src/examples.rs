//! Examples in errors, in the syntax of the file they are about.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::parse::Syntax;

/// "example: ..." for the key at the end of a path: a good value for keys we know, else one of the right type.
pub(crate) fn line(syntax: Syntax, path: &str, of_type: &Json) -> String {
    let element = path.ends_with(']');
    let key = path.rsplit('.').next().unwrap_or_default();
    let key = key.split('[').next().unwrap_or_default();
    if element {
        // An element's best example is the whole array.
        let known = known(key).unwrap_or_else(|| json!([of_type]));
        return format!("example: {}", assignment(syntax, key, &known));
    }
    let value = known(key).unwrap_or_else(|| of_type.clone());
    format!("example: {}", assignment(syntax, key, &value))
}

/// `key = value` or `"key": value`.
pub(crate) fn assignment(syntax: Syntax, key: &str, value: &Json) -> String {
    match syntax {
        Syntax::Toml => format!("{key} = {}", toml(value)),
        Syntax::Json => format!("\"{key}\": {value}"),
    }
}

/// A JSON value as an inline TOML one. Strings escape alike in both.
fn toml(value: &Json) -> String {
    match value {
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) => {
            let mut text = String::from("{");
            for (index, (key, value)) in entries.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(text, "{comma} {key} = {}", toml(value));
            }
            text.push_str(" }");
            text
        }
        other => other.to_string(),
    }
}

/// Values worth showing, by key.
fn known(key: &str) -> Option<Json> {
    Some(match key {
        "name" => json!("my-worker"),
        "main" => json!("src/index.ts"),
        "compatibility_date" => json!("2025-06-01"),
        "compatibility_flags" => json!(["nodejs_compat"]),
        "vars" => json!({ "API_HOST": "example.com" }),
        "define" => json!({ "VERSION": "\"1.0.0\"" }),
        "alias" => json!({ "fs": "./fs-shim.ts" }),
        "binding" => json!("MY_BINDING"),
        "class_name" => json!("MyClass"),
        "crons" => json!(["*/5 * * * *"]),
        "triggers" => json!({ "crons": ["*/5 * * * *"] }),
        "route" => json!("example.com/*"),
        "routes" => json!([{ "pattern": "example.com/*", "zone_name": "example.com" }]),
        "pattern" => json!("example.com/*"),
        "rules" => json!([{ "type": "Text", "globs": ["**/*.md"] }]),
        "globs" => json!(["**/*.md"]),
        "assets" => json!({ "directory": "./public", "binding": "ASSETS" }),
        "directory" => json!("./public"),
        "run_worker_first" => json!(["/api/*"]),
        "limits" => json!({ "cpu_ms": 50 }),
        "cpu_ms" => json!(50),
        "observability" => json!({ "enabled": true }),
        "placement" => json!({ "mode": "smart" }),
        "build" => json!({ "command": "npm run build" }),
        "secrets" => json!({ "required": ["API_KEY"] }),
        "required" => json!(["API_KEY"]),
        "kv_namespaces" => json!([{ "binding": "KV", "id": "0f2ac74b498b48028cb68387c421e279" }]),
        "d1_databases" => {
            json!([{ "binding": "DB", "database_name": "db", "database_id": "<uuid>" }])
        }
        "r2_buckets" => json!([{ "binding": "BUCKET", "bucket_name": "my-bucket" }]),
        "services" => json!([{ "binding": "AUTH", "service": "auth-worker" }]),
        "durable_objects" => {
            json!({ "bindings": [{ "name": "COUNTER", "class_name": "Counter" }] })
        }
        "migrations" => json!([{ "tag": "v1", "new_sqlite_classes": ["Counter"] }]),
        "queues" => json!({ "producers": [{ "binding": "QUEUE", "queue": "my-queue" }] }),
        "ai" => json!({ "binding": "AI" }),
        "port" => json!(8787),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_in_the_files_own_syntax() {
        let of_type = json!("text");
        assert_eq!(line(Syntax::Toml, "name", &of_type), "example: name = \"my-worker\"");
        assert_eq!(line(Syntax::Json, "name", &of_type), "example: \"name\": \"my-worker\"");
        assert_eq!(
            line(Syntax::Toml, "assets", &of_type),
            "example: assets = { directory = \"./public\", binding = \"ASSETS\" }"
        );
    }

    #[test]
    fn an_element_is_shown_in_its_array() {
        assert_eq!(
            line(Syntax::Toml, "x.compatibility_flags[1]", &json!("text")),
            "example: compatibility_flags = [\"nodejs_compat\"]"
        );
    }

    #[test]
    fn an_unknown_key_gets_a_value_of_its_type() {
        assert_eq!(line(Syntax::Toml, "dev.ip", &json!("text")), "example: ip = \"text\"");
    }
}
