//! The smaller sections of a configuration: what each key means and how wrangler types it.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::reader::TableReader;
pub use crate::scalars::OneOrMany;

choice! {
    /// What an imported file becomes: `rules[].type`.
    pub enum ModuleType {
        /// An ES module.
        ESModule = "ESModule",
        /// A CommonJS module.
        CommonJS = "CommonJS",
        /// A `WebAssembly.Module`.
        CompiledWasm = "CompiledWasm",
        /// A string.
        Text = "Text",
        /// An `ArrayBuffer`.
        Data = "Data",
    }
}

record! {
    /// Which files are modules of which type: `rules[]`.
    pub struct Rule {
        /// The type.
        kind = "type": ModuleType,
        /// The files, as globs relative to `base_dir`.
        globs: Globs,
        /// Whether later rules for the same type, the built-in ones included, still apply.
        fallthrough: Option<bool>,
    }
}

/// A rule's globs. A type of its own because, unlike other lists, it is required.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Globs(pub Vec<String>);

impl crate::reader::FromValue for Globs {
    const TYPE: &'static str = "string array";

    fn example() -> Json {
        serde_json::json!(["**/*.md"])
    }

    fn from_value(node: &crate::reader::Node<'_>) -> Option<Self> {
        Vec::from_value(node).map(Self)
    }
}

record! {
    /// Limits of an invocation: `limits`.
    pub struct Limits check check_limits {
        /// CPU time in milliseconds.
        cpu_ms: Option<u64>,
        /// How many subrequests.
        subrequests: Option<u64>,
    }
}

/// The most that hosted lets be asked for (<https://developers.cloudflare.com/workers/wrangler/configuration/#limits>).
const MOST_CPU_MS: u64 = 300_000;
const MOST_SUBREQUESTS: u64 = 10_000_000;

fn check_limits(limits: &Limits, table: &TableReader<'_>) {
    let bounds =
        [("cpu_ms", limits.cpu_ms, MOST_CPU_MS, 50), ("subrequests", limits.subrequests, MOST_SUBREQUESTS, 1000)];
    for (key, value, most, example) in bounds {
        let Some(value) = value.filter(|value| !(1..=most).contains(value)) else { continue };
        let path = table.path_to(key);
        let span = table.table.get(key).map_or(table.span, |entry| entry.value.span);
        let message = format!("\"{path}\" must be from 1 to {most}, not {value}.");
        table.cx.report(table.cx.error(span, message).help(format!("example: {key} = {example}")));
    }
}

record! {
    /// `observability`.
    pub struct Observability check check_observability {
        /// Whether logs are kept.
        enabled: Option<bool>,
        /// The share of invocations that are logged, 0 to 1.
        head_sampling_rate: Option<f64>,
        /// Logs.
        logs: Option<ObservabilityLogs>,
        /// Traces.
        traces: Option<ObservabilityTraces>,
    }
}

record! {
    /// `observability.logs`.
    pub struct ObservabilityLogs {
        /// Whether logs are kept.
        enabled: Option<bool>,
        /// The share of invocations that are logged, 0 to 1.
        head_sampling_rate: Option<f64>,
        /// Whether each invocation logs a line of its own.
        invocation_logs: Option<bool>,
        /// Whether logs are stored.
        persist: Option<bool>,
        /// Where logs are sent.
        destinations: Vec<String>,
    }
}

record! {
    /// `observability.traces`.
    pub struct ObservabilityTraces {
        /// Whether traces are kept.
        enabled: Option<bool>,
        /// The share of invocations that are traced, 0 to 1.
        head_sampling_rate: Option<f64>,
        /// Whether traces are stored.
        persist: Option<bool>,
        /// Where traces are sent.
        destinations: Vec<String>,
    }
}

