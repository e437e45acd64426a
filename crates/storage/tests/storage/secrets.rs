//! Secrets in their file.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use selvedge_storage::secrets::{NewSecret, SecretChange, Secrets, SecretsError};
use selvedge_storage::{Durability, LocalStorage};

fn open(state: &Path) -> Secrets {
    Secrets::new(Arc::new(LocalStorage::new(state, Durability::Full)))
}

fn secret(name: &str, value: &str) -> NewSecret {
    NewSecret { name: name.into(), value: value.into(), scopes: vec!["workers".into()], comment: "a word".into() }
}

/// The permissions of all files of secrets, as the last three octal digits.
fn modes(state: &Path) -> Vec<u32> {
    let files = std::fs::read_dir(state.join("secrets")).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_has_a_life() {
    let state = tempfile::tempdir().unwrap();
    let secrets = open(state.path());
    assert_eq!(secrets.value("store", "KEY").await.unwrap(), None);
    let made = secrets.create("store", secret("KEY", "one")).await.unwrap();
    assert_eq!((made.store_id.as_str(), made.scopes.as_slice()), ("store", ["workers".to_owned()].as_slice()));
    assert!(matches!(secrets.create("store", secret("KEY", "x")).await, Err(SecretsError::SecretExists(_))));
    assert_eq!(secrets.value("store", "KEY").await.unwrap().as_deref(), Some("one"));
    assert_eq!(secrets.value("other", "KEY").await.unwrap(), None);

    let change = SecretChange { value: Some("two".into()), ..SecretChange::default() };
    let changed = secrets.update("store", &made.id, change).await.unwrap();
    assert_eq!((changed.id.as_str(), changed.comment.as_str()), (made.id.as_str(), "a word"));
    let copy = secrets.duplicate("store", &made.id, "COPY", vec!["workers".into()], "").await.unwrap();
    assert_ne!(copy.id, made.id);
    assert_eq!(secrets.value("store", "COPY").await.unwrap().as_deref(), Some("two"));
    assert_eq!(secrets.list("store").await.unwrap(), [copy, changed]);

    secrets.delete("store", &made.id).await.unwrap();
    assert_eq!(secrets.value("store", "KEY").await.unwrap(), None);
    for error in [
        secrets.get("store", &made.id).await.unwrap_err(),
        secrets.delete("store", &made.id).await.unwrap_err(),
        secrets.update("store", &made.id, SecretChange::default()).await.unwrap_err(),
    ] {
        assert!(error.to_string().starts_with("Secret not found"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_made_and_deleted_with_what_is_in_it() {
    let state = tempfile::tempdir().unwrap();
    let secrets = open(state.path());
    let store = secrets.create_store("mine").await.unwrap();
    assert_eq!(store.id.len(), 32);
    assert!(matches!(secrets.create_store("mine").await, Err(SecretsError::StoreExists(_))));
    secrets.create(&store.id, secret("KEY", "one")).await.unwrap();
    // A store that nobody made comes to be, whatever it is called.
    secrets.create("mine", secret("KEY", "two")).await.unwrap();
    assert_eq!(secrets.stores().await.unwrap().len(), 2);
    secrets.delete_store(&store.id).await.unwrap();
    assert_eq!(secrets.value(&store.id, "KEY").await.unwrap(), None);
    assert_eq!(secrets.value("mine", "KEY").await.unwrap().as_deref(), Some("two"));
    assert!(matches!(secrets.delete_store(&store.id).await, Err(SecretsError::NoStore(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_read_the_files() {
    let state = tempfile::tempdir().unwrap();
    let storage = Arc::new(LocalStorage::new(state.path(), Durability::Full));
    Secrets::new(storage.clone()).create("store", secret("KEY", "one")).await.unwrap();
    let found = modes(state.path());
    assert!(!found.is_empty() && found.iter().all(|mode| *mode == 0o600), "{found:?}");

    let file = state.path().join("secrets/stores.sqlite");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    Secrets::new(storage).create("store", secret("OTHER", "two")).await.unwrap();
    let found = modes(state.path());
    assert!(found.iter().all(|mode| *mode == 0o600), "{found:?}");
}
