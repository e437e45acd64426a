//! KV namespaces on `env` (<https://developers.cloudflare.com/kv/api/>): the ops behind `js/kv/`.
//!
//! A read asks memory first, by an op that answers at once (`op_kv_peek`): a hot key costs one crossing and no
//! promise of the engine's. Checks are made there too, in hosted's words; those of its service read
//! `KV GET failed: 400 ...`, whatever the cause.

mod answer;
mod ops;
mod value;

pub(crate) use ops::OPS;
