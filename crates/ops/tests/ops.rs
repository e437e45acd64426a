use selvedge_ops::*;
#[op]
fn op_add(a: u32, b: f64) -> f64 {
    f64::from(a) + b
}
#[op]
fn op_scope<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    v: v8::Local<'s, v8::Value>,
    b: BufferRef<'s>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let _ = (scope, b);
    Ok(v)
}
#[op]
async fn op_async(a: String) -> Result<String, OpError> {
    Ok(a)
}
#[op(async)]
fn op_deferred(scope: &mut v8::PinScope<'_, '_>, a: String) -> Result<impl Future<Output = String> + use<>, OpError> {
    let _ = scope;
    Ok(async move { a })
}
#[test]
fn t() {
    assert_eq!(op_add.fast.len(), 1);
    assert_eq!(op_scope.length, 2);
    let _ = (op_async, op_deferred);
}
