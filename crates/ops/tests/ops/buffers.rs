//! Bytes, both ways.

use bytes::Bytes;
use selvedge_ops::{Buffer, BufferMut, BufferRef, op};

use crate::harness::{Test, check};

pub(crate) const TESTS: &[Test] = &[
    ("buffers::views_show_their_part", views_show_their_part),
    ("buffers::detached_and_empty_buffers_have_no_bytes", detached_and_empty_buffers_have_no_bytes),
    ("buffers::other_values_are_refused", other_values_are_refused),
    ("buffers::writes_reach_javascript", writes_reach_javascript),
    ("buffers::results_are_fresh_uint8arrays", results_are_fresh_uint8arrays),
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
