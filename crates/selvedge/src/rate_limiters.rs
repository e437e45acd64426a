//! Rate limits of one process, by the namespace that shares a count.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use selvedge_config::{BindingKind, RateLimit as Configured, SimpleRateLimit};
use selvedge_platform::{RateLimit, RateLimiter};

/// The limiters that bindings have asked for. They stay: a Worker that is deployed anew goes on counting.
#[derive(Debug, Default)]
pub(crate) struct RateLimiters {
    limiters: Mutex<HashMap<String, Arc<RateLimiter>>>,
}

impl RateLimiters {
    /// The binding to a namespace's count.
    pub(crate) fn binding(&self, configured: &Configured) -> RateLimit {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters.entry(configured.namespace_id.clone()).or_default().clone();
        let SimpleRateLimit { limit, period } = configured.simple;
        RateLimit { limiter, limit, period }
    }
}

/// The rate limit that a binding asks for: by `ratelimits`, or by `unsafe.bindings` with the type that came before.
pub(crate) fn configured(kind: &BindingKind) -> Option<Configured> {
    match kind {
        BindingKind::RateLimit(limit) => Some(limit.clone()),
        BindingKind::Unsafe(binding) if binding.kind == "ratelimit" => {
            let simple = binding.settings.get("simple")?;
            let period =
                u32::try_from(simple.get("period")?.as_u64()?).ok().filter(|period| matches!(period, 10 | 60))?;
            let namespace = binding.settings.get("namespace_id")?;
            Some(Configured {
                namespace_id: namespace.as_str().map_or_else(|| namespace.to_string(), str::to_owned),
                simple: SimpleRateLimit { limit: simple.get("limit")?.as_u64()?, period },
            })
        }
        _ => None,
    }
}
