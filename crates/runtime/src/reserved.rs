//! A turn of an instance that is kept for an event.
//!
//! It owns the instance, together with whatever an upper layer has around that (`T`). So an event counts one reference, from when
//! a turn is kept for it until it has ended, and not one for each layer: to count one up and down again takes as long as a
//! hundred other instructions.

use std::sync::Arc;
use std::time::Instant;

use selvedge_ops::v8;

use crate::permit::Permit;
use crate::{Instance, Invocation, TurnError};

/// The next turn of an instance, kept for who has this. Its time counts from when that was.
pub struct Reserved<T: AsRef<Instance> = Instance> {
    owner: Arc<T>,
    /// Since when it is kept; nothing once it has begun.
    since: Option<Instant>,
}

impl<T: AsRef<Instance>> std::fmt::Debug for Reserved<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reserved").field("instance", self.instance()).field("since", &self.since).finish()
    }
}

impl<T: AsRef<Instance>> Drop for Reserved<T> {
    fn drop(&mut self) {
        if self.since.is_some() {
            drop(self.instance().permits().resume());
        }
    }
}

impl<T: AsRef<Instance>> Reserved<T> {
    /// The next turn, for who asks, if the instance has nothing else to do; its time counts from `now`. Else the instance is
    /// given back.
    ///
    /// # Errors
    /// When the instance is busy.
    pub fn try_take(owner: Arc<T>, now: Instant) -> Result<Self, Arc<T>> {
        match (*owner).as_ref().try_permit().map(Permit::keep) {
            Some(()) => Ok(Self { owner, since: Some(now) }),
            None => Err(owner),
        }
    }

    /// Waits for its turn, and keeps it for who asks; not any longer when the instance ends meanwhile, as the turn before may
    /// take its time to end.
    ///
    /// # Errors
    /// When the instance ends meanwhile.
    pub async fn take(owner: Arc<T>) -> Result<Self, TurnError> {
        let (permit, since) = (*owner).as_ref().permit().await?;
        permit.keep();
        Ok(Self { owner, since: Some(since) })
    }

    /// What has the instance.
    pub fn owner(&self) -> &Arc<T> {
        &self.owner
    }

    /// The instance.
    pub fn instance(&self) -> &Instance {
        (*self.owner).as_ref()
    }

    /// The turn that is kept, or else the next one, as by [`Reserved::take`].
    pub(crate) async fn turn(&mut self) -> Result<Turn<'_, T>, TurnError> {
        let Self { owner, since } = self;
        let instance = (**owner).as_ref();
        let (permit, since) = match since.take() {
            Some(since) => (instance.permits().resume(), since),
            None => instance.permit().await?,
        };
        Ok(Turn { owner, permit, since })
    }
}

/// A turn that begins.
pub(crate) struct Turn<'a, T> {
    owner: &'a T,
    permit: Permit<'a>,
    since: Instant,
}

impl<T: AsRef<Instance>> Turn<'_, T> {
    /// Has it, so that what it does is known for the invocation's; see [`Instance::turn_in`].
    pub(crate) fn run<R>(
        self,
        invocation: &Invocation,
        body: impl for<'s, 'i> FnOnce(&mut v8::PinScope<'s, 'i>, &T) -> R,
    ) -> (Result<R, TurnError>, Instant) {
        let Self { owner, permit, since } = self;
        owner.as_ref().turn_in(permit, since, invocation, |scope| {
            let id = v8::Integer::new_from_unsigned(scope, invocation.id());
            scope.set_continuation_preserved_embedder_data(id.into());
            body(scope, owner)
        })
    }
}
