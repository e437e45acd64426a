//! From an empty isolate to an instance of a Worker.

use std::sync::Arc;

use selvedge_ops::v8;

use crate::{
    Builtins, Extensions, Instance, Invocation, JsError, Limit, Limits, LogSink, Loss, Script, TurnError, WarmPool,
    linker,
};

/// What an instance is given when it starts.
#[derive(Clone)]
pub struct StartOptions {
    /// Where its log goes.
    pub log: Arc<dyn LogSink>,
    /// What upper layers keep with it.
    pub extensions: Extensions,
    /// What it may use.
    pub limits: Limits,
    /// Which modules of ours outside of the snapshot it may import; `None`: none.
    pub builtins: Option<Arc<Builtins>>,
    /// Who hears what becomes of it.
    pub observer: Arc<dyn InstanceObserver>,
}

/// Hears what becomes of an instance, on whatever thread, at a place where nothing may wait.
pub trait InstanceObserver: Send + Sync {
    /// A limit ended it. The turn that met the limit may go on for a while.
    fn condemned(&self, limit: Limit);

    /// A thread is lost to one of its turns, which is of this invocation if it is of any.
    fn lost(&self, loss: Loss, during: Option<&Invocation>);
}

impl std::fmt::Debug for StartOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartOptions").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Why a Worker did not start.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// Its global scope threw, or a module does not compile or link.
    #[error("Uncaught {}", .0.report())]
    Script(JsError),
    /// Its global scope used too much CPU time or memory.
    #[error("{}", startup_limit(*.0))]
    Limit(Limit),
}

/// Hosted's words, and what to do.
fn startup_limit(limit: Limit) -> &'static str {
    match limit {
        Limit::CpuTime => {
            "Script startup exceeded CPU time limit. Move work from the global scope into a handler, so that it is done \
             when it is needed."
        }
        Limit::Memory => {
            "Script startup exceeded memory limit. Move work from the global scope into a handler, so that it is done \
             when it is needed."
        }
    }
}

impl WarmPool {
    /// Starts a Worker: takes an isolate, lets `prepare` set the stage (given the exports of the engine's entry
    /// module, it answers with the built-in modules by specifier), runs the Worker's global scope, then lets
    /// `ready` pick up the handlers from the main module's namespace.
    ///
    /// # Errors
    /// When the Worker's code does not compile, throws at its global scope, or exceeds a limit there.
    pub async fn start<T>(
        &self,
        script: &Arc<Script>,
        options: StartOptions,
        prepare: impl for<'s, 'i> FnOnce(
            &mut v8::PinScope<'s, 'i>,
            v8::Local<'s, v8::Object>,
        ) -> Result<Option<v8::Local<'s, v8::Object>>, JsError>,
        ready: impl for<'s, 'i> FnOnce(
            &mut v8::PinScope<'s, 'i>,
            v8::Local<'s, v8::Object>,
            v8::Local<'s, v8::Object>,
        ) -> Result<T, JsError>,
    ) -> Result<(Arc<Instance>, T), StartError> {
        step!("begin");
        let shell = self.take().await.map_err(StartError::Script)?;
        step!("take");
        shell.state().set_up(options.log, options.extensions, options.observer);
        let builtins = options.builtins;
        let instance = Arc::new(shell.into_instance(options.limits));
        let result = instance
            .startup_turn(|scope, exports| {
                step!("enter");
                if let Some(builtins) = &builtins {
                    instance.admit(self.engine().lazy(), builtins);
                }
                let builtins = prepare(scope, exports)?;
                step!("prepare");
                let namespace = linker::link(scope, script, builtins)?;
                step!("global scope");
                let result = ready(scope, exports, namespace)?;
                step!("handlers");
                linker::keep_code(scope, script);
                step!("keep code");
                Ok(result)
            })
            .await;
        match result {
            Ok(Ok(value)) => Ok((instance, value)),
            Err(TurnError::Exceeded(limit)) => Err(StartError::Limit(limit)),
            Ok(Err(error)) => Err(StartError::Script(error)),
        }
    }
}
