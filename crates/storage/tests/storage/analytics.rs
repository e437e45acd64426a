//! Data points on their way to a file, and queries over it.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use selvedge_storage::analytics::{Analytics, DataPoint, Field, QueryError, query};
use selvedge_storage::{Durability, LocalStorage};
use serde_json::{Value, json};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn point(index: &str, blob: &str, double: f64) -> DataPoint {
    DataPoint {
        timestamp: now(),
        index: Field::Text(index.to_owned()),
        blobs: vec![Field::Text(blob.to_owned())],
        doubles: vec![double],
    }
}

fn rows(state: &std::path::Path, sql: &str) -> Value {
    json!(query(state, sql).unwrap().rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_rows_of_their_dataset() {
    let state = tempfile::tempdir().unwrap();
    let analytics = Analytics::new(Arc::new(LocalStorage::new(state.path(), Durability::Full)));
    let weather = analytics.dataset("weather");
    weather.write(DataPoint {
        timestamp: 1_900_000_000,
        index: Field::Text("key".into()),
        blobs: vec![Field::Text("Graz".into()), Field::Absent, Field::Bytes(vec![0xff]), Field::Bytes(b"x".to_vec())],
        doubles: vec![21.5, f64::NAN],
    });
    analytics.dataset("other \"set\"").write(point("", "b", 1.0));
    analytics.flush().await;
    assert_eq!(
        rows(
            state.path(),
            "SELECT timestamp, dataset, _sample_interval, index1, blob1, blob2, typeof(blob3), typeof(blob4), blob20,
               double1, double2, double20 FROM weather",
        ),
        json!([["2030-03-17 17:46:40", "weather", 1, "key", "Graz", "", "blob", "text", "", 21.5, null, 0.0]])
    );
    assert_eq!(rows(state.path(), "SHOW TABLES"), json!([["other \"set\""], ["weather"]]));
    let both = "SELECT count(*) FROM weather JOIN \"other \"\"set\"\"\"";
    assert_eq!(rows(state.path(), both), json!([[1]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn points_come_to_the_file_by_themselves() {
    let state = tempfile::tempdir().unwrap();
    let analytics = Analytics::new(Arc::new(LocalStorage::new(state.path(), Durability::Process)));
    analytics.dataset("weather").write(point("a", "b", 1.0));
    let written = async {
        while query(state.path(), "SELECT 1 FROM weather").map_or(true, |answer| answer.rows.is_empty()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), written).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn old_points_are_forgotten() {
    let state = tempfile::tempdir().unwrap();
    let analytics = Analytics::new(Arc::new(LocalStorage::new(state.path(), Durability::Process)));
    let dataset = analytics.dataset("weather");
    dataset.write(DataPoint { timestamp: now() - 100 * 86_400, ..point("old", "b", 1.0) });
    dataset.write(DataPoint { timestamp: now() - 80 * 86_400, ..point("kept", "b", 1.0) });
    analytics.flush().await;
    assert_eq!(rows(state.path(), "SELECT index1 FROM weather"), json!([["kept"]]));
}

#[tokio::test(flavor = "current_thread")]
async fn what_waits_is_bounded() {
    let state = tempfile::tempdir().unwrap();
    let analytics = Analytics::new(Arc::new(LocalStorage::new(state.path(), Durability::Process)));
    let dataset = analytics.dataset("weather");
    let large = "x".repeat(16 << 10);
    // 128 MiB of blobs, while nothing can be written: this thread is the only one.
    for _ in 0..8192 {
        dataset.write(point("a", &large, 1.0));
    }
    analytics.flush().await;
    let kept = rows(state.path(), "SELECT count(*) FROM weather")[0][0].as_u64().unwrap();
    assert!((1000..2100).contains(&kept), "{kept}");
    // There is room again.
    dataset.write(point("late", "", 1.0));
    analytics.flush().await;
    assert_eq!(rows(state.path(), "SELECT count(*) FROM weather WHERE index1 = 'late'"), json!([[1]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_change_nothing() {
    let state = tempfile::tempdir().unwrap();
    let analytics = Analytics::new(Arc::new(LocalStorage::new(state.path(), Durability::Process)));
    analytics.dataset("weather").write(point("a", "b", 1.0));
    analytics.flush().await;
    for sql in ["DELETE FROM weather", "DROP TABLE weather", "INSERT INTO weather (blob1) VALUES (1)"] {
        assert!(query(state.path(), sql).is_err(), "{sql}");
    }
    let error = query(state.path(), "SELECT * FROM whether").unwrap_err();
    assert!(matches!(&error, QueryError::NoDataset { known, .. } if known == &["weather"]), "{error}");
    assert_eq!(rows(state.path(), "SELECT count(*) FROM weather"), json!([[1]]));
}
