//! From JavaScript to Rust.

use std::fmt::Debug;
use std::sync::Arc;

use selvedge_ops::{ByteString, Json, OpError, SharedContext, op, v8};

use crate::harness::{Test, check, run_in};

pub(crate) const TESTS: &[Test] = &[
    ("arguments::integers_are_exact", integers_are_exact),
    ("arguments::numbers_and_booleans_are_not_coerced", numbers_and_booleans_are_not_coerced),
    ("arguments::strings_lose_lone_surrogates", strings_lose_lone_surrogates),
    ("arguments::byte_strings_are_latin1", byte_strings_are_latin1),
    ("arguments::options_take_null_and_undefined", options_take_null_and_undefined),
    ("arguments::lists_convert_each_item", lists_convert_each_item),
    ("arguments::locals_are_checked_for_their_type", locals_are_checked_for_their_type),
    ("arguments::json_is_deserialized", json_is_deserialized),
    ("arguments::context_comes_from_the_isolate", context_comes_from_the_isolate),
    ("arguments::optimized_code_calls_the_same_function", optimized_code_calls_the_same_function),
];

fn show(value: impl Debug) -> String {
    format!("{value:?}")
}

#[op]
fn op_u8(value: u8) -> String {
    show(value)
}

#[op]
fn op_i32(value: i32) -> String {
    show(value)
}

#[op]
fn op_u64(value: u64) -> String {
    show(value)
}

fn integers_are_exact() {
    check(
        &[op_u8, op_i32, op_u64],
        &[
            ("op_u8(255)", Ok("255")),
            ("op_u8(256)", Err("TypeError: op_u8: argument 1: expected an integer from 0 to 255")),
            ("op_u8(-1)", Err("TypeError: op_u8: argument 1: expected an integer from 0 to 255")),
            ("op_u8(1.5)", Err("TypeError: op_u8: argument 1: expected an integer from 0 to 255")),
            ("op_u8(NaN)", Err("TypeError: op_u8: argument 1: expected an integer from 0 to 255")),
            ("op_i32(-2147483648)", Ok("-2147483648")),
            ("op_i32(2147483648)", Err("TypeError: op_i32: argument 1: expected a 32-bit integer")),
            ("op_u64(2 ** 53)", Ok("9007199254740992")),
            ("op_u64(Infinity)", Err("TypeError: op_u64: argument 1: expected an unsigned integer")),
        ],
    );
}

#[op]
fn op_f64(value: f64) -> String {
    show(value)
}

#[op]
fn op_bool(value: bool) -> String {
    show(value)
}

fn numbers_and_booleans_are_not_coerced() {
    check(
        &[op_f64, op_bool],
        &[
            ("op_f64(-0)", Ok("-0.0")),
            ("op_f64(NaN)", Ok("NaN")),
            ("op_f64('1')", Err("TypeError: op_f64: argument 1: expected a number")),
            ("op_f64({ valueOf() { throw 'called' } })", Err("TypeError: op_f64: argument 1: expected a number")),
            ("op_bool(false)", Ok("false")),
            ("op_bool(0)", Err("TypeError: op_bool: argument 1: expected a boolean")),
            ("op_bool()", Err("TypeError: op_bool: argument 1: expected a boolean")),
        ],
    );
}

#[op]
fn op_string(value: String) -> String {
    show(value)
}

fn strings_lose_lone_surrogates() {
    check(
        &[op_string],
        &[
            (r"op_string('\u{1f600}')", Ok("\"\u{1f600}\"")),
            (r"op_string('a\ud83db')", Ok("\"a\u{fffd}b\"")),
            ("op_string(1)", Err("TypeError: op_string: argument 1: expected a string")),
        ],
    );
}

#[op]
fn op_byte_string(value: ByteString) -> String {
    show(value.0)
}

fn byte_strings_are_latin1() {
    check(
        &[op_byte_string],
        &[
            (r"op_byte_string('a\xff')", Ok("[97, 255]")),
            ("op_byte_string('')", Ok("[]")),
            (
                r"op_byte_string('\u0100')",
                Err("TypeError: op_byte_string: argument 1: expected a string of characters up to U+00FF"),
            ),
        ],
    );
}

