//! From Rust to JavaScript.

use std::collections::BTreeMap;

use selvedge_ops::{ByteString, Json, OpError, op, v8};

use crate::harness::{Test, check};

pub(crate) const TESTS: &[Test] = &[
    ("results::primitives", primitives),
    ("results::none_is_null_and_unit_is_undefined", none_is_null_and_unit_is_undefined),
    ("results::lists_and_tuples_are_arrays", lists_and_tuples_are_arrays),
    ("results::arrays_need_no_prototype", arrays_need_no_prototype),
    ("results::byte_strings_are_latin1", byte_strings_are_latin1),
    ("results::json_is_a_plain_value", json_is_a_plain_value),
    ("results::values_pass_unchanged", values_pass_unchanged),
];

#[op]
fn op_primitives() -> (bool, f64, i32, u32, u64, String) {
    (true, -0.0, i32::MIN, u32::MAX, 1 << 53, "\u{1f600}".into())
}

fn primitives() {
    check(
        &[op_primitives],
        &[
            ("op_primitives().join()", Ok("true,0,-2147483648,4294967295,9007199254740992,\u{1f600}")),
            ("Object.is(op_primitives()[1], -0)", Ok("true")),
            ("op_primitives().map((value) => typeof value).join()", Ok("boolean,number,number,number,number,string")),
        ],
    );
}

#[op]
fn op_nothing() {}

#[op]
fn op_maybe(value: Option<String>) -> Result<Option<String>, OpError> {
    Ok(value)
}

fn none_is_null_and_unit_is_undefined() {
    check(
        &[op_nothing, op_maybe],
        &[
            ("op_nothing()", Ok("undefined")),
            ("op_maybe(undefined) === null", Ok("true")),
            ("op_maybe('') === ''", Ok("true")),
        ],
    );
}

#[op]
fn op_lists(count: u32) -> Vec<(u32, Vec<String>)> {
    (0..count).map(|index| (index, vec!["x".into(); index as usize])).collect()
}

fn lists_and_tuples_are_arrays() {
    check(
        &[op_lists],
        &[("JSON.stringify(op_lists(3))", Ok(r#"[[0,[]],[1,["x"]],[2,["x","x"]]]"#)), ("op_lists(0).length", Ok("0"))],
    );
}

/// A guest may put setters on `Array.prototype`: they must not see what we return.
fn arrays_need_no_prototype() {
    let patched = "Object.defineProperty(Array.prototype, 0, { set() { throw 'seen' } }); op_lists(1)[0][0]";
    check(&[op_lists], &[(patched, Ok("0"))]);
}

#[op]
fn op_bytes() -> ByteString {
    ByteString(vec![0, b'a', 0xff])
}

fn byte_strings_are_latin1() {
    check(&[op_bytes], &[(r"op_bytes() === '\0a\xff'", Ok("true"))]);
}

#[op]
fn op_json() -> Json<BTreeMap<&'static str, Option<u32>>> {
    Json(BTreeMap::from([("__proto__", Some(1)), ("none", None)]))
}

fn json_is_a_plain_value() {
    check(
        &[op_json],
        &[
            ("JSON.stringify(op_json())", Ok(r#"{"__proto__":1,"none":null}"#)),
            ("Object.getPrototypeOf(op_json()) === Object.prototype", Ok("true")),
        ],
    );
}

#[op]
fn op_identity<'s>(value: v8::Local<'s, v8::Value>) -> v8::Local<'s, v8::Value> {
    value
}

fn values_pass_unchanged() {
    let source = "const object = {}; op_identity(object) === object && op_identity() === undefined";
    check(&[op_identity], &[(source, Ok("true"))]);
}
