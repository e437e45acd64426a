//! Hundreds of Workers on a machine of a few cores, simulated: the decisions are the real ones, the threads and the
//! kernel are modelled. Time goes in steps; in each the kernel divides the cores among the threads that run, by their
//! weights.

use std::collections::VecDeque;
use std::time::Duration;

use selvedge_runtime::{LONG_TURN, LongTurn};

use super::{Record, grows};

const STEP: f64 = 0.0002;
/// The watchdog looks every 5 ms, and what was before its first look does not count: a long turn makes room up to that
/// much late.
const LATE: f64 = 0.005;
/// The kernel's weights of nice values 0, 10 and 15.
const NORMAL: f64 = 1024.0;
const NICE: f64 = 110.0;
const NICEST: f64 = 36.0;
/// After so much CPU time a turn seems not to end.
const ENDLESS: f64 = 0.1;
/// `limits.cpu_ms` of all Workers, in seconds.
const LIMIT: f64 = 1.0;

/// xorshift64*: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }

    /// The time to the next of events that come at a rate.
    fn pause(&mut self, rate: f64) -> f64 {
        -(1.0 - self.next()).ln() / rate
    }
}

/// What the turns of a Worker are like.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Fractions of a millisecond.
    Light,
    /// Tens of milliseconds: it renders pages.
    Renderer,
    /// Never ends.
    Hog,
    /// Light, but for a collection of garbage in one of 8000 turns.
    Collector,
    /// Light for this many seconds, then a hog.
    Pretender(f64),
}

impl Kind {
    fn work(self, now: f64, random: &mut Random) -> f64 {
        match self {
            Self::Renderer => random.between(0.02, 0.06),
            Self::Pretender(until) if now < until => random.between(0.00005, 0.0005),
            Self::Hog | Self::Pretender(_) => f64::INFINITY,
            Self::Collector if random.next() < 1.0 / 8000.0 => 0.008,
            Self::Light | Self::Collector => random.between(0.00005, 0.0005),
        }
    }
}

#[derive(Clone, Copy)]
struct Job {
    worker: usize,
    instance: usize,
    heavy: bool,
    arrived: f64,
    work: f64,
    used: f64,
    /// Whether it was told to be a long turn.
    told: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Thread {
    /// One of the server's.
    Server,
    /// One that made room.
    Apart,
    /// One of the heavy runtime's.
    Heavy,
}

#[derive(Default, Clone)]
struct Instance {
    busy: bool,
    queue: VecDeque<Job>,
}

struct Worker {
    kind: Kind,
    rate: f64,
    next: f64,
    record: Record,
    long: Option<LongTurn>,
    events: u64,
    instances: Vec<Instance>,
    turn: usize,
}

/// A job that has ended.
struct Done {
    kind: Kind,
    heavy: bool,
    latency: f64,
    at: f64,
}

struct Machine {
    cores: usize,
    now: f64,
    random: Random,
    workers: Vec<Worker>,
    /// Turns that wait for a thread of the server's.
    ready: VecDeque<Job>,
    running: Vec<(Job, Thread)>,
    done: Vec<Done>,
    cpu: f64,
    /// Whether threads may get a lowered priority back, so that those of long turns lower it.
    yields: bool,
}

impl Machine {
    fn new(seed: u64, cores: usize, mix: &[(Kind, usize, f64)]) -> Self {
        let mut random = Random(seed);
        let mut workers = Vec::new();
        for (kind, count, rate) in mix {
            for _ in 0..*count {
                let (kind, rate, next) = (*kind, *rate, random.pause(*rate));
                let instances = vec![Instance::default()];
                workers.push(Worker {
                    kind,
                    rate,
                    next,
                    record: Record::default(),
                    long: None,
                    events: 0,
                    instances,
                    turn: 0,
                });
            }
        }
        let (ready, running, done) = Default::default();
        Self { cores, now: 0.0, random, workers, ready, running, done, cpu: 0.0, yields: true }
    }

    fn time(&self) -> Duration {
        Duration::from_secs_f64(self.now)
    }

