//! Errors, as they are printed.

use selvedge_bundle::Severity;

use crate::project::Project;

fn project(source: &str) -> Project {
    Project::new(&[("src/index.ts", source), ("src/helpers.ts", "export const help = 1;")])
}

#[tokio::test]
async fn an_unresolved_file() {
    let project =
        project("const a = 1;\nimport { help } from \"./helper\";\nexport default { fetch: () => [a, help] };");
    let error = project.fail().await;
    assert_eq!(
        error.to_string(),
        "✘ [ERROR] Could not resolve \"./helper\"\n\n    src/index.ts:2:21:\n      2 │ import { help } from \"./helper\";\n        ╵                      ~~~~~~~~~~\n\n  Did you mean \"./helpers.ts\"?"
    );
    // The file may appear there, or the import be corrected.
    assert!(error.watch.directories.contains(&project.path("src")));
    assert!(error.watch.files.contains(&project.path("src/index.ts")));
}

#[tokio::test]
async fn an_unresolved_package() {
    let error = project("import { a } from '@scope/pkg/deep';\nexport default { fetch: () => a };").fail().await;
    let text = error.to_string();
    assert!(text.starts_with("✘ [ERROR] Could not resolve \"@scope/pkg/deep\"\n\n    src/index.ts:1:18:"), "{text}");
    assert!(text.contains("The package \"@scope/pkg\" is not installed. Run `npm install @scope/pkg`"), "{text}");
}

#[tokio::test]
async fn a_package_that_does_not_export_the_path() {
    let project = project("import { a } from 'pkg/inner';\nexport default { fetch: () => a };");
    project.write(
        "node_modules/pkg/package.json",
        r#"{ "name": "pkg", "exports": { ".": "./index.js", "./inner": { "node": "./inner.js" } } }"#,
    );
    project.write("node_modules/pkg/index.js", "");
    let text = project.fail().await.to_string();
    assert!(text.contains("Could not resolve \"pkg/inner\""), "{text}");
    assert!(text.contains("The path \"./inner\" is not exported by the package \"pkg\" under the conditions \"workerd\", \"worker\", \"browser\""), "{text}");
}

#[tokio::test]
async fn a_builtin_of_node_without_the_flag() {
    for specifier in ["path", "node:fs", "fs/promises"] {
        let text = project(&format!("import x from \"{specifier}\";\nexport default {{ fetch: () => x }};"))
            .fail()
            .await
            .to_string();
        assert_eq!(
            text,
            format!(
                "✘ [ERROR] Could not resolve \"{specifier}\"\n\n    src/index.ts:1:14:\n      1 │ import x from \"{specifier}\";\n        ╵               {}\n\n  The package \"{specifier}\" wasn't found on the file system but is built into node.\n  - Add the \"nodejs_compat\" compatibility flag to your project.",
                "~".repeat(specifier.len() + 2)
            )
        );
    }
}

