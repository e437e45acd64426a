//! `containers` and `cloudchamber`: container images beside a Worker.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::reader::{FromValue, Node, TableReader};
use crate::value::Kind;

choice! {
    /// A ready-made size of container.
    pub enum InstancePreset {
        /// The smallest.
        Lite = "lite",
        /// The former name of `lite`.
        Dev = "dev",
        /// A quarter of a CPU.
        Basic = "basic",
        /// The former name of `standard-1`.
        Standard = "standard",
        /// Half a CPU.
        Standard1 = "standard-1",
        /// One CPU.
        Standard2 = "standard-2",
        /// Two CPUs.
        Standard3 = "standard-3",
        /// Four CPUs.
        Standard4 = "standard-4",
    }
}

record! {
    /// A size of container in numbers.
    pub struct InstanceSize {
        /// CPUs.
        vcpu: Option<f64>,
        /// Memory in MiB.
        memory_mib: Option<f64>,
        /// Disk in MB.
        disk_mb: Option<f64>,
    }
}

/// `containers[].instance_type`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum InstanceType {
    /// A ready-made size.
    Preset(InstancePreset),
    /// A size in numbers.
    Size(InstanceSize),
}

impl Default for InstanceType {
    fn default() -> Self {
        Self::Preset(InstancePreset::Lite)
    }
}

impl FromValue for InstanceType {
    const TYPE: &'static str = "string or object";

    fn example() -> Json {
        json!("lite")
    }

    fn from_value(node: &Node<'_>) -> Option<Self> {
        match node.value.kind {
            Kind::Table(_) => InstanceSize::from_value(node).map(Self::Size),
            _ => InstancePreset::from_value(node).map(Self::Preset),
        }
    }
}

record! {
    /// A key that may log in to a container, or sign those that may.
    pub struct PublicKey {
        /// Its name.
        name: Option<String>,
        /// The key in OpenSSH's format.
        public_key: String,
    }
}

record! {
    /// `containers[].ssh`.
    pub struct ContainerSsh {
        /// Whether SSH is served.
        enabled: bool,
        /// On which port.
        port: Option<u16>,
    }
}

record! {
    /// `containers[].constraints`.
    pub struct ContainerConstraints {
        /// Regions to run in.
        regions: Vec<String>,
        /// A jurisdiction to stay in.
        jurisdiction: Option<String>,
        /// Tiers of locations.
        tiers: Vec<u32>,
    }
}

choice! {
    /// `containers[].scheduling_policy`.
    pub enum SchedulingPolicy {
        /// The platform's choice.
        Default = "default",
        /// An experimental policy.
        Moon = "moon",
        /// In one region.
        Regional = "regional",
    }
}

choice! {
    /// `containers[].rollout_kind`.
    pub enum RolloutKind {
        /// All steps by themselves.
        FullAuto = "full_auto",
        /// Each step by hand.
        FullManual = "full_manual",
        /// None.
        None = "none",
    }
}

record! {
    /// A container image that a Durable Object class runs: `containers[]`.
    pub struct Container check check {
        /// Its name; made of the Worker's and the class's when left out.
        name: Option<String>,
        /// The Durable Object class.
        class_name: String,
        /// A Dockerfile's path, or an image in a registry.
        image: Option<String>,
        /// The folder the Dockerfile builds in.
        image_build_context: Option<String>,
        /// Variables of the build.
        image_vars: IndexMap<String, String>,
        /// The most containers at once.
        max_instances: Option<u32>,
        /// The size of each.
        instance_type: Option<InstanceType>,
        /// Where they are placed.
        scheduling_policy: Option<SchedulingPolicy>,
        /// Where they may be placed.
        constraints: Option<ContainerConstraints>,
        /// SSH access.
        ssh: Option<ContainerSsh>,
        /// Keys that may log in.
        authorized_keys: Vec<PublicKey>,
        /// Authorities whose keys may log in.
        trusted_user_ca_keys: Vec<PublicKey>,
        /// The steps of a rollout in percent.
        rollout_step_percentage: Option<Json>,
        /// Who moves a rollout on.
        rollout_kind: Option<RolloutKind>,
        /// How long an active container may stay during a rollout, in seconds.
        rollout_active_grace_period: Option<u32>,
        /// Which containers should be together.
        affinities: Option<Json>,
        /// The older place of `image` and the size.
        configuration: Option<Json>,
        /// What hosted takes without wrangler knowing it.
        unsafe_ = "unsafe": Option<Json>,
    }
}

fn check(container: &Container, table: &TableReader<'_>) {
    let older = container.configuration.as_ref();
    if container.image.is_none() && older.and_then(|older| older.get("image")).is_none() {
        let message = "\"containers.image\" field must be defined for each container app. This should be the path to \
                       your Dockerfile or an image URI.";
        table.cx.report(table.cx.error(table.span, message).help("example: image = \"./Dockerfile\""));
    }
    if older.is_some() {
        let message = "\"containers.configuration\" is deprecated. Use top level \"containers\" fields instead.";
        let span = table.table.get("configuration").map_or(table.span, |entry| entry.key_span);
        table.cx.report(table.cx.warning(span, message));
    }
}

record! {
    /// `cloudchamber`.
    pub struct Cloudchamber {
        /// The image.
        image: Option<String>,
        /// Where it runs.
        location: Option<String>,
        /// A ready-made size.
        instance_type: Option<InstancePreset>,
        /// CPUs.
        vcpu: Option<f64>,
        /// Memory, for example `2GB`.
        memory: Option<String>,
        /// Whether it has an IPv4 address.
        ipv4: Option<bool>,
    }
}
