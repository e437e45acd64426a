//! Building again. Each result is compared with that of a build from nothing.

use std::time::Instant;

use selvedge_bundle::{Bundle, Bundler, bundle};

use crate::project::{Project, code, names};

async fn same_as_from_nothing(project: &Project, rebuilt: &Bundle) {
    let fresh = bundle(project.options()).await.unwrap();
    assert_eq!(code(rebuilt), code(&fresh));
    assert_eq!(names(rebuilt), names(&fresh));
    assert_eq!(rebuilt.exports, fresh.exports);
    assert_eq!(rebuilt.main_module().unwrap().source_map, fresh.main_module().unwrap().source_map);
}

fn start() -> Project {
    Project::new(&[
        (
            "src/index.ts",
            "import { a } from './a';\nimport text from './text.txt';\nexport default { fetch: () => [a, text] }",
        ),
        ("src/a.ts", "export const a = 'FIRST';"),
        ("src/text.txt", "one"),
    ])
}

#[tokio::test]
async fn a_changed_module() {
    let project = start();
    let mut bundler = Bundler::new(project.options());
    bundler.build().await.unwrap();
    for round in 0..3 {
        project.write("src/a.ts", format!("export const a = 'ROUND {round}';"));
        let rebuilt = bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap();
        assert!(code(&rebuilt).contains(&format!("ROUND {round}")));
        same_as_from_nothing(&project, &rebuilt).await;
        assert_eq!(rebuilt.modules.len(), 2, "the text module is kept");
    }
}

#[tokio::test]
async fn a_changed_entry_with_new_imports_and_exports() {
    let project = start();
    let mut bundler = Bundler::new(project.options());
    bundler.build().await.unwrap();
    project.write("src/b.ts", "import { a } from './a'; export class B { a = a }");
    project.write("src/index.ts", "import { B } from './b';\nexport { B };\nexport default { fetch: () => new B() }");
    let rebuilt = bundler.rebuild(&[project.path("src/index.ts")]).await.unwrap();
    same_as_from_nothing(&project, &rebuilt).await;
    assert!(rebuilt.watch.files.contains(&project.path("src/b.ts")));
    project.write("src/b.ts", "export class B { changed = true }");
    let rebuilt = bundler.rebuild(&[project.path("src/b.ts")]).await.unwrap();
    same_as_from_nothing(&project, &rebuilt).await;
}

#[tokio::test]
async fn a_changed_text_file() {
    let project = start();
    let mut bundler = Bundler::new(project.options());
    let first = bundler.build().await.unwrap();
    project.write("src/text.txt", "two");
    let rebuilt = bundler.rebuild(&[project.path("src/text.txt")]).await.unwrap();
    assert_eq!(&rebuilt.modules[1].contents[..], b"two");
    assert_ne!(rebuilt.modules[1].name, first.modules[1].name);
    same_as_from_nothing(&project, &rebuilt).await;
}

#[tokio::test]
async fn a_mistake_and_its_repair() {
    let project = start();
    let mut bundler = Bundler::new(project.options());
    bundler.build().await.unwrap();
    project.write("src/a.ts", "export const a = ;");
    let error = bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap_err();
    assert!(error.watch.files.contains(&project.path("src/a.ts")), "{error}");
    // An error that an unchanged file holds is told each time.
    project.write("src/a.ts", "import x from 'gone'; export const a = x;");
    bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap_err();
    project.write("src/index.ts", "import { a } from './a';\nexport default { fetch: () => [a, 'EDITED'] }");
    let error = bundler.rebuild(&[project.path("src/index.ts")]).await.unwrap_err();
    assert!(error.to_string().contains("Could not resolve \"gone\""), "{error}");
    project.write("src/a.ts", "export const a = 'REPAIRED';");
    let rebuilt = bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap();
    same_as_from_nothing(&project, &rebuilt).await;
}

