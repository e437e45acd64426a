//! Ops that return promises.

use selvedge_ops::{Buffer, OpDecl, OpError, op, v8};

use crate::harness::{Test, check, run_in, with_async_host};

pub(crate) const TESTS: &[Test] = &[
    ("asynchronous::a_result_resolves", a_result_resolves),
    ("asynchronous::an_error_rejects", an_error_rejects),
    ("asynchronous::an_argument_is_checked_at_once", an_argument_is_checked_at_once),
    ("asynchronous::a_deferred_op_begins_at_once", a_deferred_op_begins_at_once),
    ("asynchronous::no_host_is_an_error", no_host_is_an_error),
];

#[op]
async fn op_divide(a: u32, b: u32) -> Result<u32, OpError> {
    a.checked_div(b).ok_or_else(|| OpError::range_error("division by zero"))
}

#[op]
async fn op_bytes() -> Buffer {
    Buffer(vec![1, 2])
}

#[op(async)]
fn op_deferred(
    scope: &mut v8::PinScope<'_, '_>,
    seen: v8::Local<'_, v8::Array>,
) -> Result<impl Future<Output = String> + use<>, OpError> {
    if seen.length() > 0 {
        return Err(OpError::type_error("seen before"));
    }
    let item = v8::Boolean::new(scope, true);
    seen.set_index(scope, 0, item.into()).ok_or_else(OpError::pending)?;
    Ok(async { "done".to_owned() })
}

const OPS: &[OpDecl] = &[op_divide, op_bytes, op_deferred];

fn a_result_resolves() {
    assert_eq!(run_in(OPS, "op_divide(6, 2)", with_async_host).unwrap(), "3");
    assert_eq!(run_in(OPS, "op_bytes().then((bytes) => bytes.join('-'))", with_async_host).unwrap(), "1-2");
}

fn an_error_rejects() {
    assert_eq!(run_in(OPS, "op_divide(6, 0)", with_async_host).unwrap_err(), "RangeError: division by zero");
}

fn an_argument_is_checked_at_once() {
    let source = "try { op_divide(6, 'a'); 'no exception' } catch (error) { error.message }";
    assert_eq!(run_in(OPS, source, with_async_host).unwrap(), "op_divide: argument 2: expected a number");
}

fn a_deferred_op_begins_at_once() {
    let begun = "const seen = []; op_deferred(seen); `${seen}`";
    assert_eq!(run_in(OPS, begun, with_async_host).unwrap(), "true");
    assert_eq!(run_in(OPS, "op_deferred([])", with_async_host).unwrap(), "done");
    let thrown = "try { op_deferred([1]); 'no exception' } catch (error) { error.message }";
    assert_eq!(run_in(OPS, thrown, with_async_host).unwrap(), "seen before");
}

fn no_host_is_an_error() {
    check(OPS, &[("op_divide(6, 2)", Err("Error: this isolate runs no asynchronous work"))]);
}
