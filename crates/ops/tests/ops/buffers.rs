//! Bytes, both ways.

use std::sync::Mutex;

use bytes::Bytes;
use selvedge_ops::{Buffer, BufferMut, BufferRef, FrozenBytes, op};

use crate::harness::{Test, check};

pub(crate) const TESTS: &[Test] = &[
    ("buffers::views_show_their_part", views_show_their_part),
    ("buffers::detached_and_empty_buffers_have_no_bytes", detached_and_empty_buffers_have_no_bytes),
    ("buffers::other_values_are_refused", other_values_are_refused),
    ("buffers::writes_reach_javascript", writes_reach_javascript),
    ("buffers::results_are_fresh_uint8arrays", results_are_fresh_uint8arrays),
    (
        "buffers::many_frozen_bytes_are_shared_and_outlive_the_isolate",
        many_frozen_bytes_are_shared_and_outlive_the_isolate,
    ),
];

#[op]
fn op_hex(bytes: BufferRef<'_>) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn views_show_their_part() {
    check(
        &[op_hex],
        &[
            ("op_hex(new Uint8Array([1, 2, 255]))", Ok("0102ff")),
            ("op_hex(new Uint8Array([1, 2, 255]).buffer)", Ok("0102ff")),
            ("op_hex(new Uint8Array([1, 2, 255]).subarray(1, 2))", Ok("02")),
            ("op_hex(new DataView(new Uint8Array([1, 2, 255]).buffer, 2))", Ok("ff")),
            ("op_hex(new Uint16Array([0x0102]))", Ok("0201")),
            ("const large = new Uint8Array(5000).fill(7); op_hex(large).length", Ok("10000")),
        ],
    );
}

/// What was frozen.
static FROZEN: Mutex<Vec<Bytes>> = Mutex::new(Vec::new());

/// Keeps bytes, and says whether they lie where JavaScript has them.
#[op]
fn op_freeze(bytes: FrozenBytes, same: BufferRef<'_>) -> bool {
    let shared = bytes.0.as_ptr() == same.as_ptr();
    FROZEN.lock().unwrap().push(bytes.0);
    shared
}

fn many_frozen_bytes_are_shared_and_outlive_the_isolate() {
    check(
        &[op_freeze],
        &[
            ("const many = new Uint8Array(5000).fill(1); op_freeze(many, many)", Ok("true")),
            ("const part = new Uint8Array(9000).fill(2).subarray(4000); op_freeze(part, part)", Ok("true")),
            ("const few = new Uint8Array(3).fill(3); op_freeze(few, few)", Ok("false")),
            (
                "const shrinks = new Uint8Array(new ArrayBuffer(5000, { maxByteLength: 5000 })).fill(4);
                 const copied = !op_freeze(shrinks, shrinks); shrinks.buffer.resize(0); copied",
                Ok("true"),
            ),
            (
                "const left = new Uint8Array(5000).fill(5); op_freeze(left, left); left.buffer.transfer(0); left.length",
                Ok("0"),
            ),
            (
                "op_freeze('ab', new Uint8Array(1))",
                Err("TypeError: op_freeze: argument 1: expected an ArrayBuffer or a view of one"),
            ),
            (
                "op_freeze(new Uint8Array(new SharedArrayBuffer(5000)), new Uint8Array(1))",
                Err("TypeError: op_freeze: argument 1: a shared buffer is not allowed here"),
            ),
        ],
    );
    // The isolates are gone; another thread lets go of the bytes.
    let frozen = std::mem::take(&mut *FROZEN.lock().unwrap());
    let lengths: Vec<_> = frozen.iter().map(|bytes| (bytes[0], bytes.len())).collect();
    assert_eq!(lengths, [(1, 5000), (2, 5000), (3, 3), (4, 5000), (5, 5000)]);
    assert!(frozen.iter().all(|bytes| bytes.iter().all(|byte| *byte == bytes[0])));
    std::thread::spawn(move || drop(frozen)).join().unwrap();
}

fn detached_and_empty_buffers_have_no_bytes() {
    check(
        &[op_hex],
        &[
            ("op_hex(new ArrayBuffer(0))", Ok("")),
            ("op_hex(new Uint8Array(0))", Ok("")),
            ("const view = new Uint8Array(8); view.buffer.transfer(); op_hex(view)", Ok("")),
            ("const buffer = new ArrayBuffer(8); buffer.transfer(); op_hex(buffer)", Ok("")),
            (
                "const buffer = new ArrayBuffer(8, { maxByteLength: 8 }); const view = new Uint8Array(buffer, 4);
                 buffer.resize(2); op_hex(view)",
                Ok(""),
            ),
        ],
    );
}

fn other_values_are_refused() {
    check(
        &[op_hex],
        &[
            ("op_hex('ab')", Err("TypeError: op_hex: argument 1: expected an ArrayBuffer or a view of one")),
            ("op_hex([1])", Err("TypeError: op_hex: argument 1: expected an ArrayBuffer or a view of one")),
            (
                "op_hex(new SharedArrayBuffer(1))",
                Err("TypeError: op_hex: argument 1: a shared buffer is not allowed here"),
            ),
            (
                "op_hex(new Uint8Array(new SharedArrayBuffer(1)))",
                Err("TypeError: op_hex: argument 1: a shared buffer is not allowed here"),
            ),
        ],
    );
}

#[op]
fn op_count(mut bytes: BufferMut<'_>) {
    for (index, byte) in bytes.as_mut_slice().iter_mut().enumerate() {
        *byte = index as u8;
    }
}

fn writes_reach_javascript() {
    check(
        &[op_count],
        &[
            ("const bytes = new Uint8Array(4); op_count(bytes); bytes.join()", Ok("0,1,2,3")),
            ("const bytes = new Uint8Array(4); op_count(bytes.subarray(2)); bytes.join()", Ok("0,0,0,1")),
            ("const buffer = new ArrayBuffer(3); op_count(buffer); new Uint8Array(buffer).join()", Ok("0,1,2")),
        ],
    );
}

#[op]
fn op_copy(bytes: Bytes) -> Buffer {
    Buffer(bytes.into())
}

#[op]
fn op_share(bytes: Bytes) -> Option<Bytes> {
    Some(bytes)
}

fn results_are_fresh_uint8arrays() {
    check(
        &[op_copy, op_share],
        &[
            ("op_copy(new Uint8Array([1, 2])).constructor === Uint8Array", Ok("true")),
            ("const bytes = new Uint8Array([1, 2]); const copy = op_copy(bytes); bytes[0] = 9; copy.join()", Ok("1,2")),
            ("op_share(new Uint8Array([1, 2])).join()", Ok("1,2")),
            ("op_copy(new ArrayBuffer(0)).byteLength", Ok("0")),
            ("const { buffer } = op_copy(new ArrayBuffer(8)); buffer.transfer(); buffer.detached", Ok("true")),
        ],
    );
}
