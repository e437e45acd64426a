//! From a Worker's script and bindings to an instance that takes events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use selvedge_node::{NodeCompat, NodeLevel};
use selvedge_ops::v8;
use selvedge_runtime::{Instance, JsError, StartError, StartOptions};
use selvedge_web::fetch::FindSubrequests;

use crate::binding::{Binding, Bindings};
use crate::exchange::subrequests;
use crate::gate::Witness;
use crate::hyperdrive;
use crate::log::{MappedLog, map_error};
use crate::methods::Methods;
use crate::worker::Worker;

/// What a started Worker handles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handlers {
    /// The events that its default entrypoint handles: `fetch`, `scheduled`, ...
    pub default: Vec<String>,
    /// The names of its other entrypoints.
    pub entrypoints: Vec<String>,
}

/// An instance and the functions by which events enter it.
pub(crate) struct Loaded {
    pub(crate) instance: Arc<Instance>,
    pub(crate) handlers: Handlers,
    pub(crate) dispatch_fetch: v8::Global<v8::Function>,
    pub(crate) dispatch_scheduled: v8::Global<v8::Function>,
    pub(crate) methods: Methods,
    /// How long the start took.
    pub(crate) start: Duration,
}

impl AsRef<Instance> for Loaded {
    fn as_ref(&self) -> &Instance {
        &self.instance
    }
}

impl Loaded {
    /// For how long it has had nothing to do at `now`; `None` if it has.
    pub(crate) fn idle(&self, now: Instant) -> Option<Duration> {
        let state = self.instance.state();
        (state.invocations() == 0 && self.instance.is_idle()).then(|| state.since_turn(now))
    }
}

/// Starts an instance.
pub(crate) async fn start(worker: &Worker, witness: Witness) -> Result<Loaded, StartError> {
    let begun = Instant::now();
    let options = &worker.options;
    let mut extensions = options.extensions.clone();
    extensions.insert(Arc::new(Bindings(options.bindings.iter().cloned().collect())));
    extensions.insert(Arc::new(FindSubrequests(subrequests)));
    // For node:fs, whose /bundle has the Worker's modules.
    extensions.insert(options.script.clone());
    let metrics = worker.metrics().clone();
    extensions.insert(metrics.clone());
    let log = MappedLog { script: options.script.clone(), inner: options.log.clone(), metrics };
    let start = StartOptions {
        log: Arc::new(log),
        extensions,
        limits: options.limits.clone(),
        builtins: worker.builtins.clone(),
        observer: Arc::new(witness),
    };
    let started =
        worker.pool.start(&options.script, start, |scope, exports| prepare(scope, exports, worker), ready).await;
    match started {
        Ok((instance, (handlers, dispatch_fetch, dispatch_scheduled, methods))) => {
            // The global scope is no event: it says nothing of how long those will take.
            let _startup = instance.take_long_turn();
            worker.metrics().started();
            Ok(Loaded { instance, handlers, dispatch_fetch, dispatch_scheduled, methods, start: begun.elapsed() })
        }
        Err(StartError::Script(error)) => Err(StartError::Script(map_error(&options.script, error))),
        Err(error) => Err(error),
    }
}

fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::String>, JsError> {
    v8::String::new(scope, text).ok_or_else(|| JsError::text("a string is too long"))
}

fn function<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    exports: v8::Local<'s, v8::Object>,
    name: &str,
) -> Result<v8::Local<'s, v8::Function>, JsError> {
    let key = string(scope, name)?;
    exports
        .get(scope, key.into())
        .and_then(|value| value.try_cast::<v8::Function>().ok())
        .ok_or_else(|| JsError::text(format!("the platform exports no function {name}")))
}

fn prepare<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    exports: v8::Local<'s, v8::Object>,
    worker: &Worker,
) -> Result<Option<v8::Local<'s, v8::Object>>, JsError> {
    let constructor = function(scope, exports, "DOMException")?;
    selvedge_ops::set_dom_exception(scope, constructor);
    let options = &worker.options;
    let bindings = options.bindings.iter().map(|(name, binding)| describe(scope, name, binding));
    let bindings = bindings.collect::<Result<Vec<_>, _>>()?;
    let bindings = v8::Array::new_with_elements(scope, &bindings);
    let service_worker = v8::Boolean::new(scope, options.script.is_service_worker());
    let flags = options.compatibility_flags.iter().map(|flag| string(scope, flag).map(Into::into));
    let flags = flags.collect::<Result<Vec<_>, _>>()?;
    let flags = v8::Array::new_with_elements(scope, &flags);
    let prepare = function(scope, exports, "prepare")?;
    let arguments = [bindings.into(), service_worker.into(), flags.into()];
    let builtins = selvedge_runtime::call_function(scope, prepare, &arguments)?;
    if let Some(node) = options.node {
        install_node(scope, exports, node)?;
    }
    Ok(builtins.try_cast::<v8::Object>().ok())
}

