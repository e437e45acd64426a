//! Languages and what is made of them: TypeScript, JSX, JSON, define, minify, source maps, dynamic
//! imports.

use crate::project::{Project, code, names};

#[tokio::test]
async fn every_extension_is_an_entry() {
    for extension in ["ts", "tsx", "js", "jsx", "mjs", "mts"] {
        let project = Project::new(&[(&format!("src/index.{extension}"), "export default { fetch() { return 1 } }")]);
        let bundle = project.build_with(|options| options.entry = format!("src/index.{extension}").into()).await;
        assert_eq!(names(&bundle), ["index.js"], "{extension}");
        assert_eq!(bundle.exports, ["default"], "{extension}");
    }
    let project = Project::new(&[("src/index.cjs", "module.exports = { fetch() { return 1 } }")]);
    let bundle = project.build().await;
    assert_eq!(bundle.exports, ["default"], "{}", code(&bundle));
}

#[tokio::test]
async fn types_go_and_enums_stay() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import type { T } from './nowhere'; import { Kind } from './kind';\nexport default { fetch(r: T): number { return Kind.B satisfies number } }",
        ),
        ("src/kind.ts", "export enum Kind { A = 10, B }"),
    ]);
    let code = code(&project.build().await);
    assert!(!code.contains("nowhere") && !code.contains("satisfies"), "{code}");
    assert!(code.contains("11"), "{code}");
}

