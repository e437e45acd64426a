//! Values by type, for what upper layers hang on an instance or an invocation.

use std::any::{Any, TypeId};
use std::sync::Arc;

use smallvec::SmallVec;

/// A map from a type to one value of it.
///
/// The upper crates keep their own data with an instance or an invocation without this crate knowing the types.
/// There are a few, so it is a list rather than a hash table; and each invocation has its own, with one value as a rule, for
/// which nothing is allocated.
#[derive(Clone, Default)]
pub struct Extensions(SmallVec<[(TypeId, Arc<dyn Any + Send + Sync>); 1]>);

impl std::fmt::Debug for Extensions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extensions").field("len", &self.0.len()).finish()
    }
}

impl Extensions {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `value` in, in place of an earlier one of the same type.
    pub fn insert<T: Any + Send + Sync>(&mut self, value: Arc<T>) {
        self.0.retain(|(id, _)| *id != TypeId::of::<T>());
        self.0.push((TypeId::of::<T>(), value));
    }

    /// The value of type `T`.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let (_, value) = self.0.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
        value.clone().downcast().ok()
    }

    /// The value of type `T`, where it is.
    pub fn get_ref<T: Any + Send + Sync>(&self) -> Option<&T> {
        let (_, value) = self.0.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
        value.downcast_ref()
    }
}
