use crate::{HEAD, env, options};
use selvedge_config::{ConfigError, Loaded, parse};

fn staging(text: &str) -> Result<Loaded, ConfigError> {
    parse(&format!("{HEAD}{text}"), "wrangler.toml", &env("staging"))
}

fn messages(loaded: &Loaded) -> Vec<&str> {
    loaded.warnings.iter().map(|warning| warning.message()).collect()
}

#[test]
fn an_environment_inherits_and_overrides() {
    let loaded = staging("minify = true\ntsconfig = \"a\"\n[env.staging]\ntsconfig = \"b\"\n").unwrap();
    assert_eq!(messages(&loaded), [""; 0]);
    assert!(loaded.manifest.minify);
    assert_eq!(loaded.manifest.tsconfig.as_deref(), Some("b"));
    assert_eq!(loaded.manifest.environment.as_deref(), Some("staging"));
}

#[test]
fn an_environment_is_called_after_the_worker_unless_it_has_a_name() {
    assert_eq!(staging("[env.staging]\n").unwrap().manifest.name, "w-staging");
    assert_eq!(staging("[env.staging]\nname = \"own\"\n").unwrap().manifest.name, "own");
}

#[test]
fn vars_are_not_inherited_and_the_loss_is_warned_of() {
    let loaded = staging("vars = { A = 1 }\n[env.staging]\n").unwrap();
    assert_eq!(loaded.manifest.vars().count(), 0);
    assert_eq!(messages(&loaded), ["\"vars\" exists at the top level, but not on \"env.staging\"."]);
}

#[test]
fn each_missing_variable_is_named() {
    let loaded = staging("vars = { A = 1, B = 2 }\n[env.staging.vars]\nB = 3\n").unwrap();
    assert_eq!(messages(&loaded), ["\"vars.A\" exists at the top level, but not on \"env.staging.vars\"."]);
}

#[test]
fn each_missing_binding_is_named() {
    let loaded =
        staging("kv_namespaces = [{ binding = \"A\" }]\n[[env.staging.kv_namespaces]]\nbinding = \"B\"\n").unwrap();
    assert_eq!(
        messages(&loaded),
        ["There is a kv_namespaces binding with name \"A\" at the top level, but not on \"env.staging\"."]
    );
}

#[test]
fn define_is_compared_both_ways() {
    let loaded = staging("define = { A = \"1\" }\n[env.staging.define]\nB = \"2\"\n").unwrap();
    assert_eq!(
        messages(&loaded),
        [
            "\"define.A\" exists at the top level, but not on \"env.staging.define\".",
            "\"B\" exists on \"env.staging\", but not on the top level.",
        ]
    );
}

#[test]
fn blobs_and_log_forwarders_hold_for_every_environment() {
    let loaded = staging(
        "text_blobs = { T = \"t.txt\" }\nlogfwdr = { bindings = [{ name = \"L\", destination = \"d\" }] }\n[env.staging]\n",
    )
    .unwrap();
    assert_eq!(messages(&loaded), [""; 0]);
    assert!(loaded.manifest.binding("T").is_some() && loaded.manifest.binding("L").is_some());
}

#[test]
fn a_key_of_the_top_is_not_known_below() {
    let loaded = staging("[env.staging.dev]\nport = 1\n").unwrap();
    assert_eq!(messages(&loaded), ["Unexpected fields found in env.staging field: \"dev\""]);
    assert!(loaded.warnings[0].help_texts()[0].contains("top level only"));
}

#[test]
fn an_environment_that_is_not_there_lists_those_that_are() {
    let error = staging("[env.stagin]\n[env.production]\n").unwrap_err();
    let error = &error.diagnostics()[0];
    assert_eq!(error.message(), "No environment found in configuration with name \"staging\".");
    assert!(error.help_texts()[0].contains("[\"stagin\",\"production\"]"), "{error:?}");
    assert_eq!(error.help_texts()[1], "did you mean \"stagin\"?");
}

#[test]
fn without_environments_the_top_level_serves_under_the_other_name() {
    let loaded = staging("vars = { A = 1 }\n").unwrap();
    assert_eq!(messages(&loaded), ["No environment found in configuration with name \"staging\"."]);
    assert_eq!((loaded.manifest.name.as_str(), loaded.manifest.vars().count()), ("w-staging", 1));
}

#[test]
fn a_mistake_in_another_environment_does_not_matter() {
    let text = format!("{HEAD}[env.other]\nminify = 3\n");
    assert!(parse(&text, "wrangler.toml", &options()).is_ok());
}

#[test]
fn an_environment_that_is_no_table_is_refused() {
    let error = staging("env = { staging = 1 }\n").unwrap_err();
    assert!(error.to_string().contains("Expected \"env.staging\" to be of type object but got 1."), "{error}");
}

#[test]
fn routes_of_an_environment_take_the_place_of_the_tops() {
    let loaded = staging("route = \"a.com/*\"\n[env.staging]\nroutes = [\"b.com/*\"]\n").unwrap();
    assert_eq!(loaded.manifest.routes[0].pattern.text, "b.com/*");
    assert_eq!(loaded.manifest.routes.len(), 1);
}
