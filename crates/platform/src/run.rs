//! The life of an invocation, from its begin to its end, and past the answer.

use std::sync::Arc;

use selvedge_ops::v8;
use selvedge_runtime::{Driver, Extensions, Reserved, TurnError, call_function};

use crate::Bound;
use crate::exchange::{Exchange, meet};
use crate::start::Loaded;

/// An invocation under way. Dropped, it goes on in the background if something holds it.
pub(crate) struct Run {
    driver: Option<Driver<Loaded>>,
    exchange: Arc<Exchange>,
}

impl Run {
    /// Begins one, whose first turn is kept for it.
    pub(crate) fn begin(reserved: Reserved<Loaded>, exchange: Exchange) -> Self {
        let exchange = Arc::new(exchange);
        let mut extensions = Extensions::new();
        extensions.insert(exchange.clone());
        Self { driver: Some(Driver::begin(reserved, extensions)), exchange }
    }

    /// What drives it.
    pub(crate) fn driver(&mut self) -> &mut Driver<Loaded> {
        self.parts().0
    }

    /// The state of its event.
    pub(crate) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// What drives it, and the state of its event.
    #[allow(clippy::expect_used)]
    pub(crate) fn parts(&mut self) -> (&mut Driver<Loaded>, &Exchange) {
        (self.driver.as_mut().expect("the driver is taken only when the run ends"), &self.exchange)
    }

    /// Waits until nothing holds it.
    pub(crate) async fn finish(mut self) {
        if let Some(driver) = self.driver.take() {
            finish(driver, self.exchange.clone()).await;
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let Some(mut driver) = self.driver.take() else { return };
        // An invocation that has not answered is dropped because nobody waits for the answer any more.
        if let Some(callback) = self.exchange.take_client_watch() {
            let exchange = self.exchange.clone();
            tokio::spawn(async move {
                let called = driver
                    .turn(|scope, _| {
                        let callback = v8::Local::new(scope, callback);
                        let _thrown = call_function(scope, callback, &[]);
                    })
                    .await;
                if called.is_ok() {
                    finish(driver, exchange).await;
                }
            });
        } else if driver.invocation().holds() > 0 {
            tokio::spawn(finish(driver, self.exchange.clone()));
        }
    }
}

/// Runs what holds an invocation past its response: first a body that is being written, for as long as the
/// client takes; then `waitUntil`, for as long as the limit allows.
async fn finish(mut driver: Driver<Loaded>, exchange: Arc<Exchange>) {
    let streamed = driver.until(|invocation| !exchange.is_streaming() || invocation.holds() == 0).await;
    if let Err(TurnError::Exceeded(limit)) = streamed {
        meet(driver.invocation(), limit.into());
        return;
    }
    if driver.invocation().holds() == 0 {
        return;
    }
    let limit = driver.instance().limits().wait_until;
    let waiting = driver.until(|invocation| invocation.holds() == 0);
    match tokio::time::timeout(limit, waiting).await {
        Ok(Ok(_)) => {}
        Ok(Err(TurnError::Exceeded(limit))) => meet(driver.invocation(), limit.into()),
        Err(_) => {
            meet(driver.invocation(), Bound::WaitUntil);
            driver.instance().state().log_text(
                selvedge_runtime::LogLevel::Warn,
                "waitUntil() tasks did not complete within the allowed time after invocation end and have been \
                 cancelled. See: https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil",
            );
        }
    }
}
