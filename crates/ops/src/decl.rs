//! What the engine needs to know of an op to make a function of it.

/// An op as the engine sees it: made by [`macro@crate::op`], listed by an extension.
#[derive(Clone, Copy)]
pub struct OpDecl {
    /// The function's name, as JavaScript imports it from `selvedge:ops`.
    pub name: &'static str,
    /// How many JavaScript arguments it takes.
    pub length: i32,
    /// Gives the callback. A function rather than a value, as `v8` makes callbacks at run time only.
    pub callback: fn() -> v8::FunctionCallback,
    /// The variant that optimized code may call directly, if the types allow one.
    pub fast: &'static [v8::fast_api::CFunction],
}

impl std::fmt::Debug for OpDecl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpDecl").field("name", &self.name).field("length", &self.length).finish_non_exhaustive()
    }
}

impl OpDecl {
    /// Makes the JavaScript function of this op.
    pub fn function<'s>(&self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Function>> {
        let builder = v8::FunctionTemplate::builder_raw((self.callback)())
            .length(self.length)
            .constructor_behavior(v8::ConstructorBehavior::Throw);
        let template = if self.fast.is_empty() { builder.build(scope) } else { builder.build_fast(scope, self.fast) };
        let function = template.get_function(scope)?;
        function.set_name(v8::String::new(scope, self.name)?);
        Some(function)
    }

    /// The addresses that a startup snapshot holds for this op, in a fixed order.
    pub fn external_references(&self) -> Vec<v8::ExternalReference> {
        let mut references = vec![v8::ExternalReference { function: (self.callback)() }];
        for fast in self.fast {
            references.push(v8::ExternalReference { pointer: fast.address().cast_mut() });
            references.push(v8::ExternalReference { type_info: fast.type_info() });
        }
        references
    }
}
