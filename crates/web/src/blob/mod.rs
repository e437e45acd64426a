//! Blob, File and FormData: the Rust side, which parses `multipart/form-data`.

mod multipart;

use selvedge_ops::OpDecl;

/// The ops of this standard.
pub(crate) const OPS: &[OpDecl] = &[multipart::op_form_data_boundary, multipart::op_form_data_parse];
