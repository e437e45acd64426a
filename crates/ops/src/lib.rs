//! The door between Rust and JavaScript.
//!
//! JavaScript classes of the platform are written in JavaScript; what they cannot do by themselves they ask
//! of Rust through *ops*. An op is a Rust function marked with [`macro@op`]. Its arguments are converted by
//! [`FromV8`], its result by [`IntoV8`], its errors become exceptions of the right class ([`OpError`]), and
//! an `async fn` gives JavaScript a promise ([`spawn`]).
//!
//! Why a door of our own: V8's callback interface is untyped and easy to get wrong (a forgotten exception,
//! a panic that unwinds into C++), and every crate above this one stays free of `unsafe` because of it. A
//! panic inside an op is caught at the door and thrown as an `Error`: guest code cannot end the process.
//!
//! What an op needs of its surroundings (the invocation that called it, a log) it names as a
//! `#[context]` parameter, the way axum's handlers name extractors: see [`FromContext`].

mod buffer;
mod call;
mod convert;
mod decl;
mod deferred;
mod error;
mod spawn;

pub use buffer::{Buffer, BufferMut, BufferRef, FrozenBytes};
pub use call::call;
pub use convert::{ByteString, FromContext, FromV8, IntoV8, Json, SharedContext};
pub use decl::OpDecl;
pub use deferred::{deferred_reference, define_deferred};
pub use error::{ErrorClass, OpError, set_dom_exception};
pub use selvedge_ops_macro::op;
pub use spawn::{AsyncHost, AsyncHostSlot, AsyncOp, Completion, Settle, spawn};
pub use v8;
