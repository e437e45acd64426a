//! All metrics, put together when they are asked for. Their table is in `docs/metrics.md`.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use selvedge_platform::{Bound, EventOutcome, Worker};
use selvedge_runtime::{Loss, LostThreads, WarmPool};

use super::process::{Proc, most_open_files, open_files};
use super::state::StateSize;
use crate::deployment::Deployment;
use crate::engine::Shared;
use crate::reserve;

/// What the metrics are of.
#[derive(Debug)]
pub(crate) struct Shown {
    deployments: Vec<Arc<Deployment>>,
    pool: Arc<WarmPool>,
    state: StateSize,
    proc: Proc,
}

impl Shown {
    /// The metrics of Workers and of what they share.
    pub(crate) fn new(deployments: Vec<Arc<Deployment>>, shared: &Shared) -> Self {
        let state = StateSize::new(shared.storage.path());
        Self { deployments, pool: shared.pool.clone(), state, proc: Proc::open() }
    }

    /// Looks again at what takes its time.
    pub(super) async fn refresh(&self) {
        self.state.refresh().await;
    }

    fn workers(&self) -> impl Iterator<Item = &Arc<Worker>> {
        self.deployments.iter().filter_map(|deployment| deployment.worker())
    }

    /// A counter with a value for each Worker.
    fn by_worker(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        value: fn(&Worker) -> u64,
    ) -> fmt::Result {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for worker in self.workers() {
            let labels = [("worker", worker.name())];
            ConstCounter::new(value(worker)).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn requests(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Events by Worker and by how they ended";
        let mut family = encoder.encode_descriptor("selvedge_requests", help, None, MetricType::Counter)?;
        for worker in self.workers() {
            for outcome in EventOutcome::ALL {
                let labels = [("worker", worker.name()), ("outcome", outcome.name())];
                ConstCounter::new(worker.metrics().outcomes(outcome)).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn limits(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "How often a Worker met a limit";
        let mut family = encoder.encode_descriptor("selvedge_limits_met", help, None, MetricType::Counter)?;
        for worker in self.workers() {
            for bound in Bound::ALL {
                let labels = [("worker", worker.name()), ("limit", bound.name())];
                ConstCounter::new(worker.metrics().met(bound)).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn durations(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Time from an event to its answer, by Worker";
        let name = "selvedge_request_duration_seconds";
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for worker in self.workers() {
            let labels = [("worker", worker.name())];
            let durations = worker.metrics().durations();
            let count = durations.classes.iter().map(|(_, count)| count).sum();
            let mut encoder = family.encode_family(&labels)?;
            encoder.encode_histogram::<NoLabelSet>(durations.sum, count, &durations.classes, None)?;
        }
        Ok(())
    }

    fn instances(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Instances that are alive, by Worker";
        let mut family = encoder.encode_descriptor("selvedge_instances", help, None, MetricType::Gauge)?;
        for worker in self.workers() {
            let labels = [("worker", worker.name())];
            ConstGauge::new(count(worker.instance_count())).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    /// What turns that cannot be ended cost.
    fn losses(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Threads that were lost to a Worker's turns";
        let mut family = encoder.encode_descriptor("selvedge_threads_lost", help, None, MetricType::Counter)?;
        for worker in self.workers() {
            for loss in Loss::ALL {
                let labels = [("worker", worker.name()), ("cause", loss.name())];
                ConstCounter::new(worker.metrics().losses(loss)).encode(family.encode_family(&labels)?)?;
            }
        }
        let help = "Whether a Worker is refused for the threads that it cost";
        let mut family = encoder.encode_descriptor("selvedge_quarantined", help, None, MetricType::Gauge)?;
        for worker in self.workers() {
            let labels = [("worker", worker.name())];
            ConstGauge::new(u64::from(worker.is_in_quarantine())).encode(family.encode_family(&labels)?)?;
        }
        let LostThreads { held, parked } = self.pool.lost_threads();
        gauge(encoder, "selvedge_threads_held", "Threads that turns hold and others would have", count(held))?;
        gauge(encoder, "selvedge_threads_parked", "Threads that wait for ever", count(parked))?;
        let help = "Threads that may be held further before requests wait for ever";
        gauge(encoder, "selvedge_threads_in_reserve", help, count(reserve::left(held)))?;
        let bytes = self.workers().map(|worker| worker.lost_bytes()).sum();
        gauge(encoder, "selvedge_lost_memory_bytes", "Memory of instances that never leave their turn", count(bytes))
    }

    fn process(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(process) = self.proc.process() {
            let seconds = process.cpu_seconds;
            counter(encoder, "process_cpu_seconds", "CPU time of the process, in seconds", seconds)?;
            gauge(encoder, "process_resident_memory_bytes", "Memory in use", process.resident_bytes)?;
            gauge(encoder, "process_virtual_memory_bytes", "Memory with addresses", process.virtual_bytes)?;
            gauge(encoder, "process_threads", "Threads", process.threads)?;
        }
        if let Some(open) = open_files() {
            gauge(encoder, "process_open_fds", "Open files and connections", open)?;
        }
        if let Some(most) = most_open_files() {
            gauge(encoder, "process_max_fds", "Files and connections that may be open", most)?;
        }
        Ok(())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: impl EncodeCounterValue) -> fmt::Result {
    let family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    ConstCounter::new(value).encode(family)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
    let family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    ConstGauge::new(value).encode(family)
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        self.requests(encoder)?;
        self.durations(encoder)?;
        self.limits(encoder)?;
        self.instances(encoder)?;
        self.losses(encoder)?;
        let help = "Instances that have started, by Worker";
        self.by_worker(encoder, "selvedge_instance_starts", help, |worker| worker.metrics().starts())?;
        let help = "Instances that have been let go, by Worker";
        self.by_worker(encoder, "selvedge_instance_evictions", help, |worker| worker.metrics().evictions())?;
        gauge(encoder, "selvedge_warm_isolates", "Isolates that are ready", count(self.pool.ready()))?;
        gauge(encoder, "selvedge_warm_isolates_wanted", "Isolates that are kept ready", count(self.pool.size()))?;
        if let Some(bytes) = self.state.bytes() {
            gauge(encoder, "selvedge_state_bytes", "Size of the state folder", bytes)?;
        }
        self.process(encoder)
    }
}
