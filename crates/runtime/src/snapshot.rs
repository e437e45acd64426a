//! The startup snapshot: a heap in which our JavaScript has already run.
//!
//! It is made when the process starts rather than when it is built: a build script would have to link V8 a
//! second time, and the making costs tens of milliseconds once. The snapshot refers to ops and to our sources
//! by their place in one table of addresses, which must be the same for its maker and its users.

use selvedge_ops::v8;

use crate::JsError;
use crate::internal::{self, InternalScript};

/// A startup snapshot and the table of addresses that it refers to.
#[derive(Clone, Copy)]
pub struct Snapshot {
    blob: &'static [u8],
    references: &'static [v8::ExternalReference],
}

#[allow(unsafe_code)]
// SAFETY: the table holds addresses of functions and of constants that live as long as the process.
unsafe impl Send for Snapshot {}
#[allow(unsafe_code)]
// SAFETY: as above; nothing in it is ever written.
unsafe impl Sync for Snapshot {}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("bytes", &self.blob.len()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Runs the scripts and keeps the heap that results. The first one's result is an array: what is called from outside,
    /// and a function that gives what modules outside of the snapshot import of it, by specifier. Leaks the snapshot:
    /// there is one in a process, used until the end.
    ///
    /// # Errors
    /// When a script of ours does not compile or throws.
    pub(crate) fn build(scripts: &[InternalScript]) -> Result<Self, JsError> {
        let texts = scripts
            .iter()
            .map(|script| internal::external(script.name, script.source))
            .collect::<Result<Vec<_>, _>>()?;
        let mut references: Vec<v8::ExternalReference> =
            scripts.iter().flat_map(|script| &script.ops).flat_map(selvedge_ops::OpDecl::external_references).collect();
        references.extend(
            texts.iter().map(|text| v8::ExternalReference { pointer: std::ptr::from_ref(*text).cast_mut().cast() }),
        );
        references.push(selvedge_ops::deferred_reference());
        references.push(v8::ExternalReference { pointer: std::ptr::null_mut() });
        let references: &'static [v8::ExternalReference] = Box::leak(references.into_boxed_slice());

        let mut isolate = v8::Isolate::snapshot_creator(Some(references.into()), None);
        isolate.set_microtasks_policy(v8::MicrotasksPolicy::Explicit);
        let result = {
            v8::scope!(let scope, &mut isolate);
            let context = v8::Context::new(scope, v8::ContextOptions::default());
            let result = {
                let scope = &mut v8::ContextScope::new(scope, context);
                run(scope, scripts, &texts).map(|data| {
                    for (place, datum) in data.into_iter().enumerate() {
                        let index = scope.add_context_data(context, datum);
                        debug_assert_eq!(index, place, "the context's data are in order");
                    }
                })
            };
            scope.set_default_context(context);
            result
        };
        // V8 insists on a blob before the creator goes, even when it is not wanted.
        let blob = isolate.create_blob(v8::FunctionCodeHandling::Keep);
        result?;
        let blob = blob.ok_or_else(|| JsError::text("V8 made no snapshot"))?;
        Ok(Self { blob: with_its_hashes(&blob)?, references })
    }

    /// The parameters of an isolate that starts from the snapshot.
    pub(crate) fn create_params(&self) -> v8::CreateParams {
        v8::CreateParams::default()
            .snapshot_blob(v8::StartupData::from(self.blob))
            .external_references(self.references.into())
    }

    /// The two objects that the first script gave. Once per context.
    pub(crate) fn exports<'s>(scope: &mut v8::PinScope<'s, '_>) -> Result<[v8::Local<'s, v8::Object>; 2], JsError> {
        let datum = |index| {
            scope
                .get_context_data_from_snapshot_once::<v8::Object>(index)
                .map_err(|error| JsError::text(format!("the snapshot lacks its exports: {error}")))
        };
        Ok([datum(0)?, datum(1)?])
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.blob.len()
    }
}

/// The snapshot, leaked, marked as one that keeps its hashes. V8 would otherwise make them anew in each isolate, with a seed of its
/// own, which took a twentieth of the making; but what the snapshot has is of this process already, and random.
///
/// # Errors
/// When the mark is not where it is in V8 15.2 (`snapshot/snapshot.cc`, "Snapshot blob layout").
fn with_its_hashes(blob: &[u8]) -> Result<&'static [u8], JsError> {
    /// The header's second number, which its checksum leaves out.
    const REHASHABILITY: std::ops::Range<usize> = 4..8;
    let mut blob = blob.to_vec();
    blob[REHASHABILITY].fill(0);
    let blob: &'static [u8] = blob.leak();
    if v8::StartupData::from(blob).can_be_rehashed() {
        return Err(JsError::text("V8's snapshots have another header now"));
    }
    Ok(blob)
}

fn run<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    scripts: &[InternalScript],
    texts: &[&'static v8::OneByteConst],
) -> Result<[v8::Local<'s, v8::Object>; 2], JsError> {
    let mut results = Vec::new();
    for (script, text) in scripts.iter().zip(texts) {
        results.push(internal::run(scope, script, text)?);
    }
    let first = results.first().and_then(|result| result.try_cast::<v8::Array>().ok());
    let object = |index| first?.get_index(scope, index)?.try_cast::<v8::Object>().ok();
    match (object(0), object(1)) {
        (Some(exports), Some(shared)) => Ok([exports, shared]),
        _ => Err(JsError::text("the platform's script gives no exports")),
    }
}
