//! Exceptions as values.

use std::borrow::Cow;

/// Which JavaScript exception an [`OpError`] becomes.
#[derive(Debug)]
pub enum ErrorClass {
    /// `Error`
    Error,
    /// `TypeError`
    Type,
    /// `RangeError`
    Range,
    /// `SyntaxError`
    Syntax,
    /// `DOMException` of this name, e.g. `"DataError"` (<https://webidl.spec.whatwg.org/#idl-DOMException>).
    Dom(&'static str),
    /// A JavaScript value to throw as it is.
    Value(v8::Global<v8::Value>),
    /// V8 has an exception scheduled already: JavaScript called by the op threw it.
    Pending,
}

/// Why an op failed, and which exception says so.
#[derive(Debug)]
pub struct OpError {
    class: ErrorClass,
    message: Cow<'static, str>,
}

impl std::fmt::Display for OpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for OpError {}

impl OpError {
    /// An error of any class.
    pub fn new(class: ErrorClass, message: impl Into<Cow<'static, str>>) -> Self {
        Self { class, message: message.into() }
    }

    /// An `Error`.
    pub fn error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorClass::Error, message)
    }

    /// A `TypeError`.
    pub fn type_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorClass::Type, message)
    }

    /// A `RangeError`.
    pub fn range_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorClass::Range, message)
    }

    /// A `DOMException` of the given name.
    pub fn dom(name: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorClass::Dom(name), message)
    }

    /// A JavaScript value, thrown as it is.
    pub fn value(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Self {
        Self::new(ErrorClass::Value(v8::Global::new(scope, value)), "a JavaScript exception")
    }

    /// The exception is scheduled in V8 already.
    pub fn pending() -> Self {
        Self::new(ErrorClass::Pending, "a JavaScript exception is pending")
    }

    /// The class of the exception.
    pub fn class(&self) -> &ErrorClass {
        &self.class
    }

    /// Names the op and argument whose conversion failed. Our own JavaScript converts before it calls an op,
    /// so this text shows a defect of ours rather than of a guest.
    #[must_use]
    pub fn in_argument(self, op: &str, index: i32) -> Self {
        match self.class {
            ErrorClass::Pending | ErrorClass::Value(_) => self,
            class => Self { class, message: format!("{op}: argument {}: {}", index + 1, self.message).into() },
        }
    }

    /// The exception as a JavaScript value, or `None` when one is scheduled already.
    pub fn into_exception<'s>(self, scope: &mut v8::PinScope<'s, '_>) -> Option<v8::Local<'s, v8::Value>> {
        let text = |scope: &mut v8::PinScope<'s, '_>, message: &str| {
            v8::String::new(scope, message).unwrap_or_else(|| v8::String::empty(scope))
        };
        let message = text(scope, &self.message);
        Some(match self.class {
            ErrorClass::Error => v8::Exception::error(scope, message),
            ErrorClass::Type => v8::Exception::type_error(scope, message),
            ErrorClass::Range => v8::Exception::range_error(scope, message),
            ErrorClass::Syntax => v8::Exception::syntax_error(scope, message),
            ErrorClass::Value(value) => v8::Local::new(scope, value),
            ErrorClass::Pending => return None,
            ErrorClass::Dom(name) => {
                let name = text(scope, name);
                dom_exception(scope, message, name).unwrap_or_else(|| v8::Exception::error(scope, message))
            }
        })
    }
}

/// The constructor of `DOMException`, kept where [`OpError`] finds it.
struct DomException(v8::Global<v8::Function>);

/// Tells this isolate its `DOMException` class. Without it, such errors are thrown as `Error`.
pub fn set_dom_exception(scope: &mut v8::PinScope<'_, '_>, constructor: v8::Local<'_, v8::Function>) {
    let constructor = v8::Global::new(scope, constructor);
    scope.set_slot(DomException(constructor));
}

fn dom_exception<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    message: v8::Local<'s, v8::String>,
    name: v8::Local<'s, v8::String>,
) -> Option<v8::Local<'s, v8::Value>> {
    let constructor = scope.get_slot::<DomException>()?.0.clone();
    let constructor = v8::Local::new(scope, constructor);
    let exception = constructor.new_instance(scope, &[message.into(), name.into()])?;
    Some(exception.into())
}

impl From<std::convert::Infallible> for OpError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
