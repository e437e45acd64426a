//! JavaScript exceptions as Rust values.

use selvedge_ops::v8;

/// How many causes of causes are read: a chain may have no end.
const CAUSES: usize = 5;

/// A JavaScript exception, copied out of the isolate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsError {
    /// The exception's `name` if it is an error object, e.g. `TypeError`.
    pub name: Option<String>,
    /// The exception's `message`, or the value itself as text.
    pub message: String,
    /// The `stack` property: name, message and frames, with positions in the bundled modules.
    pub stack: Option<String>,
    /// Where a syntax error is, as no frame says so: module, line and column (from 1).
    pub location: Option<(String, u32, u32)>,
    /// The `cause` of an error object, if it has one.
    pub cause: Option<Box<JsError>>,
    /// Whether this is not an exception of the Worker's but the end of its execution by a limit.
    pub terminated: bool,
}

impl std::fmt::Display for JsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) if !self.message.is_empty() => write!(f, "{name}: {}", self.message),
            Some(name) => f.write_str(name),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for JsError {}

impl JsError {
    /// An error with a message only, for what did not come from JavaScript.
    pub fn text(message: impl Into<String>) -> Self {
        Self { name: None, message: message.into(), stack: None, location: None, cause: None, terminated: false }
    }

    /// The end of execution by a limit.
    pub(crate) fn termination() -> Self {
        Self { terminated: true, ..Self::text("Worker exceeded its limits and was terminated.") }
    }

    /// The stack if there is one, else name and message; then the same of its causes.
    pub fn report(&self) -> String {
        let mut report = self.report_alone();
        let mut cause = self.cause.as_deref();
        while let Some(error) = cause {
            report.push_str("\nCaused by: ");
            report.push_str(&error.report_alone());
            cause = error.cause.as_deref();
        }
        report
    }

    fn report_alone(&self) -> String {
        match (&self.stack, &self.location) {
            (Some(stack), _) if stack.contains("\n") => stack.clone(),
            (_, Some((module, line, column))) => format!("{self}\n    at {module}:{line}:{column}"),
            (Some(stack), None) if !stack.is_empty() => stack.clone(),
            _ => self.to_string(),
        }
    }

    /// Reads an exception. Its properties may be a guest's getters: what they throw is dropped.
    pub fn from_value(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Self {
        Self::read(scope, value, CAUSES)
    }

    fn read(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>, causes: usize) -> Self {
        v8::tc_scope!(let scope, scope);
        let Ok(object) = value.try_cast::<v8::Object>() else {
            let text = match value.to_string(scope) {
                Some(text) => text.to_rust_string_lossy(scope),
                None => "a value that has no text".into(),
            };
            return Self::text(text);
        };
        let property = |key: &str| {
            let key = v8::String::new(scope, key)?;
            object.get(scope, key.into())
        };
        let text = |key: &str| {
            let value = property(key)?;
            value.try_cast::<v8::String>().ok().map(|text| text.to_rust_string_lossy(scope))
        };
        let (name, message, stack) = (text("name"), text("message"), text("stack"));
        if message.is_none() && stack.is_none() {
            let text = value.to_string(scope).map(|text| text.to_rust_string_lossy(scope));
            return Self::text(text.unwrap_or_else(|| "an object that has no text".into()));
        }
        let cause = if causes == 0 { None } else { property("cause").filter(|cause| !cause.is_undefined()) };
        let cause = cause.map(|cause| Box::new(Self::read(scope, cause, causes - 1)));
        Self { name, message: message.unwrap_or_default(), stack, location: None, cause, terminated: false }
    }

    /// The exception that a `TryCatch` holds.
    pub fn caught(scope: &mut v8::PinnedRef<'_, v8::TryCatch<'_, '_, v8::HandleScope<'_>>>) -> Self {
        if scope.has_terminated() {
            return Self::termination();
        }
        let Some(exception) = scope.exception() else {
            return Self::termination();
        };
        let location = scope.message().and_then(|message| {
            let module = message.get_script_resource_name(scope)?.to_rust_string_lossy(scope);
            let line = u32::try_from(message.get_line_number(scope)?).ok()?;
            let column = u32::try_from(message.get_start_column()).ok()?;
            Some((module, line, column + 1))
        });
        Self { location, ..Self::from_value(scope, exception) }
    }
}

/// Calls a JavaScript function with `undefined` as `this`.
///
/// # Errors
/// What the function threw, or that its execution was terminated.
pub fn call_function<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    function: v8::Local<'s, v8::Function>,
    arguments: &[v8::Local<'s, v8::Value>],
) -> Result<v8::Local<'s, v8::Value>, JsError> {
    v8::tc_scope!(let scope, scope);
    let receiver = v8::undefined(scope).into();
    match function.call(scope, receiver, arguments) {
        Some(value) => Ok(value),
        None => Err(JsError::caught(scope)),
    }
}