    /// An event comes: as `Instances::pick` does.
    fn arrive(&mut self, place: usize) {
        let (now, cores) = (self.time(), self.cores);
        let worker = &mut self.workers[place];
        if let Some(turn) = worker.long.take() {
            worker.record.long_turn(turn, now, worker.events);
        }
        let heavy = worker.record.is_heavy(now);
        let instance = worker.instances.iter().position(|instance| !instance.busy).unwrap_or_else(|| {
            let waiting = worker.instances.iter().map(|instance| instance.queue.len()).sum();
            worker.turn += 1;
            let taken = worker.turn % worker.instances.len();
            if grows(worker.instances.len(), waiting, cores) {
                worker.instances.push(Instance::default());
            }
            taken
        });
        let work = worker.kind.work(self.now, &mut self.random);
        let job = Job { worker: place, instance, heavy, arrived: self.now, work, used: 0.0, told: false };
        let instance = &mut worker.instances[instance];
        if instance.busy {
            instance.queue.push_back(job);
        } else {
            instance.busy = true;
            self.begin(job);
        }
    }

    /// A turn has its instance.
    fn begin(&mut self, job: Job) {
        if job.heavy {
            self.running.push((job, Thread::Heavy));
        } else {
            self.ready.push_back(job);
        }
    }

    fn step(&mut self) {
        for place in 0..self.workers.len() {
            while self.workers[place].next <= self.now {
                self.workers[place].next += self.random.pause(self.workers[place].rate);
                self.arrive(place);
            }
        }
        // A thread a core. Those in reserve come for turns that do not heed an interruption, which all of these do.
        let held = self.running.iter().filter(|(_, thread)| *thread == Thread::Server).count();
        let mut free = self.cores.saturating_sub(held);
        while free > 0
            && let Some(job) = self.ready.pop_front()
        {
            self.running.push((job, Thread::Server));
            free -= 1;
        }
        for (place, share) in self.shares().into_iter().enumerate() {
            self.running[place].0.used += share;
            self.cpu += share;
        }
        self.now += STEP;
        let long = LONG_TURN.as_secs_f64();
        for (job, thread) in &mut self.running {
            if job.used >= long {
                let turn = if std::mem::replace(&mut job.told, true) { LongTurn::Same } else { LongTurn::New };
                let told = &mut self.workers[job.worker].long;
                *told = (*told).max(Some(turn));
            }
            if *thread == Thread::Server && job.used >= long + LATE {
                *thread = Thread::Apart;
            }
        }
        let is_over = |job: &Job| job.used >= job.work.min(LIMIT);
        let (over, rest) = std::mem::take(&mut self.running).into_iter().partition(|(job, _)| is_over(job));
        self.running = rest;
        let over: Vec<(Job, Thread)> = over;
        for (job, _) in over {
            self.end(job);
        }
    }

    fn end(&mut self, job: Job) {
        let (now, worker) = (self.time(), &mut self.workers[job.worker]);
        worker.events += 1;
        if let Some(turn) = worker.long.take() {
            worker.record.long_turn(turn, now, worker.events);
        }
        if job.heavy {
            worker.record.event_ended(now);
        }
        let (kind, heavy, latency) = (worker.kind, job.heavy, self.now - job.arrived);
        self.done.push(Done { kind, heavy, latency, at: self.now });
        let instance = &mut self.workers[job.worker].instances[job.instance];
        match instance.queue.pop_front() {
            Some(next) => self.begin(next),
            None => instance.busy = false,
        }
    }

    /// What each running thread gets of the cores in one step: by weight, and never more than one core.
    fn shares(&self) -> Vec<f64> {
        let weight = |(job, thread): (Job, Thread)| match thread {
            Thread::Apart if !self.yields => NORMAL,
            Thread::Heavy if !self.yields => NICE,
            _ if job.used >= ENDLESS => NICEST,
            Thread::Apart | Thread::Heavy => NICE,
            Thread::Server => NORMAL,
        };
        let mut shares = vec![0.0; self.running.len()];
        let mut left = self.cores as f64 * STEP;
        let mut hungry: Vec<usize> = (0..self.running.len()).collect();
        while !hungry.is_empty() && left > STEP * 1e-9 {
            let sum: f64 = hungry.iter().map(|place| weight(self.running[*place])).sum();
            let offered = left;
            hungry.retain(|place| {
                let share = (offered * weight(self.running[*place]) / sum).min(STEP - shares[*place]);
                shares[*place] += share;
                left -= share;
                shares[*place] < STEP * 0.999_999
            });
        }
        shares
    }

    fn run(mut self, seconds: f64) -> Self {
        while self.now < seconds {
            self.step();
        }
        self
    }

