//! The isolates that are kept ready.

use std::sync::Arc;
use std::time::Duration;

use selvedge_runtime::{Module, ModuleKind, Script};

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] =
    &[("pool::what_many_starts_called_for_goes_again", |h| Box::pin(what_many_starts_called_for_goes_again(h)))];

async fn until(holds: impl Fn() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never is so");
}

async fn what_many_starts_called_for_goes_again(harness: Harness) {
    let pool = harness.pool();
    let source = "export default () => 1";
    let module =
        Module { name: "index.js".into(), kind: ModuleKind::EsModule, source: source.into(), source_map: None };
    let script = Arc::new(Script::new("index.js", [module]));
    for _ in 0..40 {
        harness.start_in(&pool, &script).await.unwrap();
    }
    until(|| pool.ready() > 1).await;
    until(|| pool.ready() == 1).await;
    assert_eq!(pool.size(), 1);
}
