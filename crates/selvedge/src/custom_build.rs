//! `build.command`: a project's own way to make its entry point, run before the bundler.

use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::output::Output;
use crate::project::Project;

/// Runs the command of a project that has one, and shows what it prints.
///
/// # Errors
/// It cannot be run, it fails, or the entry point is not there afterwards.
pub(crate) async fn run(project: &Project, output: &Output) -> anyhow::Result<()> {
    let manifest = &project.manifest;
    let Some(command) = manifest.build.command.as_deref().filter(|command| !command.is_empty()) else {
        return Ok(());
    };
    let root = &project.place.root;
    let folder = manifest.build.cwd.as_ref().map_or_else(|| root.clone(), |cwd| root.join(cwd));
    output.note(&format!("[custom build] Running: {command}"));
    let mut child = Command::new("sh")
        .args(["-c", command])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("Cannot run the custom build `{command}` in {}.", folder.display()))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (status, (), ()) = tokio::join!(child.wait(), show(stdout, output), show(stderr, output));
    let status = status.with_context(|| format!("Cannot run the custom build `{command}`."))?;
    if !status.success() {
        bail!("The custom build `{command}` failed ({status}). Its own words are above.");
    }
    match &manifest.main {
        Some(main) if !root.join(main).exists() => bail!(
            "The custom build `{command}` did not make the entry point {main}. Let the command write that file, or set \"main\" to the one it writes."
        ),
        _ => Ok(()),
    }
}

async fn show(pipe: Option<impl AsyncRead + Unpin>, output: &Output) {
    let Some(pipe) = pipe else { return };
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        output.note(&format!("[custom build] {line}"));
    }
}