#[tokio::test]
async fn a_builtin_required_by_a_package() {
    let project = Project::new(&[
        ("src/index.js", "import x from 'pkg'; export default { fetch: () => x }"),
        ("node_modules/pkg/package.json", r#"{ "name": "pkg", "main": "index.js" }"#),
        ("node_modules/pkg/index.js", "const fs = require('fs');\nmodule.exports = fs;"),
    ]);
    let text = project.fail().await.to_string();
    assert!(text.contains("node_modules/pkg/index.js:1:19:") && text.contains("nodejs_compat"), "{text}");
}

#[tokio::test]
async fn a_syntax_error() {
    let error = project("export default {\n  fetch() { return 1 +; }\n};").fail().await;
    let first = &error.diagnostics[0];
    assert_eq!(first.severity, Severity::Error);
    let place = first.location.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("src/index.ts", 2, 22));
    assert!(
        error.to_string().contains("      2 │   fetch() { return 1 +; }\n        ╵                       ^"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_export() {
    let error = project("import { gone } from './helpers';\nexport default { fetch: () => gone };").fail().await;
    let text = error.to_string();
    assert!(
        text.starts_with(
            "✘ [ERROR] No matching export in \"src/helpers.ts\" for import \"gone\"\n\n    src/index.ts:1:9:"
        ),
        "{text}"
    );
    assert!(text.contains("~~~~\n"), "{text}");
}

#[tokio::test]
async fn broken_json() {
    let project = project("import data from './data.json'; export default { fetch: () => data }");
    project.write("src/data.json", "{\n  \"a\": 1,,\n}");
    let error = project.fail().await;
    let place = error.diagnostics[0].location.as_ref().unwrap_or_else(|| panic!("{error}"));
    assert_eq!((place.file.as_str(), place.line), ("src/data.json", 2), "{error}");
}

#[tokio::test]
async fn a_file_of_unknown_kind() {
    let project = project("import readme from './readme.md'; export default { fetch: () => readme }");
    project.write("src/readme.md", "# Title");
    let text = project.fail().await.to_string();
    assert!(
        text.starts_with(
            "✘ [ERROR] No loader is configured for \".md\" files: src/readme.md\n\n    src/index.ts:1:19:"
        ),
        "{text}"
    );
    assert!(text.contains("\"globs\": [\"**/*.md\"]"), "{text}");
}

#[tokio::test]
async fn a_missing_asset() {
    let text = project("import a from './a.wasm'; export default { fetch: () => a }").fail().await.to_string();
    assert!(text.starts_with("✘ [ERROR] Could not resolve \"./a.wasm\""), "{text}");
}

#[tokio::test]
async fn every_error_is_told() {
    let error =
        project("import a from './one';\nimport b from './two';\nexport default { fetch: () => [a, b] };").fail().await;
    assert_eq!(error.diagnostics.len(), 2, "{error}");
}

#[tokio::test]
async fn a_missing_entry_says_where_to_set_it() {
    let project = Project::new(&[]);
    project.write("src/other.ts", "");
    let error = project.fail().await;
    assert!(
        error.to_string().starts_with("✘ [ERROR] The entry-point file at \"src/index.ts\" was not found."),
        "{error}"
    );
    assert!(error.watch.directories.iter().any(|folder| folder.ends_with("src")), "{:?}", error.watch);
    let error = project.fail_with(|options| options.entry = "src".into()).await;
    assert!(error.to_string().contains("is a folder"), "{error}");
    project.write("src/worker.py", "");
    let error = project.fail_with(|options| options.entry = "src/worker.py".into()).await;
    assert!(error.to_string().contains("Python Workers are not supported"), "{error}");
}

#[tokio::test]
async fn a_broken_tsconfig_or_package_is_an_error() {
    let project = project("export default { fetch: () => 1 }");
    project.write("tsconfig.json", "{ \"extends\": \"./gone.json\" }");
    let error = project.fail().await;
    assert!(error.to_string().contains("gone.json"), "{error}");
    project.write("tsconfig.json", "{}");
    project.write("package.json", "{ \"name\": ");
    let error = project.fail().await;
    assert!(error.to_string().contains("package.json"), "{error}");
}

#[tokio::test]
async fn a_deeply_nested_source_does_no_harm() {
    let deep = format!("export default {}1{};", "(".repeat(2000), ")".repeat(2000));
    let bundle = project(&deep).build().await;
    assert_eq!(bundle.exports, ["default"]);
}

#[tokio::test]
async fn decorators_that_nothing_compiles() {
    let source =
        "const mark = (value: unknown) => value;\nexport class A {\n  @mark method() {}\n}\nexport default {};";
    let text = project(source).fail().await.to_string();
    assert!(
        text.starts_with("✘ [ERROR] Decorators cannot be run: V8 does not have them yet\n\n    src/index.ts:3:2:"),
        "{text}"
    );
    let text = project("export class A { accessor x = 1 }\nexport default {};").fail().await.to_string();
    assert!(text.contains("Auto-accessors cannot be run") && text.contains("src/index.ts:1:"), "{text}");
}

#[tokio::test]
async fn jsx_in_a_file_that_has_none() {
    let text = project("export default { fetch: () => <div/> };").fail().await.to_string();
    assert!(text.contains("rename it to \"src/index.tsx\""), "{text}");
}
