//! R2 buckets on `env` (<https://developers.cloudflare.com/r2/api/workers/workers-api-reference/>): the ops behind
//! `js/r2/`. A body goes from where it comes to the bucket, and back, without entering JavaScript.

mod body;
mod convert;
mod ops;
mod uploads;

use selvedge_ops::OpDecl;

pub(crate) const OPS: &[OpDecl] = &[
    ops::op_r2_delete,
    ops::op_r2_get,
    ops::op_r2_head,
    ops::op_r2_list,
    ops::op_r2_put,
    uploads::op_r2_abort_upload,
    uploads::op_r2_complete_upload,
    uploads::op_r2_create_upload,
    uploads::op_r2_upload_part,
];
