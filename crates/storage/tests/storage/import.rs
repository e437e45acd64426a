//! What `wrangler dev` left, read from a copy of a real folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use selvedge_storage::import::{ImportError, Product, WranglerState};

const NAMESPACE: &str = "0123456789abcdef0123456789abcdef";
const DATABASE: &str = "11111111-2222-3333-4444-555555555555";
const BUCKET: &str = "my-bucket";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/storage/fixtures/wrangler-state")
}

#[test]
fn keys_come_with_their_values_metadata_and_expiration() {
    let state = WranglerState::find(&folder()).unwrap();
    let snapshot = state.snapshot(Product::Kv, NAMESPACE).unwrap().unwrap();
    let entries = state.kv_entries(NAMESPACE, &snapshot).unwrap();
    let [bytes, plain] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((bytes.key.as_str(), bytes.expiration), ("bytes", Some(2_000_000_000)));
    assert_eq!(fs::read(&bytes.value).unwrap(), [0, 1, 255]);
    assert_eq!((plain.key.as_str(), plain.metadata.as_deref()), ("plain", Some(r#"{"note":"kept"}"#)));
    assert_eq!(fs::read(&plain.value).unwrap(), b"a value");
}

#[test]
fn objects_come_with_all_their_parts_and_unfinished_ones_do_not() {
    let state = WranglerState::find(&folder()).unwrap();
    let snapshot = state.snapshot(Product::R2, BUCKET).unwrap().unwrap();
    let entries = state.r2_entries(BUCKET, &snapshot).unwrap();
    let [one, parts] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((one.key.as_str(), one.size), ("folder/one.txt", 5));
    assert_eq!(fs::read(&one.parts[0]).unwrap(), b"hello");
    assert!(one.http_metadata.contains("text/plain") && one.custom_metadata.contains("\"k\":\"v\""), "{one:?}");
    assert!(one.checksums.contains("sha256"), "{one:?}");
    assert_eq!((parts.key.as_str(), parts.size, parts.parts.len()), ("parts", 13, 1));
    assert_eq!(fs::read(&parts.parts[0]).unwrap(), b"the only part");
}

#[test]
fn a_database_is_read_with_what_only_its_log_holds() {
    let state = WranglerState::find(&folder()).unwrap();
    let snapshot = state.snapshot(Product::D1, DATABASE).unwrap().unwrap();
    let connection = rusqlite::Connection::open(snapshot.path()).unwrap();
    let names: String =
        connection.query_row("SELECT group_concat(name, ',') FROM users", (), |row| row.get(0)).unwrap();
    assert_eq!(names, "Ann,Bob");
}

#[test]
fn what_no_identifier_leads_to_is_counted() {
    let state = WranglerState::find(&folder()).unwrap();
    assert!(state.snapshot(Product::D1, "another").unwrap().is_none());
    assert_eq!(state.unknown(Product::D1, &BTreeSet::new()).unwrap(), 1);
    assert_eq!(state.unknown(Product::D1, &BTreeSet::from([DATABASE.to_owned()])).unwrap(), 0);
}

#[test]
fn nothing_of_wranglers_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let error = WranglerState::find(empty.path()).unwrap_err();
    assert!(matches!(error, ImportError::NoState(_)) && error.to_string().contains(".wrangler/state"), "{error}");
}
