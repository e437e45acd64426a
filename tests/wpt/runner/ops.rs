//! What the runner's JavaScript asks of the native side.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use selvedge_ops::{OpDecl, OpError, op, v8};
use selvedge_runtime::InstanceState;
use selvedge_web::websocket::parse_url;
use selvedge_wpt::outcome::{Outcome, Subtest};
use url::Url;

use crate::server;

/// A test file to run, and what it has said so far. Hangs on the Worker that runs it.
pub(crate) struct Job {
    /// Where the file is taken to be, on wptserve.
    pub(crate) url: Url,
    /// The root of the tests.
    pub(crate) root: PathBuf,
    /// The scripts in their order, the harness first: name and source.
    pub(crate) scripts: Vec<(String, String)>,
    /// In milliseconds.
    pub(crate) timeout: u64,
    /// The results so far.
    pub(crate) outcome: Mutex<Outcome>,
}

pub(crate) const OPS: &[OpDecl] = &[op_wpt_broken, op_wpt_import, op_wpt_job, op_wpt_result, op_wpt_script];

/// Replaces web's: relative URLs are resolved, as a worker of a browser has a base URL and one of ours has none.
pub(crate) const FETCH_URL: OpDecl = op_fetch_url;

/// The same for WebSockets.
pub(crate) const WEBSOCKET_URL: OpDecl = op_websocket_url;

fn job(instance: &InstanceState) -> Result<Arc<Job>, OpError> {
    instance.extension::<Job>().ok_or_else(|| OpError::error("no test file"))
}

#[op]
fn op_fetch_url(#[context] instance: Arc<InstanceState>, url: String) -> Result<Option<String>, OpError> {
    Ok(job(&instance)?.url.join(&url).ok().map(Into::into))
}

#[op]
fn op_websocket_url(#[context] instance: Arc<InstanceState>, url: String) -> Result<(String, String), OpError> {
    let resolved = job(&instance)?.url.join(&url).map_or(url, Into::into);
    parse_url(&resolved)
}

#[op]
fn op_wpt_job(#[context] instance: Arc<InstanceState>) -> Result<String, OpError> {
    let job = job(&instance)?;
    let described =
        serde_json::json!({ "url": job.url.as_str(), "scripts": job.scripts.len(), "timeout": job.timeout });
    Ok(described.to_string())
}

#[op]
fn op_wpt_result(
    #[context] instance: Arc<InstanceState>,
    name: String,
    status: u8,
    message: Option<String>,
) -> Result<(), OpError> {
    job(&instance)?.outcome.lock().unwrap().push(Subtest { name, status, message });
    Ok(())
}

#[op]
fn op_wpt_broken(#[context] instance: Arc<InstanceState>, why: String) -> Result<(), OpError> {
    job(&instance)?.outcome.lock().unwrap().broken = Some(why);
    Ok(())
}

/// Runs a script of the job as a classic script, whose declarations are the global scope's.
#[op]
fn op_wpt_script(
    scope: &mut v8::PinScope<'_, '_>,
    #[context] instance: Arc<InstanceState>,
    index: u32,
) -> Result<(), OpError> {
    let job = job(&instance)?;
    let (path, source) = &job.scripts[index as usize];
    let name = job.url.join(&format!("/{path}")).map_or_else(|_| path.clone(), Into::into);
    run(scope, &name, source)
}

/// `importScripts` of one script.
#[op]
fn op_wpt_import(
    scope: &mut v8::PinScope<'_, '_>,
    #[context] instance: Arc<InstanceState>,
    url: String,
) -> Result<(), OpError> {
    let job = job(&instance)?;
    let path = Url::parse(&url).map_err(|error| OpError::type_error(error.to_string()))?.path().to_owned();
    let source = server::script(&job.root, &path, &job.url)
        .map_err(|error| OpError::dom("NetworkError", format!("{path}: {error}")))?;
    run(scope, &url, &source)
}

fn run(scope: &mut v8::PinScope<'_, '_>, name: &str, source: &str) -> Result<(), OpError> {
    // Workers may compile neither code from strings nor WebAssembly from bytes; the tests' own tools have to.
    scope.get_current_context().set_allow_generation_from_strings(true);
    scope.set_allow_wasm_code_generation_callback(allow_wasm_code_generation);
    let name = v8::String::new(scope, name).ok_or_else(OpError::pending)?;
    let source = v8::String::new(scope, source).ok_or_else(OpError::pending)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, false, None);
    let script = v8::Script::compile(scope, source, Some(&origin)).ok_or_else(OpError::pending)?;
    script.run(scope).map(|_| ()).ok_or_else(OpError::pending)
}

extern "C" fn allow_wasm_code_generation(_: v8::Local<'_, v8::Context>, _: v8::Local<'_, v8::String>) -> bool {
    true
}
