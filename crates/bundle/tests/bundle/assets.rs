//! Text, data and WebAssembly as modules of their own.

use selvedge_bundle::{ModuleKind, ModuleRule, RuleKind};

use crate::project::{Project, code, names};

const WASM: &[u8] = b"\0asm\x01\0\0\0";

fn rule(kind: RuleKind, glob: &str, fallthrough: Option<bool>) -> ModuleRule {
    ModuleRule { kind, globs: vec![glob.into()], fallthrough }
}

#[tokio::test]
async fn each_kind_is_a_module_with_its_hash() {
    let project = Project::new(&[(
        "src/index.ts",
        "import page from './page.html'; import query from '../db/schema.sql'; import raw from './raw.bin'; import wasm from './add.wasm'; import again from './add.wasm?module';\nexport default { fetch: () => [page, query, raw, wasm, again] }",
    )]);
    project.write("src/page.html", "<h1>é</h1>");
    project.write("db/schema.sql", "SELECT 1");
    project.write("src/raw.bin", [0xff, 0, 0xfe]);
    project.write("src/add.wasm", WASM);
    let bundle = project.build().await;
    let code = code(&bundle);
    let mut kinds: Vec<_> =
        bundle.modules[1..].iter().map(|module| (module.name.split_once('-').unwrap().1, module.kind)).collect();
    kinds.sort_by_key(|(name, _)| *name);
    assert_eq!(
        kinds,
        [
            ("add.wasm", ModuleKind::Wasm),
            ("page.html", ModuleKind::Text),
            ("raw.bin", ModuleKind::Data),
            ("schema.sql", ModuleKind::Text)
        ]
    );
    for module in &bundle.modules[1..] {
        assert!(code.contains(&format!("from \"./{}\"", module.name)), "{} in\n{code}", module.name);
        assert_eq!(module.name.split_once('-').unwrap().0.len(), 40);
    }
    let raw = bundle.modules.iter().find(|module| module.kind == ModuleKind::Data).unwrap();
    assert_eq!(&raw.contents[..], [0xff, 0, 0xfe]);
    assert!(bundle.watch.files.contains(&project.path("src/add.wasm")));
}

#[tokio::test]
async fn wasm_of_a_package_is_found_through_its_exports() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import wasm from 'pkg/lib.wasm'; import { inner } from 'pkg'; export default { fetch: () => [wasm, inner] }",
        ),
        (
            "node_modules/pkg/package.json",
            r#"{ "name": "pkg", "exports": { ".": "./index.js", "./lib.wasm": "./dist/lib.wasm" } }"#,
        ),
        ("node_modules/pkg/index.js", "import inner from './dist/inner.wasm'; export { inner };"),
    ]);
    project.write("node_modules/pkg/dist/lib.wasm", WASM);
    project.write("node_modules/pkg/dist/inner.wasm", [WASM, &[0]].concat());
    let bundle = project.build().await;
    assert_eq!(bundle.modules.len(), 3, "{:?}", names(&bundle));
}

#[tokio::test]
async fn an_unused_asset_is_not_shipped() {
    let project = Project::new(&[(
        "src/index.ts",
        "import a from './a.txt'; import b from './b.txt'; export default { fetch: () => a }",
    )]);
    project.write("src/a.txt", "used");
    project.write("src/b.txt", "unused");
    let bundle = project.build().await;
    assert_eq!(bundle.modules.len(), 2, "{:?}", names(&bundle));
}

#[tokio::test]
async fn names_can_be_preserved() {
    let project = Project::new(&[
        ("src/index.ts", "import a from './texts/a.txt'; export default { fetch: () => a }"),
        ("src/texts/a.txt", "text"),
    ]);
    let bundle = project.build_with(|options| options.preserve_file_names = true).await;
    assert_eq!(names(&bundle), ["index.js", "texts/a.txt"]);
    assert!(code(&bundle).contains("from \"./texts/a.txt\""));
}

#[tokio::test]
async fn the_projects_rules_come_first() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import readme from './readme.md'; import note from './note.txt'; export default { fetch: () => [readme, note] }",
        ),
        ("src/readme.md", "# Title"),
        ("src/note.txt", "note"),
    ]);
    let bundle = project.build_with(|options| options.rules = vec![rule(RuleKind::Text, "**/*.md", Some(true))]).await;
    assert_eq!(bundle.modules.iter().filter(|module| module.kind == ModuleKind::Text).count(), 2);
    assert!(bundle.warnings.is_empty(), "{:?}", bundle.warnings);

    let error = project.fail_with(|options| options.rules = vec![rule(RuleKind::Text, "**/*.md", None)]).await;
    assert!(error.to_string().contains("The file src/note.txt matched a module rule in your configuration"), "{error}");
}

#[tokio::test]
async fn dynamic_imports_of_assets_stay_imports() {
    let project = Project::new(&[
        ("src/index.js", "export default { async fetch() { return (await import('./a.txt')).default } }"),
        ("src/a.txt", "text"),
    ]);
    let bundle = project.build().await;
    let code = code(&bundle);
    assert!(code.contains(&format!("import(\"./{}\")", bundle.modules[1].name)), "{code}");
}
