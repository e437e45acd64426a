//! Watching real files.

use std::{fs, path::PathBuf, time::Duration};

use selvedge_bundle::{WatchList, Watcher};
use tokio::time::timeout;

use crate::project::Project;

/// Waits for a change of exactly this path, for as long as a slow machine may need.
async fn expect(watcher: &mut Watcher, path: &PathBuf) {
    let changed = async {
        while let Some(paths) = watcher.changed().await {
            if paths.contains(path) {
                return true;
            }
        }
        false
    };
    assert!(timeout(Duration::from_secs(10), changed).await.unwrap(), "{}", path.display());
}

fn list(files: &[PathBuf], directories: &[PathBuf]) -> WatchList {
    WatchList { files: files.to_vec(), directories: directories.to_vec() }
}

#[tokio::test]
async fn tells_writes_renames_and_removals_and_follows_the_list() {
    let project = Project::new(&[("src/a.ts", "1"), ("src/b.ts", "1"), ("lib/c.ts", "1")]);
    let (a, b, c) = (project.path("src/a.ts"), project.path("src/b.ts"), project.path("lib/c.ts"));
    let mut watcher = Watcher::new().unwrap();
    watcher.watch(&list(std::slice::from_ref(&a), &[])).unwrap();

    project.write("src/a.ts", "2");
    expect(&mut watcher, &a).await;

    // As editors save: a new file, renamed over the old. Twice, since the first replaces the file
    // itself.
    for contents in ["3", "4"] {
        project.write("src/.a.ts.swp", contents);
        fs::rename(project.path("src/.a.ts.swp"), &a).unwrap();
        expect(&mut watcher, &a).await;
    }

    watcher.watch(&list(&[b.clone(), c.clone()], &[])).unwrap();
    project.write("src/a.ts", "5");
    project.write("lib/c.ts", "2");
    expect(&mut watcher, &c).await;
    fs::remove_file(&b).unwrap();
    expect(&mut watcher, &b).await;
}

#[tokio::test]
async fn tells_new_files_of_a_folder_and_of_one_to_come() {
    let project = Project::new(&[("src/a.ts", "1")]);
    let mut watcher = Watcher::new().unwrap();
    let later = project.path("generated/deep/later.ts");
    watcher.watch(&list(&[later], &[project.path("src")])).unwrap();
    project.write("src/new.ts", "1");
    expect(&mut watcher, &project.path("src/new.ts")).await;
    project.write("generated/deep/later.ts", "1");
    expect(&mut watcher, &project.path("generated")).await;
}