#[op]
fn op_option(first: Option<u32>, second: Option<String>) -> String {
    show((first, second))
}

fn options_take_null_and_undefined() {
    check(
        &[op_option],
        &[
            ("op_option(null)", Ok("(None, None)")),
            ("op_option(undefined, 'b')", Ok("(None, Some(\"b\"))")),
            ("op_option(0, '')", Ok("(Some(0), Some(\"\"))")),
            ("op_option(0, 0)", Err("TypeError: op_option: argument 2: expected a string")),
            ("op_option.length", Ok("2")),
            ("op_option.name", Ok("op_option")),
            ("new op_option()", Err("TypeError: op_option is not a constructor")),
        ],
    );
}

#[op]
fn op_list(values: Vec<Option<u32>>) -> String {
    show(values)
}

fn lists_convert_each_item() {
    check(
        &[op_list],
        &[
            ("op_list([1, null, 3])", Ok("[Some(1), None, Some(3)]")),
            ("op_list([])", Ok("[]")),
            ("op_list(['1'])", Err("TypeError: op_list: argument 1: expected a number")),
            ("op_list({ length: 1, 0: 1 })", Err("TypeError: op_list: argument 1: expected an array")),
            ("op_list(Object.defineProperty([], 0, { get() { throw 'mine' } }))", Err("mine")),
        ],
    );
}

#[op]
fn op_locals<'s>(function: v8::Local<'s, v8::Function>, _object: v8::Local<'s, v8::Object>) -> bool {
    function.is_async_function()
}

fn locals_are_checked_for_their_type() {
    check(
        &[op_locals],
        &[
            ("op_locals(async () => {}, [])", Ok("true")),
            ("op_locals({}, {})", Err("TypeError: op_locals: argument 1: expected a function")),
            ("op_locals(() => {}, null)", Err("TypeError: op_locals: argument 2: expected an object")),
        ],
    );
}

#[op]
fn op_json(value: Json<Vec<(String, u8)>>) -> String {
    show(value.0)
}

fn json_is_deserialized() {
    check(
        &[op_json],
        &[
            ("op_json([['a', 1]])", Ok("[(\"a\", 1)]")),
            (
                "op_json([['a', 256]])",
                Err("TypeError: op_json: argument 1: invalid value: integer `256`, expected u8 at line 1 column 9"),
            ),
            ("op_json({ toJSON() { throw 'mine' } })", Err("mine")),
        ],
    );
}

struct Tenant(&'static str);

impl SharedContext for Tenant {
    fn shared(scope: &mut v8::PinScope<'_, '_>) -> Result<Arc<Self>, OpError> {
        scope.get_slot::<Arc<Self>>().cloned().ok_or_else(|| OpError::error("no tenant"))
    }
}

#[op]
fn op_tenant(before: u32, #[context] tenant: Arc<Tenant>, after: u32) -> String {
    show((before, tenant.0, after))
}

fn context_comes_from_the_isolate() {
    let called = run_in(&[op_tenant], "op_tenant(1, 2)", |isolate| {
        isolate.set_slot(Arc::new(Tenant("ours")));
    });
    assert_eq!(called.unwrap(), "(1, \"ours\", 2)");
    check(&[op_tenant], &[("op_tenant.length", Ok("2")), ("op_tenant(1, 2)", Err("Error: no tenant"))]);
}

#[op]
fn op_select(first: bool, a: u32, b: i32, scale: f64) -> f64 {
    scale * if first { f64::from(a) } else { f64::from(b) }
}

fn optimized_code_calls_the_same_function() {
    assert_eq!(op_select.fast.len(), 1);
    assert!(op_json.fast.is_empty() && op_tenant.fast.is_empty());
    let source = "
        const f = (a, b) => op_select(true, a, b, 0.5) + op_select(false, a, b, 2);
        %PrepareFunctionForOptimization(f);
        const first = f(4294967295, -2147483648);
        %OptimizeFunctionOnNextCall(f);
        const second = f(4294967295, -2147483648);
        `${first} ${second}`";
    check(&[op_select], &[(source, Ok("-2147483648.5 -2147483648.5"))]);
}