fn check_observability(observability: &Observability, table: &TableReader<'_>) {
    let switch = table.table.get("enabled").is_some()
        || table.table.lookup(&["logs", "enabled"]).is_some()
        || table.table.lookup(&["traces", "enabled"]).is_some();
    if !switch {
        let message = format!(
            "\"{0}.enabled\" or \"{0}.logs.enabled\" or \"{0}.traces.enabled\" is required.",
            table.path_to("").trim_end_matches('.')
        );
        table.cx.report(table.cx.error(table.span, message).help("example: enabled = true"));
    }
    if observability.head_sampling_rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
        let path = table.path_to("head_sampling_rate");
        let span = table.table.get("head_sampling_rate").map_or(table.span, |entry| entry.value.span);
        table.cx.report(
            table
                .cx
                .error(span, format!("\"{path}\" must be a value between 0 and 1."))
                .help("example: head_sampling_rate = 0.1"),
        );
    }
}

choice! {
    /// `placement.mode`.
    pub enum PlacementMode {
        /// Where the visitor is.
        Off = "off",
        /// Near the data the Worker uses.
        Smart = "smart",
        /// Near a named region or host.
        Targeted = "targeted",
    }
}

record! {
    /// `placement`.
    pub struct Placement check check_placement {
        /// The mode. Left out when a region, host or hostname is given.
        mode: Option<PlacementMode>,
        /// A hint for smart placement.
        hint: Option<String>,
        /// A cloud region.
        region: Option<String>,
        /// A host and port to be near.
        host: Option<String>,
        /// A host name to be near.
        hostname: Option<String>,
    }
}

fn check_placement(placement: &Placement, table: &TableReader<'_>) {
    let targets = [&placement.region, &placement.host, &placement.hostname];
    let targets = targets.into_iter().flatten().count();
    let complaint = match placement.mode {
        _ if placement.hint.is_some() && targets > 0 => {
            "\"placement\" cannot have both \"hint\" (smart format) and \"region\"/\"host\"/\"hostname\" \
             (targeted format) fields"
        }
        _ if targets > 1 => "\"placement\" takes only one of \"region\", \"host\" and \"hostname\"",
        Some(PlacementMode::Smart) if targets > 0 => {
            "\"placement.mode\" must be \"targeted\" beside \"region\", \"host\" or \"hostname\""
        }
        Some(PlacementMode::Off | PlacementMode::Targeted) if placement.hint.is_some() => {
            "\"placement.hint\" can only be set when \"placement.mode\" is \"smart\""
        }
        None if targets == 0 && table.table.get("mode").is_none() => "\"placement.mode\" is a required field",
        _ => return,
    };
    table
        .cx
        .report(table.cx.error(table.span, format!("{complaint}.")).help("example: placement = { mode = \"smart\" }"));
}

record! {
    /// A command that makes the entry point: `build`.
    pub struct Build {
        /// The command, run by the shell.
        command: Option<String>,
        /// The folder it runs in, relative to the configuration file.
        cwd: Option<String>,
        /// The folders whose changes run it again; `./src` when left out.
        watch_dir: Option<OneOrMany>,
    }
}

impl Build {
    /// The folders whose changes run the command again, with wrangler's default.
    #[must_use]
    pub fn watch_dirs(&self) -> Vec<String> {
        self.watch_dir.as_ref().map_or_else(|| vec!["./src".to_owned()], |dirs| dirs.0.clone())
    }
}

choice! {
    /// The protocol of a local server.
    pub enum Protocol {
        /// Plain HTTP.
        Http = "http",
        /// HTTP over TLS.
        Https = "https",
    }
}

record! {
    /// Settings of the development server: `dev`.
    pub struct Dev {
        /// The address to listen on.
        ip: Option<String>,
        /// The port to listen on.
        port: Option<u16>,
        /// The debugger's port.
        inspector_port: Option<u16>,
        /// The debugger's address.
        inspector_ip: Option<String>,
        /// The protocol served.
        local_protocol: Option<Protocol>,
        /// The protocol that `request.url` shows.
        upstream_protocol: Option<Protocol>,
        /// The host that `request.url` shows.
        host: Option<String>,
        /// Whether containers run locally.
        enable_containers: Option<bool>,
        /// The container engine: a socket or a description of one.
        container_engine: Option<Json>,
        /// Whether types are generated on change.
        generate_types: Option<bool>,
    }
}

