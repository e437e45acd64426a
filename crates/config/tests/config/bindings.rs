use crate::{manifest, only, refused, toml};
use selvedge_config::BindingKind;

/// Every table there is, one binding each.
const ALL: &str = r#"
vars = { VAR = "x" }
secrets = { required = ["SECRET"] }
wasm_modules = { WASM = "a.wasm" }
text_blobs = { TEXT = "a.txt" }
data_blobs = { DATA = "a.bin" }
assets = { directory = "public", binding = "ASSETS" }
kv_namespaces = [{ binding = "KV", id = "i", preview_id = "p", remote = true }]
r2_buckets = [{ binding = "R2", bucket_name = "bucket", jurisdiction = "eu" }]
d1_databases = [{ binding = "DB", database_name = "d", database_id = "i", migrations_dir = "m" }]
durable_objects = { bindings = [{ name = "DO", class_name = "C", script_name = "s" }] }
queues = { producers = [{ binding = "QUEUE", queue = "q", delivery_delay = 5 }], consumers = [{ queue = "q", max_batch_size = 10, dead_letter_queue = "d" }] }
services = [{ binding = "SERVICE", service = "s", entrypoint = "E", props = { a = 1 } }]
workflows = [{ binding = "WORKFLOW", name = "wf", class_name = "W", limits = { steps = 10 } }]
analytics_engine_datasets = [{ binding = "AE", dataset = "d" }]
vectorize = [{ binding = "VECTORIZE", index_name = "i" }]
hyperdrive = [{ binding = "HYPERDRIVE", id = "i", localConnectionString = "postgres://" }]
secrets_store_secrets = [{ binding = "STORE", store_id = "s", secret_name = "n" }]
ai = { binding = "AI" }
ai_search_namespaces = [{ binding = "SEARCH_NS", namespace = "n" }]
ai_search = [{ binding = "SEARCH", instance_name = "i" }]
browser = { binding = "BROWSER" }
images = { binding = "IMAGES" }
media = { binding = "MEDIA" }
stream = { binding = "STREAM" }
version_metadata = { binding = "VERSION" }
send_email = [{ name = "EMAIL", allowed_destination_addresses = ["a@b.c"] }]
mtls_certificates = [{ binding = "MTLS", certificate_id = "i" }]
dispatch_namespaces = [{ binding = "DISPATCH", namespace = "n", outbound = { service = "o", parameters = ["p"] } }]
ratelimits = [{ name = "RATE", namespace_id = "1", simple = { limit = 10, period = 60 } }]
pipelines = [{ binding = "PIPELINE", pipeline = "p" }]
artifacts = [{ binding = "ARTIFACTS", namespace = "n" }]
worker_loaders = [{ binding = "LOADER" }]
vpc_services = [{ binding = "VPC", service_id = "i" }]
vpc_networks = [{ binding = "VPC_NET", network_id = "i" }]
flagship = [{ binding = "FLAGSHIP", app_id = "i" }]
unsafe_hello_world = [{ binding = "HELLO", enable_timer = true }]
logfwdr = { bindings = [{ name = "LOGS", destination = "d" }] }
unsafe = { bindings = [{ name = "UNSAFE", type = "t", extra = 1 }], metadata = { a = 1 } }
tail_consumers = [{ service = "t", environment = "e" }]
streaming_tail_consumers = [{ service = "t" }]
containers = [{ class_name = "C", image = "./Dockerfile", max_instances = 2, instance_type = { vcpu = 1 } }]
cloudchamber = { vcpu = 1, memory = "1GB" }
migrations = [{ tag = "v1", new_sqlite_classes = ["C"], renamed_classes = [{ from = "A", to = "B" }] }]
"#;

#[test]
fn every_table_is_read_without_a_word() {
    let worker = manifest(ALL);
    let names: Vec<_> = worker.bindings().map(|binding| binding.name.as_str()).collect();
    assert_eq!(names.len(), 38, "{names:?}");
    for binding in worker.bindings() {
        let line = ALL.lines().nth(binding.location.line - 4).unwrap();
        assert!(line.contains(&binding.name), "{} is not in {line}", binding.name);
        assert!(line.starts_with(binding.kind.table()), "{line}");
    }
}

