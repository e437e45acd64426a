//! The attribute macro behind [`selvedge_ops`](../selvedge_ops/index.html): `#[op]` turns a Rust function into
//! an `OpDecl`, the description from which a JavaScript function is made.
//!
//! The macro only sorts parameters and writes glue; every decision about types is made by the traits
//! `FromV8`, `IntoV8` and `FromContext`, so that the compiler's errors name the parameter at fault.
//! The glue has no `unsafe`: it hands a safe function to `v8`'s own adapter.

mod expand;
mod fast;

use proc_macro::TokenStream;

/// Makes a native function callable from JavaScript.
///
/// The function's name becomes a constant of type `OpDecl`, to be listed in an extension.
///
/// Parameters are, in any order:
/// - `scope: &mut v8::PinScope<..>`: the current scope (synchronous functions only);
/// - `#[context] name: T`: taken from the surroundings of the call by `T: FromContext`;
/// - anything else: the next JavaScript argument, converted by `FromV8`.
///
/// The result is converted by `IntoV8`; a `Result` throws its error. An `async fn` returns a promise, and
/// its parameters must be `Send + 'static`. `#[op(async)]` on a plain `fn` runs it at once and awaits the
/// future that it returns as `Result<impl Future, E>`: for work whose first step must be synchronous.
///
/// A function of numbers and booleans alone also gets a V8 fast call, which optimized code enters directly.
#[proc_macro_attribute]
pub fn op(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
