//! The invocations of an instance that are alive, by their numbers.
//!
//! Numbers are counted up, as they are put in, so a queue that is ordered by them grows at its end, where those that come and go are, and is
//! searched by halves: a few steps for an event that comes and goes alone, as most do. A hash table took some 200
//! instructions for one. Those that stay, such as the ones that have WebSockets, gather at the front.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Invocation;

/// Invocations, in the order of their numbers.
#[derive(Default)]
pub(crate) struct Alive {
    queue: VecDeque<Arc<Invocation>>,
    /// The last number.
    last: u32,
}

impl Alive {
    /// Puts one in that is made with its number.
    pub(crate) fn insert(&mut self, make: impl FnOnce(u32) -> Arc<Invocation>) -> Arc<Invocation> {
        let mut id = self.last.wrapping_add(1);
        // Numbers begin anew after four thousand millions.
        while self.get(id).is_some() {
            id = id.wrapping_add(1);
        }
        self.last = id;
        let invocation = make(id);
        match self.queue.back() {
            Some(last) if last.id() > id => {
                let place = self.queue.partition_point(|other| other.id() < id);
                self.queue.insert(place, invocation.clone());
            }
            _ => self.queue.push_back(invocation.clone()),
        }
        invocation
    }

    fn place(&self, id: u32) -> Option<usize> {
        match self.queue.back() {
            Some(last) if last.id() == id => Some(self.queue.len() - 1),
            _ => self.queue.binary_search_by_key(&id, |invocation| invocation.id()).ok(),
        }
    }

    /// The one of this number.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<Invocation>> {
        self.place(id).and_then(|place| self.queue.get(place))
    }

    /// Takes out the one of this number.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Arc<Invocation>> {
        self.place(id).and_then(|place| self.queue.remove(place))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
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
        let insert =
            |alive: &mut Alive| alive.insert(|id| Arc::new(Invocation::new(id, state.clone(), Extensions::new()))).id();
        let first = [(); 4].map(|()| insert(&mut alive));
        assert_eq!(first, [1, 2, 3, 4]);
        assert!(alive.remove(3).is_some());
        // Numbers begin anew: those that are taken are passed over.
        alive.last = u32::MAX - 1;
        let second = [(); 4].map(|()| insert(&mut alive));
        assert_eq!(second, [u32::MAX, 0, 3, 5]);
        for id in [3, 5, u32::MAX, 0, 1, 4, 2] {
            assert_eq!(alive.get(id).map(|found| found.id()), Some(id));
            assert_eq!(alive.remove(id).map(|found| found.id()), Some(id));
            assert!(alive.get(id).is_none() && alive.remove(id).is_none());
        }
        assert_eq!(alive.len(), 0);
    }
}
