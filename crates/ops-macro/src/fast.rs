//! V8 fast calls for functions of numbers and booleans.
//!
//! Such a function needs neither a scope nor a conversion that can throw, so optimized JavaScript may call
//! it as C. Everything else goes through the ordinary callback, whose cost the conversions outweigh anyway.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{FnArg, ItemFn, ReturnType, Type};

/// The expression for `OpDecl::fast`, if every parameter and the result are primitive.
pub(crate) fn fast_call(function: &ItemFn, name: &Ident) -> Option<TokenStream> {
    let mut parameters = Vec::new();
    let mut types = Vec::new();
    for (index, input) in function.sig.inputs.iter().enumerate() {
        let FnArg::Typed(parameter) = input else { return None };
        let (rust, v8) = primitive(&parameter.ty)?;
        let argument = format_ident!("a{index}");
        parameters.push((argument, rust));
        types.push(v8);
    }
    let (result, result_type) = match &function.sig.output {
        ReturnType::Default => (quote!(()), quote!(Void)),
        ReturnType::Type(_, ty) => primitive(ty)?,
    };
    let names: Vec<_> = parameters.iter().map(|(name, _)| name).collect();
    let declared = parameters.iter().map(|(name, ty)| quote!(#name: #ty));
    Some(quote! {{
        extern "C" fn fast(
            _receiver: ::selvedge_ops::v8::Local<'_, ::selvedge_ops::v8::Object>,
            #(#declared),*
        ) -> #result {
            // A panic must not unwind into C++: it gives zero, as there is no way to throw here.
            ::std::panic::catch_unwind(|| #name(#(#names),*)).unwrap_or_default()
        }
        const INFO: &::selvedge_ops::v8::fast_api::CFunctionInfo = &::selvedge_ops::v8::fast_api::CFunctionInfo::new(
            ::selvedge_ops::v8::fast_api::Type::#result_type.as_info(),
            &[
                ::selvedge_ops::v8::fast_api::Type::V8Value.as_info(),
                #(::selvedge_ops::v8::fast_api::Type::#types.as_info()),*
            ],
            ::selvedge_ops::v8::fast_api::Int64Representation::Number,
        );
        const FAST: &[::selvedge_ops::v8::fast_api::CFunction] =
            &[::selvedge_ops::v8::fast_api::CFunction::new(fast as *const _, INFO)];
        FAST
    }})
}

fn primitive(ty: &Type) -> Option<(TokenStream, TokenStream)> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?.to_string();
    Some(match name.as_str() {
        "bool" => (quote!(bool), quote!(Bool)),
        "i32" => (quote!(i32), quote!(Int32)),
        "u32" => (quote!(u32), quote!(Uint32)),
        "f64" => (quote!(f64), quote!(Float64)),
        _ => return None,
    })
}
