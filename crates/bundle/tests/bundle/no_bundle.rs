//! Prebuilt Workers, and modules found beside a bundle.

use selvedge_bundle::{ModuleKind, ModuleRule, RuleKind, WorkerFormat};

use crate::project::{Project, code, names};

fn javascript() -> Vec<ModuleRule> {
    let rule = |kind, glob: &str| ModuleRule { kind, globs: vec![glob.into()], fallthrough: None };
    vec![rule(RuleKind::EsModule, "**/*.js"), rule(RuleKind::CommonJs, "**/*.cjs")]
}

fn prebuilt() -> Project {
    Project::new(&[
        ("src/index.js", "import { a } from './lib/a.js';\nexport default { fetch: () => a } // as it is"),
        ("src/lib/a.js", "export const a = 1;"),
        ("src/lib/b.cjs", "module.exports = 2;"),
        ("src/lib/c.txt", "text"),
        ("src/notes.md", "not a module"),
        ("src/node_modules/x/index.js", "not a module"),
    ])
}

#[tokio::test]
async fn files_are_taken_as_they_are() {
    let project = prebuilt();
    let bundle = project.build_with(|options| {
        options.no_bundle = true;
        options.rules = javascript();
    });
    let bundle = bundle.await;
    assert_eq!(names(&bundle), ["index.js", "lib/a.js", "lib/b.cjs", "lib/c.txt"]);
    assert!(code(&bundle).ends_with("// as it is"));
    assert_eq!(bundle.format, WorkerFormat::Modules);
    let kinds: Vec<_> = bundle.modules.iter().map(|module| module.kind).collect();
    assert_eq!(kinds, [ModuleKind::EsModule, ModuleKind::EsModule, ModuleKind::CommonJs, ModuleKind::Text]);
    assert!(bundle.watch.directories.contains(&project.path("src/lib")));
}

#[tokio::test]
async fn names_are_relative_to_the_base_folder() {
    let project = prebuilt();
    let bundle = project.build_with(|options| {
        options.no_bundle = true;
        options.base_dir = Some(".".into());
        options.rules = javascript();
    });
    assert_eq!(names(&bundle.await), ["src/index.js", "src/lib/a.js", "src/lib/b.cjs", "src/lib/c.txt"]);
}

#[tokio::test]
async fn typescript_cannot_be_taken_as_it_is() {
    let project = Project::new(&[("src/index.ts", "export default {}")]);
    let text = project.fail_with(|options| options.no_bundle = true).await.to_string();
    assert!(
        text.starts_with(
            "✘ [ERROR] The entry point \"src/index.ts\" is TypeScript, but \"no_bundle\" takes files as they are."
        ),
        "{text}"
    );
    assert!(text.contains("Remove \"no_bundle\""), "{text}");
}

#[tokio::test]
async fn a_syntax_error_is_told_here_too() {
    let project = Project::new(&[("src/index.js", "export default {\n  fetch( { }\n}")]);
    let error = project.fail_with(|options| options.no_bundle = true).await;
    assert_eq!(error.diagnostics[0].location.as_ref().unwrap().file, "src/index.js");
}

#[tokio::test]
async fn found_modules_stay_beside_the_bundle() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import { inner } from './inner';\nexport default { fetch: (name: string) => [inner, import(`./pages/${name}.js`)] }",
        ),
        ("src/inner.ts", "import { home } from './pages/home.js'; export const inner = home;"),
        ("src/pages/home.js", "export const home = 'HOME PAGE';"),
        ("src/pages/about.js", "export const about = 1;"),
    ]);
    let bundle = project.build_with(|options| {
        options.find_additional_modules = true;
        options.rules = javascript();
    });
    let bundle = bundle.await;
    assert_eq!(names(&bundle), ["index.js", "pages/about.js", "pages/home.js"]);
    let code = code(&bundle);
    assert!(code.contains("from \"./pages/home.js\"") && !code.contains("HOME PAGE"), "{code}");
}
