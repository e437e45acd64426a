use crate::{HEAD, only, options, refused, toml};
use selvedge_config::{Style, parse};

/// The rendering of a whole file that is refused.
fn rendered(name: &str, text: &str) -> String {
    parse(text, name, &options()).unwrap_err().render(Style::Plain)
}

#[test]
fn all_mistakes_are_shown_at_once_with_their_lines() {
    let text =
        "name = 3\nmain = \"src/index.ts\"\ncompatibility_date = \"2025-13-01\"\n\n[limits]\ncpu_ms = \"fast\"\n";
    assert_eq!(
        rendered("wrangler.toml", text),
        r#"error: Expected "name" to be of type string but got 3.
 --> wrangler.toml:1:8
  |
1 | name = 3
  |        ^ expected a string, found a number
  |
  = help: example: name = "my-worker"

error: "compatibility_date" field should be a valid ISO-8601 date (YYYY-MM-DD), but got "2025-13-01".
 --> wrangler.toml:3:22
  |
3 | compatibility_date = "2025-13-01"
  |                      ^^^^^^^^^^^^ not a date of the calendar
  |
  = help: example: compatibility_date = "2025-06-01"

error: Expected "limits.cpu_ms" to be of type number but got "fast".
 --> wrangler.toml:6:10
  |
6 | cpu_ms = "fast"
  |          ^^^^^^ expected a number, found a string
  |
  = help: example: cpu_ms = 50"#
    );
}

#[test]
fn json_gets_json_examples() {
    let text = "{\n  \"name\": \"w\",\n  \"main\": [\"a\"],\n  \"compatibility_date\": \"2025-06-01\"\n}\n";
    assert_eq!(
        rendered("wrangler.jsonc", text),
        r#"error: Expected "main" to be of type string but got ["a"].
 --> wrangler.jsonc:3:11
  |
3 |   "main": ["a"],
  |           ^^^^^ expected a string, found an array
  |
  = help: example: "main": "src/index.ts""#
    );
}

#[test]
fn a_duplicate_binding_shows_both_places() {
    let text = format!("{HEAD}vars = {{ KV = 1 }}\n\n[[kv_namespaces]]\nbinding = \"KV\"\n");
    assert_eq!(
        rendered("wrangler.toml", &text),
        r#"error: KV assigned to Environment Variable and KV Namespace bindings.
 --> wrangler.toml:7:11
  |
4 | vars = { KV = 1 }
  |          -- first here as Environment Variable
...
7 | binding = "KV"
  |           ^^^^ here as KV Namespace
  |
  = help: Bindings must have unique names, so that they can all be referenced in the worker: rename one of them."#
    );
}

#[test]
fn an_unknown_key_is_a_warning_with_the_nearest_one() {
    let loaded = toml("compatability_flags = []\n").unwrap();
    assert_eq!(
        loaded.warnings[0].render(Style::Plain),
        r#"warning: Unexpected fields found in top-level field: "compatability_flags"
 --> wrangler.toml:4:1
  |
4 | compatability_flags = []
  | ^^^^^^^^^^^^^^^^^^^ this key is not known and is ignored
  |
  = help: did you mean "compatibility_flags"?"#
    );
}

#[test]
fn an_empty_file_is_told_what_it_lacks() {
    assert_eq!(
        rendered("wrangler.toml", ""),
        r#"warning: No compatibility_date was specified. Using today's date: 2025-07-01.
--> wrangler.toml
 = help: add one: compatibility_date = "2025-07-01"

error: "name" is a required field.
--> wrangler.toml
 = help: example: name = "my-worker"

error: Missing entry-point to Worker script or to assets directory.
--> wrangler.toml
 = help: example: main = "src/index.ts"
 = help: example: assets = { directory = "./public", binding = "ASSETS" }"#
    );
}

#[test]
fn colour_is_only_for_those_who_ask() {
    let error = parse("", "wrangler.toml", &options()).unwrap_err();
    assert!(!error.render(Style::Plain).contains('\u{1b}'));
    assert!(error.render(Style::Colour).contains('\u{1b}'));
}

#[test]
fn a_syntax_error_points_at_its_character() {
    assert!(rendered("wrangler.toml", "name = \"w\nmain = 1\n").contains("wrangler.toml:1:"));
    let json = rendered("wrangler.json", "{\n  \"name\" \"w\"\n}");
    assert!(json.contains("error: Invalid JSON: ") && json.contains("wrangler.json:2:"), "{json}");
}

#[test]
fn a_display_is_a_line_for_each_error() {
    let error = parse("name = 1\n", "wrangler.toml", &options()).unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines[0], "the configuration is not valid");
    assert_eq!(lines[2], "wrangler.toml:1:8: error: Expected \"name\" to be of type string but got 1.");
}

#[test]
fn a_date_in_the_future_is_refused() {
    let text = "name = \"w\"\nmain = \"i.ts\"\ncompatibility_date = \"2025-07-02\"\n";
    let error = parse(text, "wrangler.toml", &options()).unwrap_err();
    assert_eq!(
        only(error.diagnostics()),
        "3:22 The compatibility date 2025-07-02 is in the future: today is 2025-07-01."
    );
}

