//! From a function to its `OpDecl`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, FnArg, ItemFn, Pat, Result, ReturnType, Type};

use crate::fast;

/// Where a parameter's value comes from.
enum Source {
    Scope,
    Context(Type),
    Argument(Type),
}

enum Mode {
    Sync,
    /// An `async fn`.
    Async,
    /// A plain `fn` that returns `Result<impl Future, E>`.
    Deferred,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let deferred = match attribute.to_string().as_str() {
        "" => false,
        "async" => true,
        _ => return Err(Error::new_spanned(attribute, "expected `#[op]` or `#[op(async)]`")),
    };
    let mut function: ItemFn = syn::parse2(item)?;
    let mode = match (deferred, function.sig.asyncness.is_some()) {
        (true, true) => {
            return Err(Error::new_spanned(&function.sig, "an `async fn` needs plain `#[op]`"));
        }
        (true, false) => Mode::Deferred,
        (false, true) => Mode::Async,
        (false, false) => Mode::Sync,
    };
    let sources = sources(&mut function)?;
    if matches!(mode, Mode::Async) && sources.iter().any(|s| matches!(s, Source::Scope)) {
        return Err(Error::new_spanned(
            &function.sig,
            "an `async` op has no scope: it runs outside of the isolate; use `#[op(async)]` on a plain `fn`",
        ));
    }

    let visibility = std::mem::replace(&mut function.vis, syn::Visibility::Inherited);
    let documentation: Vec<_> = function.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect();
    let name = function.sig.ident.clone();
    let text = name.to_string();

    let mut conversions = Vec::new();
    let mut values = Vec::new();
    let mut weights = Vec::new();
    let mut index = 0i32;
    for (position, source) in sources.iter().enumerate() {
        let value = format_ident!("value_{position}");
        match source {
            Source::Scope => values.push(quote!(scope)),
            Source::Context(ty) => {
                conversions.push(quote! {
                    let #value = <#ty as ::selvedge_ops::FromContext>::from_context(scope)?;
                });
                values.push(quote!(#value));
            }
            Source::Argument(ty) => {
                conversions.push(quote! {
                    let #value = <#ty as ::selvedge_ops::FromV8>::from_v8(scope, args.get(#index))
                        .map_err(|error| error.in_argument(#text, #index))?;
                });
                weights.push(quote!(+ <#ty as ::selvedge_ops::FromV8>::heap_size(&#value)));
                values.push(quote!(#value));
                index += 1;
            }
        }
    }
    let call = quote!(#name(#(#values),*));
    let outcome = match mode {
        Mode::Sync => quote! {
            let result = #call;
            ::selvedge_ops::IntoV8::into_v8(result, scope)
        },
        Mode::Async => quote! {
            let held = 0usize #(#weights)*;
            let future = #call;
            ::selvedge_ops::spawn(scope, held, future)
        },
        Mode::Deferred => quote! {
            let held = 0usize #(#weights)*;
            let future = #call?;
            ::selvedge_ops::spawn(scope, held, future)
        },
    };
    let plain = sources.iter().all(|s| matches!(s, Source::Argument(_)));
    let fast = match (&mode, plain) {
        (Mode::Sync, true) => fast::fast_call(&function, &name),
        _ => None,
    }
    .unwrap_or_else(|| quote!(&[]));

    Ok(quote! {
        #(#documentation)*
        #[allow(non_upper_case_globals)]
        #visibility const #name: ::selvedge_ops::OpDecl = {
            #function

            fn callback<'s>(
                scope: &mut ::selvedge_ops::v8::PinScope<'s, '_>,
                args: ::selvedge_ops::v8::FunctionCallbackArguments<'s>,
                rv: ::selvedge_ops::v8::ReturnValue<'s>,
            ) {
                ::selvedge_ops::call(scope, rv, move |scope| {
                    let _ = &args;
                    #(#conversions)*
                    #outcome
                });
            }

            ::selvedge_ops::OpDecl {
                name: #text,
                length: #index,
                callback: || ::selvedge_ops::v8::MapFnTo::map_fn_to(callback),
                fast: #fast,
            }
        };
    })
}

fn sources(function: &mut ItemFn) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for input in &mut function.sig.inputs {
        let FnArg::Typed(parameter) = input else {
            return Err(Error::new_spanned(input, "an op is a free function: it has no `self`"));
        };
        let before = parameter.attrs.len();
        parameter.attrs.retain(|attribute| !attribute.path().is_ident("context"));
        let context = parameter.attrs.len() != before;
        let is_scope = matches!(&*parameter.ty, Type::Reference(reference) if reference.mutability.is_some())
            && matches!(&*parameter.pat, Pat::Ident(_));
        sources.push(if context {
            Source::Context((*parameter.ty).clone())
        } else if is_scope {
            Source::Scope
        } else {
            Source::Argument((*parameter.ty).clone())
        });
    }
    if let ReturnType::Type(_, ty) = &function.sig.output
        && matches!(&**ty, Type::Reference(reference) if reference.lifetime.as_ref().is_none_or(|l| l.ident != "static"))
    {
        return Err(Error::new_spanned(ty, "an op returns an owned value"));
    }
    Ok(sources)
}