#[tokio::test]
async fn jsx_is_as_tsconfig_says() {
    let files = [("src/index.tsx", "export default { fetch: () => <><a href='x'>t</a></> }")];
    let project = Project::new(&files);
    project.write("tsconfig.json", r#"{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "hono/jsx" } }"#);
    project.write(
        "node_modules/hono/package.json",
        r#"{ "name": "hono", "exports": { "./jsx/jsx-runtime": "./runtime.js" } }"#,
    );
    project.write(
        "node_modules/hono/runtime.js",
        "export const jsx = (...a) => ['HONO', a]; export const jsxs = jsx; export const Fragment = 'F';",
    );
    let automatic = code(&project.build().await);
    assert!(automatic.contains("HONO"), "{automatic}");

    let classic = Project::new(&files);
    let bundle = classic.build_with(|options| {
        options.jsx_factory = Some("h".into());
        options.jsx_fragment = Some("Frag".into());
    });
    let text = code(&bundle.await);
    assert!(text.contains("h(Frag, null") && text.contains("h(\"a\""), "{text}");

    let from_tsconfig = Project::new(&files);
    from_tsconfig.write(
        "tsconfig.json",
        r#"{ "compilerOptions": { "jsx": "react", "jsxFactory": "make", "jsxFragmentFactory": "Part" } }"#,
    );
    let text = code(&from_tsconfig.build().await);
    assert!(text.contains("make(Part, null"), "{text}");
}

#[tokio::test]
async fn decorators_and_paths_are_as_tsconfig_says() {
    let project = Project::new(&[
        (
            "tsconfig.json",
            r#"{ "compilerOptions": { "experimentalDecorators": true, "paths": { "@/*": ["./src/lib/*"] } } }"#,
        ),
        ("src/index.ts", "import { mark } from '@/mark'; @mark class A {} export default { fetch: () => new A() }"),
        ("src/lib/mark.ts", "export function mark(target: any) { target.marked = 'MARKED'; }"),
    ]);
    let code = code(&project.build().await);
    assert!(code.contains("MARKED") && !code.contains("@mark"), "{code}");
}

#[tokio::test]
async fn a_tsconfig_can_be_named() {
    let project = Project::new(&[
        ("config/tsconfig.worker.json", r#"{ "compilerOptions": { "paths": { "lib": ["../src/lib.ts"] } } }"#),
        ("src/index.ts", "export { default } from 'lib'"),
        ("src/lib.ts", "export default { fetch: () => 'FROM LIB' }"),
    ]);
    let bundle = project.build_with(|options| options.tsconfig = Some("config/tsconfig.worker.json".into())).await;
    assert!(code(&bundle).contains("FROM LIB"));
    assert!(bundle.watch.files.contains(&project.path("config/tsconfig.worker.json")));
}

#[tokio::test]
async fn json_is_part_of_the_code() {
    let project = Project::new(&[
        ("src/index.ts", "import data, { name } from './data.json'; export default { fetch: () => [data, name] }"),
        ("src/data.json", r#"{ "name": "worker", "list": [1, 2] }"#),
    ]);
    let bundle = project.build().await;
    assert_eq!(names(&bundle), ["index.js"]);
    assert!(code(&bundle).contains("worker"));
}

#[tokio::test]
async fn defines_are_replaced_and_dead_branches_dropped() {
    let source = "export default { fetch: () => { if (process.env.NODE_ENV === 'production') return 'PROD'; return VERSION + ' DEV'; } }";
    let project = Project::new(&[("src/index.js", source)]);
    let production = code(
        &project
            .build_with(|options| {
                options.define.insert("VERSION".into(), "\"1.2.3\"".into());
            })
            .await,
    );
    assert!(
        production.contains("PROD") && !production.contains("DEV") && !production.contains("process.env"),
        "{production}"
    );
    let development = code(
        &project
            .build_with(|options| {
                options.development = true;
                options.define.insert("VERSION".into(), "\"1.2.3\"".into());
            })
            .await,
    );
    assert!(development.contains("1.2.3") && !development.contains("PROD"), "{development}");
}

#[tokio::test]
async fn minified_code_keeps_its_names_when_told() {
    let source = "class Counter { increment(amount) { return amount + 1 } }\nexport default { fetch(request) { return new Counter().increment(request) } }\nexport { Counter }";
    let project = Project::new(&[("src/index.js", source)]);
    let plain = code(&project.build().await);
    let kept = code(&project.build_with(|options| options.minify = true).await);
    assert!(kept.len() < plain.len() && kept.contains("Counter"), "{kept}");
}

#[tokio::test]
async fn source_maps_lead_to_the_sources() {
    let project = Project::new(&[
        ("src/index.ts", "import { add } from './lib/add';\nexport default { fetch: (): number => add(1, 2) };"),
        ("src/lib/add.ts", "export const add = (a: number, b: number): number => a + b;"),
    ]);
    let bundle = project.build().await;
    let map = bundle.main_module().unwrap().source_map.clone().unwrap();
    assert!(map.contains("\"src/index.ts\"") && map.contains("\"src/lib/add.ts\""), "{map}");
    assert!(map.contains("sourcesContent") && map.contains("a: number, b: number"), "{map}");
    assert!(!map.contains(project.root().to_str().unwrap()), "{map}");
    assert!(!code(&bundle).contains("sourceMappingURL"));
    assert_eq!(bundle.inputs.len(), 2);
}

#[tokio::test]
async fn dynamic_imports_stay_lazy_in_the_same_module() {
    let project = Project::new(&[
        ("src/index.js", "export default { async fetch() { const m = await import('./later.js'); return m.value } }"),
        ("src/later.js", "globalThis.evaluated = true; export const value = 'LATER';"),
    ]);
    let bundle = project.build().await;
    assert_eq!(names(&bundle), ["index.js"]);
    let code = code(&bundle);
    // The module's body is inside a function that the import calls.
    let body = code.find("globalThis.evaluated").unwrap();
    let wrapper = code[..body].rfind("__esm").unwrap_or_else(|| panic!("evaluated at once:\n{code}"));
    assert!(code[wrapper..body].contains("=>"), "{code}");
}

#[tokio::test]
async fn tree_shaking_keeps_what_the_runtime_calls() {
    let project = Project::new(&[
        (
            "src/index.ts",
            "import { used } from './lib';\nexport class Room {}\nexport class Other { static x = used() }\nexport default { fetch() {}, scheduled() {} }\nexport { Flow } from './flow'",
        ),
        ("src/flow.ts", "export class Flow {}\nexport class Unwanted {}"),
        ("src/lib.ts", "export const used = () => 'USED'; export const unused = () => 'UNUSED';"),
    ]);
    let bundle = project.build().await;
    let code = code(&bundle);
    let mut exports = bundle.exports.clone();
    exports.sort();
    assert_eq!(exports, ["Flow", "Other", "Room", "default"]);
    assert!(code.contains("scheduled") && code.contains("USED"), "{code}");
    assert!(!code.contains("UNUSED") && !code.contains("Unwanted"), "{code}");
}