/// Puts what `nodejs_compat` gives onto the global object.
fn install_node<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    exports: v8::Local<'s, v8::Object>,
    node: NodeCompat,
) -> Result<(), JsError> {
    if node.level == NodeLevel::AsyncLocalStorage {
        return Ok(());
    }
    let globals = {
        v8::tc_scope!(let scope, scope);
        match selvedge_runtime::builtin_namespace(scope, selvedge_node::GLOBALS) {
            Some(globals) => globals,
            None => return Err(JsError::caught(scope)),
        }
    };
    let install = function(scope, globals, "install")?;
    let environment = function(scope, exports, "environment")?;
    let v2 = v8::Boolean::new(scope, node.level == NodeLevel::V2);
    let process_env = v8::Boolean::new(scope, node.process_env);
    selvedge_runtime::call_function(scope, install, &[environment.into(), v2.into(), process_env.into()])?;
    Ok(())
}

/// `[name, kind, value]`, as `js/prepare.js` takes it.
fn describe<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    name: &str,
    binding: &Binding,
) -> Result<v8::Local<'s, v8::Value>, JsError> {
    let (kind, value) = match binding {
        Binding::Text(text) => ("value", string(scope, text)?.into()),
        Binding::Json(json) => ("json", string(scope, &json.to_string())?.into()),
        Binding::D1(_) => ("d1", v8::undefined(scope).into()),
        Binding::Analytics(_) => ("analytics", v8::undefined(scope).into()),
        Binding::Hyperdrive(hyperdrive) => ("hyperdrive", string(scope, &hyperdrive::describe(hyperdrive))?.into()),
        Binding::Secret(_) => ("secret", v8::undefined(scope).into()),
        Binding::Fetcher(_) => ("fetcher", v8::undefined(scope).into()),
        Binding::RateLimit(_) => ("rateLimit", v8::undefined(scope).into()),
        Binding::Service(_) => ("service", v8::undefined(scope).into()),
        Binding::KvNamespace(_) => ("kv", v8::undefined(scope).into()),
        Binding::R2Bucket(_) => ("r2", v8::undefined(scope).into()),
        Binding::Data(bytes) => {
            let store = v8::ArrayBuffer::new_backing_store_from_vec(bytes.to_vec()).make_shared();
            ("value", v8::ArrayBuffer::with_backing_store(scope, &store).into())
        }
        Binding::Wasm(bytes) => {
            let module = v8::WasmModuleObject::compile(scope, bytes)
                .ok_or_else(|| JsError::text(format!("the binding {name} is not a WebAssembly module")))?;
            ("value", module.into())
        }
    };
    let (name, kind) = (string(scope, name)?, string(scope, kind)?);
    Ok(v8::Array::new_with_elements(scope, &[name.into(), kind.into(), value]).into())
}

type Ready = (Handlers, v8::Global<v8::Function>, v8::Global<v8::Function>, Methods);

fn ready<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    exports: v8::Local<'s, v8::Object>,
    namespace: v8::Local<'s, v8::Object>,
) -> Result<Ready, JsError> {
    let ready = function(scope, exports, "ready")?;
    selvedge_runtime::call_function(scope, ready, &[namespace.into()])?;
    let describe = function(scope, exports, "describe")?;
    let described = selvedge_runtime::call_function(scope, describe, &[])?;
    let mut names = [Vec::new(), Vec::new()];
    if let Ok(described) = described.try_cast::<v8::Array>() {
        for (index, names) in (0u32..).zip(&mut names) {
            *names = strings(scope, described.get_index(scope, index));
        }
    }
    let [default, entrypoints] = names;
    let dispatch_fetch = function(scope, exports, "dispatchFetch")?;
    let dispatch_scheduled = function(scope, exports, "dispatchScheduled")?;
    Ok((
        Handlers { default, entrypoints },
        v8::Global::new(scope, dispatch_fetch),
        v8::Global::new(scope, dispatch_scheduled),
        Methods::new(scope),
    ))
}

fn strings(scope: &mut v8::PinScope<'_, '_>, value: Option<v8::Local<'_, v8::Value>>) -> Vec<String> {
    let Some(Ok(array)) = value.map(|value| value.try_cast::<v8::Array>()) else { return Vec::new() };
    (0..array.length()).filter_map(|index| Some(array.get_index(scope, index)?.to_rust_string_lossy(scope))).collect()
}