#[test]
fn a_date_without_quotes_is_told_to_take_them() {
    let text = "name = \"w\"\nmain = \"i.ts\"\ncompatibility_date = 2025-06-01\n";
    let error = parse(text, "wrangler.toml", &options()).unwrap_err();
    assert_eq!(error.diagnostics()[0].help_texts()[1], "put the date in quotes: \"2025-06-01\"");
}

#[test]
fn a_missing_date_is_today_with_a_warning() {
    let loaded = parse("name = \"w\"\nmain = \"i.ts\"\n", "wrangler.toml", &options()).unwrap();
    assert_eq!(loaded.manifest.compatibility_date.to_string(), "2025-07-01");
    assert!(only(&loaded.warnings).contains("No compatibility_date was specified."));
}

#[test]
fn a_name_must_fit_a_host_name() {
    for name in ["", "My-Worker", "-a", "a b"] {
        let text = format!("name = \"{name}\"\nmain = \"i.ts\"\ncompatibility_date = \"2025-06-01\"\n");
        let error = parse(&text, "wrangler.toml", &options()).unwrap_err();
        assert!(only(error.diagnostics()).starts_with("1:8 "), "{name}");
    }
}

/// A line, and the one thing to say about it.
#[test]
fn each_mistake_has_its_own_words() {
    for (line, message) in [
        ("minify = \"yes\"", "Expected \"minify\" to be of type boolean but got \"yes\"."),
        ("compatibility_flags = [\"a\", 1]", "Expected \"compatibility_flags[1]\" to be of type string but got 1."),
        ("limits = { cpu_ms = 0 }", "\"limits.cpu_ms\" must be from 1 to 300000, not 0."),
        ("limits = { cpu_ms = 300001 }", "\"limits.cpu_ms\" must be from 1 to 300000, not 300001."),
        ("limits = { subrequests = 0 }", "\"limits.subrequests\" must be from 1 to 10000000, not 0."),
        ("limits = { cpu_ms = -5 }", "Expected \"limits.cpu_ms\" to be a whole number from 0 to"),
        ("dev = { port = 70000 }", "Expected \"dev.port\" to be a whole number from 0 to 65535 but got 70000."),
        ("dev = { local_protocol = \"htps\" }", "to be one of [\"http\",\"https\"] but got \"htps\"."),
        ("rules = [{ type = \"Text\" }]", "\"rules[0].globs\" is a required field."),
        ("rules = [{ type = \"text\", globs = [] }]", "Expected \"rules[0].type\" field to be one of"),
        ("vars = \"x\"", "The field \"vars\" should be an object but got \"x\"."),
        ("vars = { A = 2025-01-01 }", "The field \"vars.A\" is a TOML date, which is not supported."),
        ("vars = { A = [nan] }", "The field \"vars.A\" is NaN, which JSON has no number for."),
        ("route = \"a.com/*\"\nroutes = []", "Expected exactly one of the following fields [\"routes\",\"route\"]."),
        ("routes = [{ pattern = \"a.com\" }]", "Invalid route \"a.com\": one of \"zone_name\""),
        ("routes = [{ pattern = \"*.a.com\", custom_domain = true }]", "Wildcard operators (*) are not allowed"),
        ("routes = [5]", "Expected \"routes[0]\" to be either a string, or an object"),
        ("triggers = { crons = [\"* * * *\"] }", "Invalid cron expression \"* * * *\" in \"triggers.crons[0]\""),
        ("assets = { binding = \"A\" }", "missing the required `directory` property"),
        ("assets = { directory = \"a\", run_worker_first = [] }", "at least 1 rule"),
        ("assets = { directory = \"a\", html_handling = \"non\" }", "to be one of [\"auto-trailing-slash\""),
        ("placement = { mode = \"off\", hint = \"x\" }", "\"placement.hint\" can only be set"),
        ("placement = {}", "\"placement.mode\" is a required field."),
        ("observability = {}", "\"observability.enabled\" or"),
        ("observability = { enabled = true, head_sampling_rate = 2 }", "must be a value between 0 and 1."),
        ("node_compat = true", "The \"node_compat\" field is no longer supported"),
        ("pages_build_output_dir = \"dist\"", "This is the configuration of a Pages project"),
        ("env = 1", "Expected \"env\" to be of type object but got 1."),
        ("site = {}", "\"site.bucket\" is a required field."),
    ] {
        let said = only(&refused(&format!("{line}\n")));
        assert!(said.contains(message), "{line}\n  {said}");
    }
}

#[test]
fn assets_without_a_worker_have_no_binding() {
    let text = "name = \"w\"\ncompatibility_date = \"2025-06-01\"\n[assets]\ndirectory = \"a\"\nbinding = \"A\"\n";
    let error = parse(text, "wrangler.toml", &options()).unwrap_err();
    assert!(only(error.diagnostics()).starts_with("5:11 Cannot use assets with a binding"));
}

#[test]
fn an_empty_route_is_ignored_with_a_warning() {
    let loaded = toml("route = \"\"\n").unwrap();
    assert!(only(&loaded.warnings).contains("is an empty string and will be ignored"));
    assert!(loaded.manifest.routes.is_empty());
}
