use serde_json::json;

use crate::{HEAD, manifest, options, toml};
use selvedge_config::{
    CivilDate, HtmlHandling, LoadOptions, ModuleType, NotFoundHandling, Protocol, RunWorkerFirst, Zone, parse,
};

const JSONC: &str = r#"{
    // The same Worker as the TOML one.
    "name": "w",
    "main": "i.ts",
    "compatibility_date": "2025-06-01",
    "vars": { "A": "text", "N": 1.5, "O": { "deep": [true, null] } },
    "kv_namespaces": [{ "binding": "KV", "id": "x" }],
}"#;

#[test]
fn toml_and_json_say_the_same() {
    let json = parse(&JSONC.replace("[true, null]", "[true]"), "wrangler.jsonc", &options()).unwrap();
    let mut toml = toml(
        "kv_namespaces = [{ binding = \"KV\", id = \"x\" }]\n[vars]\nA = \"text\"\nN = 1.5\nO = { deep = [true] }\n",
    )
    .unwrap()
    .manifest;
    for (ours, theirs) in toml.bindings.iter_mut().zip(&json.manifest.bindings) {
        ours.location = theirs.location;
    }
    assert_eq!(toml, json.manifest);
}

#[test]
fn vars_keep_their_json() {
    let loaded = parse(JSONC, "wrangler.json", &options()).unwrap();
    let vars: Vec<_> = loaded.manifest.vars().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    assert_eq!(
        vars,
        [
            ("A".to_owned(), json!("text")),
            ("N".to_owned(), json!(1.5)),
            ("O".to_owned(), json!({ "deep": [true, null] })),
        ]
    );
}

#[test]
fn defaults_are_wranglers() {
    let worker = manifest("");
    assert!(worker.keep_names && !worker.minify && !worker.no_bundle);
    assert_eq!((worker.jsx_factory.as_str(), worker.jsx_fragment.as_str()), ("React.createElement", "React.Fragment"));
    assert_eq!(worker.build.watch_dirs(), ["./src"]);
    assert_eq!(worker.compatibility_date, CivilDate::new(2025, 6, 1).unwrap());
}

#[test]
fn bundling_keys_are_read() {
    let worker = manifest(
        "minify = true\nno_bundle = true\nfind_additional_modules = true\nbase_dir = \"src\"\ntsconfig = \"t.json\"\n\
         preserve_file_names = true\nkeep_names = false\ncompatibility_flags = [\"nodejs_compat\"]\n\
         [define]\nVERSION = \"'1'\"\n[alias]\nfs = \"./fs.ts\"\n\
         [[rules]]\ntype = \"Text\"\nglobs = [\"**/*.md\"]\nfallthrough = true\n",
    );
    assert!(worker.minify && worker.no_bundle && worker.preserve_file_names && !worker.keep_names);
    assert_eq!(worker.find_additional_modules, Some(true));
    assert_eq!((worker.base_dir.as_deref(), worker.tsconfig.as_deref()), (Some("src"), Some("t.json")));
    assert_eq!(worker.define["VERSION"], "'1'");
    assert_eq!(worker.alias["fs"], "./fs.ts");
    assert_eq!(worker.rules[0].kind, ModuleType::Text);
    assert_eq!(worker.rules[0].globs.0, ["**/*.md"]);
    assert_eq!(worker.rules[0].fallthrough, Some(true));
}

#[test]
fn assets_are_read_and_bound() {
    let worker = manifest(
        "[assets]\ndirectory = \"public\"\nbinding = \"ASSETS\"\nhtml_handling = \"none\"\n\
         not_found_handling = \"single-page-application\"\nrun_worker_first = [\"/api/*\"]\n",
    );
    let assets = worker.assets.as_ref().unwrap();
    assert_eq!(assets.html_handling, Some(HtmlHandling::None));
    assert_eq!(assets.not_found_handling, Some(NotFoundHandling::SinglePageApplication));
    assert_eq!(assets.run_worker_first, Some(RunWorkerFirst::Paths(vec!["/api/*".to_owned()])));
    let binding = worker.binding("ASSETS").unwrap();
    assert_eq!((binding.kind.title(), binding.location.line), ("Assets", 6));
}

#[test]
fn a_worker_of_assets_only_needs_no_main() {
    let text = "name = \"w\"\ncompatibility_date = \"2025-06-01\"\nassets = { directory = \"public\" }\n";
    let loaded = parse(text, "wrangler.toml", &options()).unwrap();
    assert_eq!(loaded.manifest.main, None);
}

#[test]
fn routes_are_strings_or_tables() {
    let worker = manifest(
        "routes = [\"a.com/*\", { pattern = \"b.com/x\", zone_name = \"b.com\" }, \
         { pattern = \"c.com\", custom_domain = true }]\n",
    );
    assert!(worker.routes[0].pattern.any_path_suffix && worker.routes[0].zone.is_none());
    assert_eq!(worker.routes[1].zone, Some(Zone::Name("b.com".to_owned())));
    assert!(worker.routes[2].custom_domain);
}

#[test]
fn one_route_is_a_list_of_one() {
    let worker = manifest("route = \"a.com/*\"\n");
    assert_eq!(worker.routes.len(), 1);
}

#[test]
fn triggers_limits_and_dev_are_read() {
    let worker = manifest(
        "[triggers]\ncrons = [\"*/5 * * * *\"]\n[limits]\ncpu_ms = 50\n\
         [dev]\nport = 9000\nlocal_protocol = \"https\"\n[observability]\nenabled = true\nhead_sampling_rate = 1\n",
    );
    assert_eq!(worker.crons[0].as_str(), "*/5 * * * *");
    assert_eq!(worker.limits.cpu_ms, Some(50));
    assert_eq!((worker.dev.port, worker.dev.local_protocol), (Some(9000), Some(Protocol::Https)));
    assert_eq!(worker.observability.unwrap().head_sampling_rate, Some(1.0));
}

#[test]
fn options_take_the_place_of_name_and_main() {
    let options = LoadOptions { name: Some("other".to_owned()), main: Some("b.ts".to_owned()), ..options() };
    let loaded = parse(HEAD, "wrangler.toml", &options).unwrap();
    assert_eq!((loaded.manifest.name.as_str(), loaded.manifest.main.as_deref()), ("other", Some("b.ts")));
}

#[test]
fn a_variable_can_be_set_over_any_binding() {
    let mut worker = manifest("[vars]\nA = \"1\"\n");
    worker.set_var("A", "2");
    worker.set_var("B", "3");
    let vars: Vec<_> = worker.vars().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    assert_eq!(vars, [("A".to_owned(), json!("2")), ("B".to_owned(), json!("3"))]);
}

#[test]
fn a_workers_site_gives_the_entry_point() {
    let text = "name = \"w\"\ncompatibility_date = \"2025-06-01\"\n[site]\nbucket = \"public\"\n";
    let worker = parse(text, "wrangler.toml", &options()).unwrap().manifest;
    assert_eq!(worker.main.as_deref(), Some("workers-site/index.js"));
    assert_eq!(worker.binding("__STATIC_CONTENT").unwrap().kind.title(), "Workers Site");
}

#[test]
fn a_manifest_is_json() {
    let worker = manifest("[[kv_namespaces]]\nbinding = \"KV\"\nid = \"x\"\n");
    let json = serde_json::to_value(&worker).unwrap();
    assert_eq!(json["compatibility_date"], "2025-06-01");
    assert_eq!(json["bindings"][0]["kind"], "kv_namespace");
    assert_eq!(json["bindings"][0]["settings"]["id"], "x");
}
