//! Which instance has taken an event, told to who waits for the event elsewhere.
//!
//! An event that runs apart may be in a turn that never ends, because a built-in function of JavaScript does not. Its own
//! task cannot say so, as it is under that turn on the stack of a thread that is lost. But who waits for it is on another
//! thread, and so can answer with the limit that the turn does not heed: as hosted does, which has processes to end.

use std::sync::{Arc, OnceLock};

use selvedge_runtime::Limit;
use tokio::sync::Notify;

use crate::start::Loaded;

/// For who waits.
pub(crate) struct Taken(Arc<OnceLock<Arc<Loaded>>>);

/// For the event.
pub(crate) struct Takes(Arc<OnceLock<Arc<Loaded>>>);

impl Taken {
    /// The two ends.
    pub(crate) fn new() -> (Self, Takes) {
        let place = Arc::<OnceLock<_>>::default();
        (Self(place.clone()), Takes(place))
    }

    /// Waits until the instance is lost, which `losses` tells of; the limit that ended it.
    pub(crate) async fn until_lost(&self, losses: &Notify) -> Limit {
        loop {
            let told = losses.notified();
            if let Some(limit) = self.0.get().and_then(|loaded| loaded.instance.state().lost_to()) {
                return limit;
            }
            told.await;
        }
    }
}

impl Takes {
    /// Notes the instance that has taken the event.
    pub(crate) fn note(&self, loaded: &Arc<Loaded>) {
        self.0.get_or_init(|| loaded.clone());
    }
}