record! {
    /// One step of a Worker's Durable Object classes: `migrations[]`.
    pub struct Migration {
        /// Its name.
        tag: String,
        /// Classes that begin, with key-value storage.
        new_classes: Vec<String>,
        /// Classes that begin, with SQLite storage.
        new_sqlite_classes: Vec<String>,
        /// Classes that change their name.
        renamed_classes: Vec<RenamedClass>,
        /// Classes that come from another Worker.
        transferred_classes: Vec<TransferredClass>,
        /// Classes that end, with their data.
        deleted_classes: Vec<String>,
    }
}

record! {
    /// `migrations[].renamed_classes[]`.
    pub struct RenamedClass {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    }
}

record! {
    /// `migrations[].transferred_classes[]`.
    pub struct TransferredClass {
        /// The name it had.
        from: String,
        /// The Worker it was in.
        from_script: String,
        /// The name it gets.
        to: String,
    }
}

record! {
    /// The secrets that a Worker needs: `secrets`. When given, only these names are taken from local files.
    pub struct Secrets {
        /// Their names.
        required: Vec<String>,
    }
}

record! {
    /// A Worker that receives this one's traces: `tail_consumers[]`.
    pub struct TailConsumer {
        /// Its name.
        service: String,
        /// Its environment.
        environment: Option<String>,
    }
}

record! {
    /// A Worker that receives this one's traces as they happen: `streaming_tail_consumers[]`.
    pub struct StreamingTailConsumer {
        /// Its name.
        service: String,
    }
}

record! {
    /// A queue whose messages this Worker takes: `queues.consumers[]`.
    pub struct QueueConsumer {
        /// The queue.
        queue: String,
        /// `worker`: the only type that a configuration file can hold.
        kind = "type": Option<ConsumerType>,
        /// The most messages in a batch.
        max_batch_size: Option<u32>,
        /// The longest wait for a full batch, in seconds.
        max_batch_timeout: Option<u32>,
        /// How often a message is tried again.
        max_retries: Option<u32>,
        /// The queue for messages that failed for good.
        dead_letter_queue: Option<String>,
        /// The most batches at once; no limit when left out.
        max_concurrency: Option<u32>,
        /// How long a pulled message stays hidden, in milliseconds.
        visibility_timeout_ms: Option<u64>,
        /// The wait before a retry, in seconds.
        retry_delay: Option<u32>,
    }
}

choice! {
    /// `queues.consumers[].type`.
    pub enum ConsumerType {
        /// A Worker.
        Worker = "worker",
    }
}

record! {
    /// Workers Sites, the older way to serve files: `site`.
    pub struct Site {
        /// The folder of files.
        bucket: String,
        /// The older name of `main`.
        entry_point = "entry-point": Option<String>,
        /// The files to take, as globs.
        include: Vec<String>,
        /// The files to leave, as globs.
        exclude: Vec<String>,
    }
}

record! {
    /// `cache`.
    pub struct Cache {
        /// Whether responses are cached in front of the Worker.
        enabled: bool,
    }
}

record! {
    /// `python_modules`.
    pub struct PythonModules {
        /// The files to leave, as globs.
        exclude: Vec<String>,
    }
}

choice! {
    /// `compliance_region`.
    pub enum ComplianceRegion {
        /// Everywhere.
        Public = "public",
        /// FedRAMP High.
        FedrampHigh = "fedramp_high",
    }
}

record! {
    /// The parts of `unsafe` that are not bindings: what hosted takes without wrangler knowing it.
    pub struct Unsafe {
        /// Metadata sent with an upload.
        metadata: IndexMap<String, Json>,
        /// A Cap'n Proto schema for `logfwdr`.
        capnp: Option<Json>,
    }
}
