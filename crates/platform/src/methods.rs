//! The methods of requests, as strings of JavaScript's.

use http::Method;
use selvedge_ops::v8;

/// The common methods, made once an instance: a string made anew for each request costs more than all that reads it.
pub(crate) struct Methods(Vec<(Method, v8::Global<v8::String>)>);

impl Methods {
    pub(crate) fn new(scope: &mut v8::PinScope<'_, '_>) -> Self {
        let common =
            [Method::GET, Method::POST, Method::HEAD, Method::PUT, Method::OPTIONS, Method::PATCH, Method::DELETE];
        let made = common.into_iter().filter_map(|method| {
            let text = method.as_str().as_bytes();
            let string = v8::String::new_from_one_byte(scope, text, v8::NewStringType::Internalized)?;
            Some((method, v8::Global::new(scope, string)))
        });
        Self(made.collect())
    }

    /// The string of a method; `None` where it is none of the common ones.
    pub(crate) fn get<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        method: &Method,
    ) -> Option<v8::Local<'s, v8::String>> {
        let (_, string) = self.0.iter().find(|(common, _)| common == method)?;
        Some(v8::Local::new(scope, string))
    }
}