#[tokio::test]
async fn a_file_that_was_missing_and_one_that_goes() {
    let project = start();
    project.write("src/index.ts", "import { later } from './later';\nexport default { fetch: () => later }");
    let mut bundler = Bundler::new(project.options());
    bundler.build().await.unwrap_err();
    project.write("src/later.ts", "export const later = 'LATER';");
    let rebuilt = bundler.rebuild(&[project.path("src/later.ts")]).await.unwrap();
    same_as_from_nothing(&project, &rebuilt).await;
    std::fs::remove_file(project.path("src/later.ts")).unwrap();
    let error = bundler.rebuild(&[project.path("src/later.ts")]).await.unwrap_err();
    assert!(error.to_string().contains("Could not resolve \"./later\""), "{error}");
}

#[tokio::test]
async fn warnings_of_unchanged_files_are_kept() {
    let project = start();
    project.write("src/index.ts", "import { a } from './a';\nexport default { fetch: () => [a, eval('1')] }");
    let mut bundler = Bundler::new(project.options());
    let first = bundler.build().await.unwrap();
    assert_eq!(first.warnings.len(), 1, "{:?}", first.warnings);
    assert!(first.warnings[0].message.starts_with("Using direct eval"));
    project.write("src/a.ts", "export const a = 'SECOND';");
    let rebuilt = bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap();
    assert_eq!(rebuilt.warnings, first.warnings);
}

/// Prints how long builds take; asserts only that both kinds agree.
#[tokio::test]
async fn times() {
    let small = start();
    let large = start();
    let mut index = String::new();
    for module in 0..100 {
        index += &format!("export * from './m{module}.js';\n");
        let body: String = (0..20).map(|n| format!("export function f{module}_{n}(a, b) {{ const c = a + b * {n}; return c > {n} ? [c, a] : {{ a, b, c }}; }}\n")).collect();
        large.write(&format!("node_modules/pkg/m{module}.js"), body);
    }
    large.write("node_modules/pkg/index.js", index);
    large.write("node_modules/pkg/package.json", r#"{ "name": "pkg", "module": "index.js" }"#);
    large.write(
        "src/index.ts",
        "import { a } from './a';\nimport * as all from 'pkg';\nexport default { fetch: (n: string) => [a, all[n]] }",
    );
    for (label, project) in [("2 modules", small), ("100 modules more", large)] {
        let mut bundler = Bundler::new(project.options());
        let clock = Instant::now();
        bundler.build().await.unwrap();
        let full = clock.elapsed();
        project.write("src/a.ts", "export const a = 'AGAIN';");
        let clock = Instant::now();
        let rebuilt = bundler.rebuild(&[project.path("src/a.ts")]).await.unwrap();
        println!("{label}: full {full:?}, incremental {:?}", clock.elapsed());
        same_as_from_nothing(&project, &rebuilt).await;
    }
}

#[tokio::test]
async fn a_history_of_edits() {
    let project = start();
    let mut bundler = Bundler::new(project.options());
    bundler.build().await.unwrap();
    let edits = [
        // A dynamic import comes, its module changes, it goes.
        ("src/a.ts", "export const a = () => import('./late');"),
        (
            "src/late.ts",
            "import { shared } from './shared'; globalThis.late = 1; export const late = ['LATE', shared];",
        ),
        ("src/a.ts", "import { shared } from './shared'; export const a = () => shared;"),
        // A module turns CommonJS and back.
        ("src/shared.ts", "exports.shared = 'COMMON';"),
        ("src/shared.ts", "export * from './deep'; export const own = 1;"),
        ("src/deep.ts", "export const shared = 'DEEP'; export let more = await Promise.resolve(1);"),
        ("src/deep.ts", "import { a } from './a'; export const shared = () => a;"),
        ("src/index.ts", "export { a as default } from './a'; export * from './shared';"),
    ];
    project.write("src/late.ts", "export const late = 'LATE';");
    project.write("src/shared.ts", "export const shared = 'SHARED';");
    project.write("src/deep.ts", "export const shared = 'DEEP';");
    for (path, contents) in edits {
        project.write(path, contents);
        let rebuilt = bundler.rebuild(&[project.path(path)]).await.unwrap();
        same_as_from_nothing(&project, &rebuilt).await;
    }
}
