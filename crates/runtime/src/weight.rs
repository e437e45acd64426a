//! What an isolate takes in memory: how it is weighed, and what is too much.

use selvedge_ops::v8;

use crate::memory::Memory;
use crate::{InstanceState, Limit};

/// By how much V8's count of the bytes of buffers may exceed an instance's limit: right after a collection it still
/// has those of dead buffers, which are freed in the background. A guest that makes nothing but garbage was seen at 1.6.
const UNSWEPT: usize = 3;

/// By how much the objects of the heap and the buffers together may exceed the limit, in parts of a hundred. Each of
/// the two is bounded by itself, exactly; together they are weighed at full collections, when our count, too, still has
/// some dead buffers in it.
const TOGETHER: usize = 125;

/// Whether it is more than an instance may have. Right after a full collection.
pub(crate) fn is_too_much(statistics: &v8::HeapStatistics, memory: &Memory) -> bool {
    let together = statistics.used_heap_size().saturating_add(memory.used()).saturating_add(memory.wasm());
    statistics.external_memory() / UNSWEPT > memory.limit() || together / TOGETHER * 100 > memory.limit()
}

/// Whether the objects of the heap alone are. At any time.
pub(crate) fn heap_is_too_much(statistics: &v8::HeapStatistics, memory: &Memory) -> bool {
    statistics.used_heap_size() / TOGETHER * 100 > memory.limit()
}

/// Weighs what WebAssembly holds: its memories grow without a word.
pub(crate) fn weigh_wasm(isolate: &mut v8::Isolate, state: &InstanceState) {
    let memory = state.memory();
    if memory.wasm() > memory.limit() {
        isolate.low_memory_notification();
        if memory.wasm() > memory.limit() {
            state.condemn(Limit::Memory);
        }
    }
}

/// What an isolate takes and V8's statistics do not tell: some 850 kB of tables that it allocates beside its heap (the
/// stub caches alone have 360 kB), less what is untouched of the pages that it counts whole. It is the difference to
/// what each of a hundred isolates adds to the resident memory while nothing of it is given back: what
/// [`crate::empty_caches`] does give comes off when an instance is put to rest, as it may be taken again before.
const UNTOLD: usize = 304 << 10;

/// What an isolate takes in memory: the pages of its heap, what V8 has beside it, and the bytes of buffers, less those
/// that it shares.
pub(crate) fn weigh(isolate: &mut v8::Isolate, shared: usize) -> usize {
    let statistics = isolate.get_heap_statistics();
    let external = statistics.external_memory().saturating_sub(shared);
    UNTOLD + statistics.total_physical_size() + statistics.malloced_memory() + external
}
