//! The files of bulk commands: lists of keys, and of keys with values.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use selvedge_storage::kv::{KvPut, check_bulk_key, check_length, check_metadata, resolve_expiration};
use serde_json::{Map, Value};

/// The most mistakes that are shown.
const SHOWN: usize = 12;

/// A key with its value, to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The key.
    pub(super) key: String,
    /// The value.
    pub(super) value: Bytes,
    /// What goes with it.
    pub(super) options: KvPut,
}

/// Reads a file that has a JSON array.
///
/// # Errors
/// It cannot be read, or has something else.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Value>> {
    let text = fs::read(path).with_context(|| format!("Cannot read {}.", path.display()))?;
    match serde_json::from_slice(&text) {
        Ok(Value::Array(items)) => Ok(items),
        Ok(_) => bail!("Unexpected JSON input from \"{}\".\nExpected an array.", path.display()),
        Err(error) => Err(error).with_context(|| format!("{} is not JSON.", path.display())),
    }
}

/// Makes something of all items, or says of each that is wrong what is.
fn each<T>(items: &[Value], what: &str, read: impl Fn(&Value) -> anyhow::Result<T>) -> anyhow::Result<Vec<T>> {
    let mut good = Vec::with_capacity(items.len());
    let mut mistakes = Vec::new();
    for (place, item) in items.iter().enumerate() {
        match read(item) {
            Ok(item) => good.push(item),
            Err(error) => mistakes.push(format!("The item at index {place}: {error}")),
        }
    }
    if mistakes.is_empty() {
        return Ok(good);
    }
    if mistakes.len() > SHOWN {
        let more = mistakes.len() - SHOWN;
        mistakes.truncate(SHOWN);
        mistakes.push(format!("... and {more} more"));
    }
    bail!("{what}\n\n{}", mistakes.join("\n"))
}

/// Keys: strings, or objects with a `name`.
///
/// # Errors
/// The items that are something else.
pub(super) fn keys(items: &[Value]) -> anyhow::Result<Vec<String>> {
    each(items, "Expected an array of strings or objects with a \"name\" key.", |item| {
        let key = item.as_str().or_else(|| item.get("name").and_then(Value::as_str));
        let key = key.with_context(|| format!("{item} is no key"))?;
        check_bulk_key(key)?;
        Ok(key.to_owned())
    })
}

/// Keys with values, as wrangler takes them.
///
/// # Errors
/// The items that are something else, or break a limit.
pub(super) fn pairs(items: &[Value], now: u64) -> anyhow::Result<Vec<Pair>> {
    let what = "Each item is to be an object:\n\n  { \"key\": string, \"value\": string, \"expiration\"?: number, \"expiration_ttl\"?: number, \"metadata\"?: any, \"base64\"?: boolean }";
    each(items, what, |item| {
        let item = item.as_object().with_context(|| format!("{item} is no object"))?;
        pair(item, now)
    })
}

fn pair(item: &Map<String, Value>, now: u64) -> anyhow::Result<Pair> {
    let text =
        |name: &str| item.get(name).and_then(Value::as_str).with_context(|| format!("it has no string \"{name}\""));
    let number = |name: &str| match item.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).with_context(|| format!("its \"{name}\" is no whole number")),
    };
    let (key, value) = (text("key")?, text("value")?);
    check_bulk_key(key)?;
    let value = match item.get("base64") {
        Some(Value::Bool(true)) => STANDARD.decode(value).context("its value is not base64")?,
        None | Some(Value::Bool(false) | Value::Null) => value.as_bytes().to_vec(),
        Some(_) => bail!("its \"base64\" is no boolean"),
    };
    check_length(value.len() as u64)?;
    let expiration = resolve_expiration(now, number("expiration")?, number("expiration_ttl")?)?;
    let metadata = item.get("metadata").filter(|metadata| !metadata.is_null()).map(Value::to_string);
    metadata.as_deref().map_or(Ok(()), check_metadata)?;
    Ok(Pair { key: key.to_owned(), value: value.into(), options: KvPut { expiration, metadata } })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pairs_have_what_wrangler_gives_them() {
        let items = json!([
            { "key": "a", "value": "x" },
            { "key": "b", "value": "//8=", "base64": true, "metadata": { "n": 1 }, "expiration_ttl": 60 },
        ]);
        let pairs = pairs(items.as_array().unwrap(), 1000).unwrap();
        assert_eq!(pairs[0], Pair { key: "a".into(), value: "x".into(), options: KvPut::default() });
        let options = KvPut { expiration: Some(1060), metadata: Some(r#"{"n":1}"#.into()) };
        assert_eq!(pairs[1], Pair { key: "b".into(), value: vec![255, 255].into(), options });
    }

    #[test]
    fn all_mistakes_are_shown_up_to_a_number() {
        let items = json!([{ "key": "a" }, "x", { "key": "", "value": "x" }, { "key": "b", "value": "x", "expiration_ttl": 1 }]);
        let error = pairs(items.as_array().unwrap(), 1000).unwrap_err().to_string();
        for words in [
            "index 0: it has no string \"value\"",
            "index 1: \"x\" is no object",
            "index 2: 400 Key names",
            "index 3: 400 Invalid expiration_ttl of 1",
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
        let error = keys(&vec![json!(1); 20]).unwrap_err().to_string();
        assert!(error.contains("index 11") && !error.contains("index 12") && error.contains("and 8 more"), "{error}");
        assert_eq!(keys(&[json!("a"), json!({ "name": "b" })]).unwrap(), ["a", "b"]);
    }
}