    /// The latencies of those of a kind that ended after `from`, sorted.
    fn latencies(&self, from: f64, of: impl Fn(&Done) -> bool) -> Vec<f64> {
        let mut all: Vec<_> =
            self.done.iter().filter(|done| done.at >= from && of(done)).map(|done| done.latency).collect();
        all.sort_by(f64::total_cmp);
        all
    }
}

fn percentile(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

const SEEDS: [u64; 2] = [1, 4711];

/// 150 honest Workers, 5 that render, 10 hogs and 10 that pretend, on two cores.
const MIX: [(Kind, usize, f64); 4] =
    [(Kind::Light, 150, 5.0), (Kind::Renderer, 5, 1.0), (Kind::Hog, 10, 2.0), (Kind::Pretender(3.0), 10, 2.0)];

#[test]
fn light_workers_wait_a_bounded_time_whatever_the_others_do() {
    for seed in SEEDS {
        let machine = Machine::new(seed, 2, &MIX).run(8.0);
        let all = machine.latencies(0.0, |done| done.kind == Kind::Light);
        assert!(all.len() > 5000, "{} answered", all.len());
        assert!(percentile(&all, 0.99) < 0.003, "seed {seed}: p99 {}", percentile(&all, 0.99));
        assert!(percentile(&all, 1.0) < 0.010, "seed {seed}: the longest {}", percentile(&all, 1.0));
    }
}

#[test]
fn so_they_do_where_priorities_cannot_be_restored() {
    for seed in SEEDS {
        let mut machine = Machine::new(seed, 2, &MIX);
        machine.yields = false;
        let machine = machine.run(8.0);
        let all = machine.latencies(0.0, |done| done.kind == Kind::Light);
        assert!(percentile(&all, 1.0) < 0.100, "seed {seed}: the longest {}", percentile(&all, 1.0));
        // Once the hogs are known, they are hardly felt.
        let later = machine.latencies(6.0, |done| done.kind == Kind::Light);
        assert!(percentile(&later, 0.99) < 0.020, "seed {seed}: p99 later {}", percentile(&later, 0.99));
    }
}

#[test]
fn a_busy_worker_that_collects_garbage_now_and_then_stays_light() {
    for seed in SEEDS {
        let machine = Machine::new(seed, 2, &[(Kind::Light, 50, 5.0), (Kind::Collector, 1, 1500.0)]).run(40.0);
        let count = |heavy: bool| {
            machine.done.iter().filter(|done| done.kind == Kind::Collector && done.heavy == heavy).count() as f64
        };
        assert!(count(true) < 0.25 * count(false), "seed {seed}: {} heavy, {} light", count(true), count(false));
        let others = machine.latencies(0.0, |done| done.kind == Kind::Light);
        assert!(percentile(&others, 0.99) < 0.003, "seed {seed}: p99 {}", percentile(&others, 0.99));
    }
}

#[test]
fn heavy_workers_are_not_starved() {
    for seed in SEEDS {
        let machine = Machine::new(seed, 2, &MIX).run(8.0);
        let rendered = machine.latencies(0.0, |done| done.kind == Kind::Renderer);
        assert!(rendered.len() > 25, "seed {seed}: {} rendered", rendered.len());
        assert!(percentile(&rendered, 1.0) < 1.0, "seed {seed}: the longest {}", percentile(&rendered, 1.0));
    }
}

#[test]
fn without_these_decisions_light_workers_would_starve() {
    let mut machine = Machine::new(1, 2, &MIX);
    // Nobody is ever heavy, strangers neither, and no turn makes room.
    for worker in &mut machine.workers {
        worker.record.event_ended(Duration::ZERO);
    }
    while machine.now < 6.0 {
        for worker in &mut machine.workers {
            worker.long = None;
        }
        for (job, thread) in &mut machine.running {
            if job.used > 0.0 {
                *thread = Thread::Server;
            }
        }
        machine.step();
    }
    let all = machine.latencies(2.0, |done| done.kind == Kind::Light);
    assert!(all.is_empty() || percentile(&all, 0.5) > 0.1, "the model has no teeth");
}

#[test]
fn a_hot_worker_reaches_all_cores() {
    for cores in [2, 8] {
        let machine = Machine::new(7, cores, &[(Kind::Renderer, 1, 100.0 * cores as f64)]).run(5.0);
        let heavy = machine.done.iter().filter(|done| done.heavy).count();
        assert!(heavy * 10 > machine.done.len() * 9, "it is heavy from its second event on");
        let busy = machine.cpu / machine.now / cores as f64;
        assert!(busy > 0.95, "{busy} of {cores} cores");
    }
}