#[test]
fn settings_are_typed() {
    let worker = manifest(ALL);
    let kind = |name| &worker.binding(name).unwrap().kind;
    assert!(
        matches!(kind("KV"), BindingKind::KvNamespace(kv) if kv.id.as_deref() == Some("i") && kv.remote == Some(true))
    );
    assert!(matches!(kind("RATE"), BindingKind::RateLimit(rate) if rate.simple.limit == 10));
    assert!(matches!(kind("UNSAFE"), BindingKind::Unsafe(it) if it.kind == "t" && it.settings["extra"] == 1));
    assert_eq!(worker.queue_consumers[0].dead_letter_queue.as_deref(), Some("d"));
    assert_eq!(worker.migrations[0].renamed_classes[0].to, "B");
    assert_eq!(worker.containers[0].class_name, "C");
    assert_eq!(worker.unsafe_.as_ref().unwrap().metadata["a"], 1);
}

#[test]
fn two_bindings_of_one_name_are_refused_with_both_places() {
    let errors = refused("[vars]\nA = 1\n[[kv_namespaces]]\nbinding = \"A\"\n");
    assert_eq!(only(&errors), "7:11 A assigned to Environment Variable and KV Namespace bindings.");
    assert_eq!(errors[0].related_places()[0].location.line, 5);
}

#[test]
fn two_bindings_of_one_kind_and_name_are_refused() {
    let errors = refused("[[r2_buckets]]\nbinding = \"A\"\n[[r2_buckets]]\nbinding = \"A\"\n");
    assert_eq!(only(&errors), "7:11 A assigned to multiple R2 Bucket bindings.");
}

#[test]
fn a_required_secret_counts_as_a_name() {
    let errors = refused("secrets = { required = [\"A\"] }\nvars = { A = 1 }\n");
    assert_eq!(only(&errors), "5:10 A assigned to Secret and Environment Variable bindings.");
}

#[test]
fn a_binding_needs_its_name() {
    let errors = refused("kv_namespaces = [{ id = \"x\" }]\n");
    assert_eq!(only(&errors), "4:18 \"kv_namespaces[0].binding\" is a required field.");
    let errors = refused("kv_namespaces = [{ binding = \"\" }]\n");
    assert_eq!(only(&errors), "4:30 \"kv_namespaces[0].binding\" is empty: a binding needs a name.");
}

#[test]
fn a_table_where_a_list_belongs_is_refused() {
    let errors = refused("[kv_namespaces]\nbinding = \"KV\"\n");
    assert!(only(&errors).contains("Expected \"kv_namespaces\" to be of type object array"), "{errors:?}");
}

#[test]
fn a_list_without_its_bindings_key_is_refused() {
    let errors = refused("[durable_objects]\n");
    assert!(only(&errors).contains("missing the required \"bindings\" property"), "{errors:?}");
}

#[test]
fn an_empty_single_table_is_no_binding() {
    assert_eq!(manifest("ai = {}\n").bindings().count(), 0);
}

#[test]
fn durable_objects_without_migrations_are_warned_of() {
    let loaded = toml("[[durable_objects.bindings]]\nname = \"DO\"\nclass_name = \"C\"\n").unwrap();
    assert!(only(&loaded.warnings).contains("no `migrations` for them"));
    assert!(loaded.warnings[0].help_texts()[1].contains("new_sqlite_classes = [\"C\"]"));
}

#[test]
fn rules_between_keys_are_checked() {
    for (text, message) in [
        ("ratelimits = [{ name = \"R\", namespace_id = \"1\", simple = { limit = 1, period = 30 } }]", "10 or 60"),
        ("vpc_networks = [{ binding = \"V\" }]", "\"tunnel_id\" or \"network_id\""),
        (
            "send_email = [{ name = \"E\", destination_address = \"a\", allowed_destination_addresses = [] }]",
            "but not both",
        ),
        ("workflows = [{ binding = \"W\", name = \"a b\", class_name = \"C\" }]", "\"a b\" is invalid"),
        ("containers = [{ class_name = \"C\" }]", "containers.image"),
    ] {
        let said = only(&refused(text));
        assert!(said.contains(message), "{said}");
    }
}
