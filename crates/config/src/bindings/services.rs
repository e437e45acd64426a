//! Bindings that lead to code, messages and networks.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::reader::TableReader;

record! {
    /// `services[]`.
    pub struct Service {
        /// The Worker.
        service: String,
        /// Its environment.
        environment: Option<String>,
        /// The exported entrypoint; the default export when left out.
        entrypoint: Option<String>,
        /// What the entrypoint finds in `ctx.props`.
        props: IndexMap<String, Json>,
        /// Whether development uses the deployed Worker.
        remote: Option<bool>,
    }
}

record! {
    /// `workflows[]`.
    pub struct Workflow check check_workflow {
        /// The workflow's name.
        name: String,
        /// The exported class.
        class_name: String,
        /// The Worker that exports it, if another.
        script_name: Option<String>,
        /// Limits of an instance.
        limits: Option<WorkflowLimits>,
        /// Whether development uses the deployed workflow.
        remote: Option<bool>,
    }
}

record! {
    /// `workflows[].limits`.
    pub struct WorkflowLimits {
        /// The most steps.
        steps: Option<u32>,
    }
}

fn check_workflow(workflow: &Workflow, table: &TableReader<'_>) {
    let mut characters = workflow.name.chars();
    let valid = workflow.name.len() <= 64
        && characters.next().is_none_or(|first| first.is_ascii_alphanumeric() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    if !valid {
        let span = table.table.get("name").map_or(table.span, |entry| entry.value.span);
        let message = format!("The workflow name {:?} is invalid.", workflow.name);
        table.cx.report(
            table.cx.error(span, message).help(
                "a workflow's name has at most 64 characters: letters, digits, - and _, and does not begin with -",
            ),
        );
    }
}

record! {
    /// `queues.producers[]`.
    pub struct QueueProducer {
        /// The queue.
        queue: String,
        /// How long each message waits before it is delivered, in seconds.
        delivery_delay: Option<u32>,
        /// Whether development uses the deployed queue.
        remote: Option<bool>,
    }
}

record! {
    /// `send_email[]`.
    pub struct SendEmail check check_send_email {
        /// The only address that mail may go to.
        destination_address: Option<String>,
        /// The addresses that mail may go to.
        allowed_destination_addresses: Vec<String>,
        /// The addresses that mail may come from.
        allowed_sender_addresses: Vec<String>,
        /// Whether development sends for real.
        remote: Option<bool>,
    }
}

fn check_send_email(email: &SendEmail, table: &TableReader<'_>) {
    let Some(several) = table.table.get("allowed_destination_addresses") else {
        return;
    };
    if email.destination_address.is_some() {
        let message = "\"send_email\" bindings should have either a \"destination_address\" or \
                       \"allowed_destination_addresses\" field, but not both.";
        table.cx.report(table.cx.error(several.key_span, message));
    }
}

record! {
    /// `mtls_certificates[]`.
    pub struct MtlsCertificate {
        /// The certificate.
        certificate_id: String,
        /// Whether development uses the deployed certificate.
        remote: Option<bool>,
    }
}

record! {
    /// `dispatch_namespaces[]`.
    pub struct DispatchNamespace {
        /// The namespace.
        namespace: String,
        /// A Worker that sees the subrequests of the namespace's Workers.
        outbound: Option<DispatchOutbound>,
        /// Whether development uses the deployed namespace.
        remote: Option<bool>,
    }
}

record! {
    /// `dispatch_namespaces[].outbound`.
    pub struct DispatchOutbound {
        /// The Worker.
        service: String,
        /// Its environment.
        environment: Option<String>,
        /// The names of the parameters it gets.
        parameters: Vec<String>,
    }
}

record! {
    /// `ratelimits[]`.
    pub struct RateLimit {
        /// The namespace that shares a count.
        namespace_id: String,
        /// The limit.
        simple: SimpleRateLimit,
    }
}

record! {
    /// `ratelimits[].simple`.
    pub struct SimpleRateLimit check check_rate_limit {
        /// How many requests.
        limit: u64,
        /// In how many seconds: 10 or 60.
        period: u32,
    }
}

fn check_rate_limit(limit: &SimpleRateLimit, table: &TableReader<'_>) {
    let Some(entry) = table.table.get("period") else {
        return;
    };
    if !matches!(limit.period, 10 | 60) {
        let message =
            format!("\"{}\" must be either 10 or 60 but got {}.", table.path_to("period"), entry.value.to_json());
        table.cx.report(table.cx.error(entry.value.span, message).help("example: period = 60"));
    }
}

record! {
    /// `pipelines[]`.
    pub struct Pipeline {
        /// The pipeline.
        pipeline: String,
        /// Whether development uses the deployed pipeline.
        remote: Option<bool>,
    }
}

record! {
    /// `vpc_services[]`.
    pub struct VpcService {
        /// The service.
        service_id: String,
        /// Whether development uses the deployed service.
        remote: Option<bool>,
    }
}

record! {
    /// `vpc_networks[]`.
    pub struct VpcNetwork check check_vpc_network {
        /// The tunnel that leads there.
        tunnel_id: Option<String>,
        /// The network.
        network_id: Option<String>,
        /// Whether development uses the deployed network.
        remote: Option<bool>,
    }
}

fn check_vpc_network(_: &VpcNetwork, table: &TableReader<'_>) {
    if table.table.get("tunnel_id").is_some() == table.table.get("network_id").is_some() {
        let message = "\"vpc_networks\" bindings must have either a \"tunnel_id\" or \"network_id\", but not both.";
        table.cx.report(table.cx.error(table.span, message).help("example: network_id = \"<id>\""));
    }
}

record! {
    /// `flagship[]`.
    pub struct Flagship {
        /// The application.
        app_id: String,
        /// Whether development uses the deployed application.
        remote: Option<bool>,
    }
}

record! {
    /// `unsafe_hello_world[]`.
    pub struct HelloWorld {
        /// Whether it has a timer.
        enable_timer: Option<bool>,
    }
}

record! {
    /// `logfwdr.bindings[]`.
    pub struct LogForwarder {
        /// Where logs go.
        destination: String,
    }
}

/// `unsafe.bindings[]`: everything but the name and the type is for the service to judge.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct UnsafeBinding {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The other keys.
    #[serde(flatten)]
    pub settings: IndexMap<String, Json>,
}
