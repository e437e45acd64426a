//! Analytics Engine (<https://developers.cloudflare.com/analytics/analytics-engine/>): data points in, SQL out.
//!
//! One file for each dataset, with one table in it. Who writes a point never waits and is promised nothing, as hosted:
//! points gather in memory, and are committed together each second, or sooner when there are many. Memory is bounded
//! over all datasets; when the disk does not keep up, points are dropped, counted, and the count is logged. What has
//! gathered when a server ends is written by [`Analytics::flush`]. A crash takes a second of points.
//!
//! A [`query`] opens the files by itself, to read only. It needs no lock on the state folder, so that one can look
//! while a server runs; SQLite's log lets both do so.

mod dataset;
mod point;
mod query;

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

pub use dataset::Dataset;
pub use point::{DataPoint, FIELDS, Field};
pub use query::{Answer, QueryError, datasets, query};

use crate::LocalStorage;

/// The folder of datasets beneath the state folder.
const KIND: &str = "analytics";

/// The table in each file.
const MIGRATIONS: &[&str] = &["
CREATE TABLE data_points (
  timestamp TEXT NOT NULL,
  dataset TEXT NOT NULL,
  _sample_interval INTEGER NOT NULL DEFAULT 1,
  index1 TEXT NOT NULL,
  blob1 TEXT NOT NULL, blob2 TEXT NOT NULL, blob3 TEXT NOT NULL, blob4 TEXT NOT NULL, blob5 TEXT NOT NULL,
  blob6 TEXT NOT NULL, blob7 TEXT NOT NULL, blob8 TEXT NOT NULL, blob9 TEXT NOT NULL, blob10 TEXT NOT NULL,
  blob11 TEXT NOT NULL, blob12 TEXT NOT NULL, blob13 TEXT NOT NULL, blob14 TEXT NOT NULL, blob15 TEXT NOT NULL,
  blob16 TEXT NOT NULL, blob17 TEXT NOT NULL, blob18 TEXT NOT NULL, blob19 TEXT NOT NULL, blob20 TEXT NOT NULL,
  double1 REAL, double2 REAL, double3 REAL, double4 REAL, double5 REAL,
  double6 REAL, double7 REAL, double8 REAL, double9 REAL, double10 REAL,
  double11 REAL, double12 REAL, double13 REAL, double14 REAL, double15 REAL,
  double16 REAL, double17 REAL, double18 REAL, double19 REAL, double20 REAL
);
CREATE INDEX data_points_by_time ON data_points (timestamp);
"];

/// All datasets of a state folder. Making it touches no file.
#[derive(Debug)]
pub struct Analytics {
    storage: Arc<LocalStorage>,
    datasets: Mutex<HashMap<String, Arc<Dataset>>>,
    /// The bytes of all points that wait.
    held: Arc<AtomicUsize>,
}

impl Analytics {
    /// The datasets of a state folder.
    pub fn new(storage: Arc<LocalStorage>) -> Self {
        Self { storage, datasets: Mutex::default(), held: Arc::default() }
    }

    /// The dataset of a name; the same one for all who ask.
    pub fn dataset(&self, name: &str) -> Arc<Dataset> {
        let mut datasets = self.datasets.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(Dataset::new(name.to_owned(), self.storage.clone(), self.held.clone()));
        datasets.entry(name.to_owned()).or_insert_with(make).clone()
    }

    /// Writes all points that wait. When this returns they are as durable as the storage is set to make them, or it
    /// has been logged why not.
    pub async fn flush(&self) {
        let datasets: Vec<_> = {
            let datasets = self.datasets.lock().unwrap_or_else(PoisonError::into_inner);
            datasets.values().cloned().collect()
        };
        futures_util::future::join_all(datasets.iter().map(|dataset| dataset.flush())).await;
    }
}
