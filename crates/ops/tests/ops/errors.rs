//! What an op that fails throws.

use selvedge_ops::{ErrorClass, OpError, op, v8};

use crate::harness::{Test, check, op_set_dom_exception};

pub(crate) const TESTS: &[Test] = &[
    ("errors::each_class_is_its_exception", each_class_is_its_exception),
    ("errors::dom_exceptions_use_the_class_of_the_isolate", dom_exceptions_use_the_class_of_the_isolate),
    ("errors::exceptions_of_called_functions_pass_through", exceptions_of_called_functions_pass_through),
    ("errors::values_are_thrown_as_they_are", values_are_thrown_as_they_are),
    ("errors::a_panic_is_an_error", a_panic_is_an_error),
];

#[op]
fn op_fail(class: String) -> Result<(), OpError> {
    Err(match class.as_str() {
        "type" => OpError::type_error("text"),
        "range" => OpError::range_error("text"),
        "syntax" => OpError::new(ErrorClass::Syntax, "text"),
        "dom" => OpError::dom("DataError", "text"),
        _ => OpError::error("text"),
    })
}

fn each_class_is_its_exception() {
    check(
        &[op_fail],
        &[
            ("op_fail('')", Err("Error: text")),
            ("op_fail('type')", Err("TypeError: text")),
            ("op_fail('range')", Err("RangeError: text")),
            ("op_fail('syntax')", Err("SyntaxError: text")),
            // Before the class is known.
            ("op_fail('dom')", Err("Error: text")),
            ("try { op_fail('type') } catch (error) { error instanceof TypeError }", Ok("true")),
        ],
    );
}

fn dom_exceptions_use_the_class_of_the_isolate() {
    let source = "
        class DOMException { constructor(message, name) { this.text = `${name}: ${message}` } }
        op_set_dom_exception(DOMException);
        try { op_fail('dom') } catch (error) { error instanceof DOMException && error.text }";
    check(&[op_fail, op_set_dom_exception], &[(source, Ok("DataError: text"))]);
}

#[op]
fn op_call<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    function: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let receiver = v8::undefined(scope).into();
    function.call(scope, receiver, &[]).ok_or_else(OpError::pending)
}

fn exceptions_of_called_functions_pass_through() {
    let source = "
        const mine = {};
        try { op_call(() => { throw mine }) } catch (error) { error === mine }";
    check(&[op_call], &[(source, Ok("true")), ("op_call(() => 'fine')", Ok("fine"))]);
}

#[op]
fn op_throw(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<(), OpError> {
    Err(OpError::value(scope, value))
}

fn values_are_thrown_as_they_are() {
    let source = "const mine = {}; try { op_throw(mine) } catch (error) { error === mine }";
    check(&[op_throw], &[(source, Ok("true")), ("op_throw('text')", Err("text"))]);
}

#[op]
fn op_panic(_text: String) {
    panic!("a panic in an op")
}

fn a_panic_is_an_error() {
    let twice = "try { op_panic('') } catch {} op_panic('')";
    check(&[op_panic], &[(twice, Err("Error: internal error"))]);
}
