//! npm packages, aliases, and what the runtime provides.

use selvedge_bundle::NodejsModules;

use crate::project::{Project, code};

const ENTRY: &str = "import value from 'pkg'; export default { fetch: () => value }";

/// A project with one package of one module per condition.
fn with_exports(exports: &str) -> Project {
    let project = Project::new(&[("src/index.js", ENTRY)]);
    project.write("node_modules/pkg/package.json", format!(r#"{{ "name": "pkg", {exports} }}"#));
    for name in ["workerd", "worker", "browser", "node", "import", "default", "module", "main"] {
        project.write(&format!("node_modules/pkg/{name}.js"), format!("export default 'IS {name}'"));
    }
    project
}

#[tokio::test]
async fn conditions_are_those_of_a_worker() {
    for (exports, expected) in [
        (r#""exports": { "node": "./node.js", "workerd": "./workerd.js", "default": "./default.js" }"#, "IS workerd"),
        (
            r#""exports": { ".": { "node": "./node.js", "worker": "./worker.js", "import": "./import.js" } }"#,
            "IS worker",
        ),
        (r#""exports": { "browser": "./browser.js", "worker": "./worker.js" }"#, "IS browser"),
        (r#""exports": { "node": "./node.js", "import": "./import.js", "default": "./default.js" }"#, "IS import"),
        (r#""browser": "./browser.js", "module": "./module.js", "main": "./main.js""#, "IS browser"),
        (r#""module": "./module.js", "main": "./main.js""#, "IS module"),
        (r#""main": "./main.js""#, "IS main"),
    ] {
        let code = code(&with_exports(exports).build().await);
        assert!(code.contains(expected), "{exports} gave\n{code}");
    }
}

#[tokio::test]
async fn commonjs_packages_are_called_as_imports() {
    let project = Project::new(&[
        ("src/index.ts", "import pkg, { named } from 'pkg'; export default { fetch: () => [pkg.named, named] }"),
        ("node_modules/pkg/package.json", r#"{ "name": "pkg", "main": "index.js" }"#),
        ("node_modules/pkg/index.js", "const other = require('./other'); exports.named = other('CJS');"),
        ("node_modules/pkg/other.js", "module.exports = (name) => name;"),
    ]);
    let bundle = project.build().await;
    assert!(code(&bundle).contains("CJS"));
    assert_eq!(bundle.exports, ["default"]);
}

#[tokio::test]
async fn aliases_name_packages_and_files() {
    let project = Project::new(&[
        ("src/index.js", "import a from 'old'; import b from 'virtual'; export default { fetch: () => [a, b] }"),
        ("src/stand-in.js", "export default 'STAND IN'"),
        ("node_modules/new/package.json", r#"{ "name": "new", "main": "index.js" }"#),
        ("node_modules/new/index.js", "export default 'NEW'"),
    ]);
    let bundle = project.build_with(|options| {
        options.alias.insert("old".into(), "new".into());
        options.alias.insert("virtual".into(), "./src/stand-in.js".into());
    });
    let code = code(&bundle.await);
    assert!(code.contains("NEW") && code.contains("STAND IN"), "{code}");
}

#[tokio::test]
async fn what_the_runtime_provides_stays_an_import() {
    let project = Project::new(&[(
        "src/index.ts",
        "import { DurableObject } from 'cloudflare:workers'; import x from 'ext/deep'; import y from '@scope/any';\nexport class A extends DurableObject {}\nexport default { fetch: () => [x, y] }",
    )]);
    let bundle = project.build_with(|options| options.external = vec!["ext".into(), "@scope/*".into()]).await;
    let code = code(&bundle);
    for import in ["\"cloudflare:workers\"", "\"ext/deep\"", "\"@scope/any\""] {
        assert!(code.contains(&format!("from {import}")), "{import} in\n{code}");
    }
}

#[tokio::test]
async fn node_builtins_are_imports_with_the_flag() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import { Buffer } from 'buffer'; import fs from 'node:fs'; import legacy from 'legacy';\nexport default { fetch: () => [Buffer, fs, legacy] }",
        ),
        ("node_modules/legacy/package.json", r#"{ "name": "legacy", "main": "index.js" }"#),
        (
            "node_modules/legacy/index.js",
            "const path = require('path'); const util = require('node:util'); module.exports = [path.join, util];",
        ),
        ("node_modules/buffer/package.json", r#"{ "name": "buffer", "main": "index.js" }"#),
        ("node_modules/buffer/index.js", "exports.Buffer = 'FROM NPM';"),
    ]);
    let code = code(&project.build_with(|options| options.nodejs_compat = NodejsModules::All).await);
    for import in ["node:buffer", "node:fs", "node:path", "node:util"] {
        assert!(code.contains(&format!("from \"{import}\"")), "{import} in\n{code}");
    }
    assert!(!code.contains("FROM NPM") && !code.contains("require(\""), "{code}");
    assert!(code.contains("module.exports = "), "{code}");
}

#[tokio::test]
async fn a_package_named_as_a_builtin_is_used_without_the_flag() {
    let project = Project::new(&[
        ("src/index.ts", "import { Buffer } from 'buffer'; export default { fetch: () => Buffer }"),
        ("node_modules/buffer/package.json", r#"{ "name": "buffer", "main": "index.js" }"#),
        ("node_modules/buffer/index.js", "exports.Buffer = 'FROM NPM';"),
    ]);
    assert!(code(&project.build().await).contains("FROM NPM"));
}

#[tokio::test]
async fn an_optional_require_is_no_error() {
    let project = Project::new(&[
        ("src/index.js", "import x from 'pkg'; export default { fetch: () => x }"),
        ("node_modules/pkg/package.json", r#"{ "name": "pkg", "main": "index.js" }"#),
        (
            "node_modules/pkg/index.js",
            "let native; try { native = require('not-there'); } catch { native = 'FALLBACK' } module.exports = native;",
        ),
    ]);
    assert!(code(&project.build().await).contains("FALLBACK"));
}
