//! The invocations of an instance that are alive, by their numbers.
//!
//! Numbers are counted up, so a queue that is ordered by them grows at its end, where those that come and go are, and is
//! searched by halves: a few steps for an event that comes and goes alone, as most do. A hash table took some 200
//! instructions for one. Those that stay, such as the ones that have WebSockets, gather at the front.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Invocation;

/// Invocations, in the order of their numbers.
#[derive(Default)]
pub(crate) struct Alive(VecDeque<Arc<Invocation>>);

impl Alive {
    /// Puts one in.
    pub(crate) fn insert(&mut self, invocation: Arc<Invocation>) {
        let id = invocation.id();
        match self.0.back() {
            // Numbers begin anew after four thousand millions; and two threads may come in another order than they counted.
            Some(last) if last.id() > id => {
                let place = self.0.partition_point(|other| other.id() < id);
                self.0.insert(place, invocation);
            }
            _ => self.0.push_back(invocation),
        }
    }

    fn place(&self, id: u32) -> Option<usize> {
        match self.0.back() {
            Some(last) if last.id() == id => Some(self.0.len() - 1),
            _ => self.0.binary_search_by_key(&id, |invocation| invocation.id()).ok(),
        }
    }

    /// The one of this number.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<Invocation>> {
        self.place(id).and_then(|place| self.0.get(place))
    }

    /// Takes out the one of this number.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Arc<Invocation>> {
        self.place(id).and_then(|place| self.0.remove(place))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;
    use crate::{Extensions, InstanceState};

    #[test]
    fn each_is_found_by_its_number_until_it_is_taken_out() {
        let state = Arc::new(InstanceState::new(Arc::new(Memory::new(1 << 20))));
        let mut alive = Alive::default();
        for id in [7, 3, 9, u32::MAX, 1, 8] {
            alive.insert(Arc::new(Invocation::new(id, state.clone(), Extensions::new())));
        }
        for id in [3, 9, 8, u32::MAX, 7, 1] {
            assert_eq!(alive.get(id).map(|found| found.id()), Some(id));
            assert_eq!(alive.remove(id).map(|found| found.id()), Some(id));
            assert!(alive.get(id).is_none() && alive.remove(id).is_none());
        }
        assert_eq!(alive.len(), 0);
    }
}
