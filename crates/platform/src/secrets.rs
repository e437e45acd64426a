//! Secrets of a Secrets Store (<https://developers.cloudflare.com/secrets-store/integrations/workers/>).

use std::sync::Arc;

use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::Invocation;

use crate::binding::{Binding, Bindings};
use crate::exchange::count_subrequest;

pub(crate) const OPS: &[OpDecl] = &[op_secret_get];

/// The value of the secret that the binding of this name stands for.
#[op(async)]
fn op_secret_get(
    #[context] invocation: Arc<Invocation>,
    binding: String,
) -> Result<impl Future<Output = Result<String, OpError>> + use<>, OpError> {
    let secret = Bindings::find(&invocation, &binding, |binding| match binding {
        Binding::Secret(secret) => Some(secret.clone()),
        _ => None,
    })?;
    count_subrequest(&invocation)?;
    Ok(async move {
        let value = secret.value().await.map_err(|error| OpError::error(error.to_string()))?;
        value.ok_or_else(|| OpError::error(format!("Secret \"{}\" not found", secret.name())))
    })
}
