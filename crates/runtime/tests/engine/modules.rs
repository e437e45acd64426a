//! Linking of every kind of module.

use std::sync::Arc;

use selvedge_runtime::{Module, ModuleKind, Script, StartError};

use crate::harness::{Harness, Outcome, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("modules::every_kind_is_imported", |h| Box::pin(every_kind_is_imported(h))),
    ("modules::dynamic_import_gives_the_namespace", |h| Box::pin(dynamic_import_gives_the_namespace(h))),
    ("modules::a_missing_module_is_named", |h| Box::pin(a_missing_module_is_named(h))),
    ("modules::a_syntax_error_is_placed", |h| Box::pin(a_syntax_error_is_placed(h))),
    ("modules::top_level_await_runs", |h| Box::pin(top_level_await_runs(h))),
    ("modules::unsettled_top_level_await_is_an_error", |h| Box::pin(unsettled_top_level_await_is_an_error(h))),
    ("modules::common_js_requires", |h| Box::pin(common_js_requires(h))),
    ("modules::a_second_instance_uses_the_code_cache", |h| Box::pin(a_second_instance_uses_the_code_cache(h))),
    ("modules::a_group_is_each_instances_own", |h| Box::pin(a_group_is_each_instances_own(h))),
    ("modules::a_group_that_throws_says_so", |h| Box::pin(a_group_that_throws_says_so(h))),
    ("modules::texts_are_shared_by_instances", |h| Box::pin(texts_are_shared_by_instances(h))),
];

/// `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))`
const ADD: &[u8] = &[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9,
    1, 7, 0, 32, 0, 32, 1, 106, 11,
];

async fn every_kind_is_imported(harness: Harness) {
    let worker = harness
        .start(&[
            (
                "index.js",
                ModuleKind::EsModule,
                br#"
            import text from "./a.txt"; import data from "./lib/b.bin"; import json from "./c.json";
            import wasm from "./d.wasm"; import cjs from "./e.cjs"; import { name } from "./lib/f.js";
            export default () => [text, data instanceof ArrayBuffer && data.byteLength, json.x,
                new WebAssembly.Instance(wasm).exports.add(2, 3), cjs.y, name].join();
        "#,
            ),
            ("a.txt", ModuleKind::Text, "t\u{e9}xt".as_bytes()),
            ("lib/b.bin", ModuleKind::Data, &[1, 2, 3]),
            ("c.json", ModuleKind::Json, br#"{"x": 7}"#),
            ("d.wasm", ModuleKind::Wasm, ADD),
            ("e.cjs", ModuleKind::CommonJs, b"exports.y = 'cjs'"),
            ("lib/f.js", ModuleKind::EsModule, b"import './../a.txt'; export const name = import.meta.url"),
        ])
        .await
        .unwrap();
    assert_eq!(worker.dispatch("").await, Outcome::Answer("t\u{e9}xt,3,7,5,cjs,file:///lib/f.js".into()));
}

async fn a_group_is_each_instances_own(harness: Harness) {
    let source = "import { group } from 'test:platform'; let next;
        export default (step) => { next ??= group(0)(Number(step)); return next(); }";
    // The second one has it from the code that V8 made for the first.
    let (first, second) = (harness.worker(source).await, harness.worker(source).await);
    for (worker, expected) in [(&first, "1 1"), (&first, "2 2"), (&second, "1 1"), (&first, "3 3")] {
        assert_eq!(worker.dispatch("1").await, Outcome::Answer(expected.into()));
    }
}

async fn a_group_that_throws_says_so(harness: Harness) {
    let source = "import { group } from 'test:platform'; export default (place) => group(Number(place))";
    for _ in 0..2 {
        let worker = harness.worker(source).await;
        for _ in 0..2 {
            assert_eq!(worker.dispatch("1").await, Outcome::Threw("RangeError: a group that throws".into()));
        }
        assert_eq!(worker.dispatch("2").await, Outcome::Threw("Error: internal error: no such group".into()));
    }
}

async fn dynamic_import_gives_the_namespace(harness: Harness) {
    let worker = harness
        .start(&[
            ("index.js", ModuleKind::EsModule, br#"export default async (name) => (await import(name)).value"#),
            ("a.js", ModuleKind::EsModule, b"export const value = await Promise.resolve('late')"),
            ("b.js", ModuleKind::EsModule, b"throw new Error('broken')"),
        ])
        .await
        .unwrap();
    assert_eq!(worker.dispatch("./a.js").await, Outcome::Answer("late".into()));
    assert_eq!(worker.dispatch("./a.js").await, Outcome::Answer("late".into()));
    assert_eq!(worker.dispatch("./b.js").await, Outcome::Threw("Error: broken".into()));
    let Outcome::Threw(text) = worker.dispatch("./c.js").await else { panic!("it exists?") };
    assert!(text.contains("No such module \"./c.js\""), "{text}");
}

async fn a_missing_module_is_named(harness: Harness) {
    let started = harness.start(&[("index.js", ModuleKind::EsModule, b"import 'absent'")]).await;
    let Err(error) = started else { panic!("it started") };
    assert!(error.to_string().contains("No such module \"absent\".\n  imported from \"index.js\""), "{error}");
}

async fn a_syntax_error_is_placed(harness: Harness) {
    let started = harness.start(&[("index.js", ModuleKind::EsModule, b"export default () => {}\nconst = 1")]).await;
    let Err(StartError::Script(error)) = started else { panic!("it started") };
    assert_eq!(error.name.as_deref(), Some("SyntaxError"));
    assert_eq!(error.location, Some(("index.js".into(), 2, 7)));
}

async fn top_level_await_runs(harness: Harness) {
    let worker =
        harness.worker("const x = await (async () => { await null; return 5 })(); export default () => x").await;
    assert_eq!(worker.dispatch("").await, Outcome::Answer("5".into()));
}

async fn unsettled_top_level_await_is_an_error(harness: Harness) {
    let started = harness.start(&[("index.js", ModuleKind::EsModule, b"await new Promise(() => {})")]).await;
    let Err(error) = started else { panic!("it started") };
    assert!(error.to_string().contains("Top-level await in module is unsettled."), "{error}");
}

async fn common_js_requires(harness: Harness) {
    let worker = harness
        .start(&[
            ("index.js", ModuleKind::EsModule, b"import a from './a.cjs'; export default () => a()"),
            (
                "a.cjs",
                ModuleKind::CommonJs,
                b"const b = require('./b'); module.exports = () => b.text + require('./c.json').z",
            ),
            ("b.js", ModuleKind::CommonJs, b"exports.text = 'b'; exports.again = require('./a.cjs')"),
            ("c.json", ModuleKind::Json, b"{\"z\": 1}"),
        ])
        .await
        .unwrap();
    assert_eq!(worker.dispatch("").await, Outcome::Answer("b1".into()));
}

async fn a_second_instance_uses_the_code_cache(harness: Harness) {
    let source = b"export default () => 'cached'".to_vec().into();
    let module =
        selvedge_runtime::Module { name: "index.js".into(), kind: ModuleKind::EsModule, source, source_map: None };
    let script = std::sync::Arc::new(selvedge_runtime::Script::new("index.js", [module]));
    for _ in 0..3 {
        let worker = harness.start_script(&script).await.unwrap();
        assert_eq!(worker.dispatch("").await, Outcome::Answer("cached".into()));
    }
}

async fn texts_are_shared_by_instances(harness: Harness) {
    let module = |name: &str, kind, source: &str| Module {
        name: name.into(),
        kind,
        source: source.as_bytes().to_vec().into(),
        source_map: None,
    };
    let main = "import empty from './empty.txt'; import plain from './plain.txt'; import latin from './latin.txt';
        import wide from './wide.txt'; import { euro } from './euro.js';
        export default () => [empty, plain, latin, wide, 'caf\u{e9}', euro].join();";
    let modules = [
        module("index.js", ModuleKind::EsModule, main),
        module("euro.js", ModuleKind::EsModule, "export const euro = '\u{20ac}';"),
        module("empty.txt", ModuleKind::Text, ""),
        module("plain.txt", ModuleKind::Text, "plain"),
        module("latin.txt", ModuleKind::Text, "\u{fc}ber"),
        module("wide.txt", ModuleKind::Text, "\u{1f600}"),
    ];
    let script = Arc::new(Script::new("index.js", modules));
    let answer = || Outcome::Answer(",plain,\u{fc}ber,\u{1f600},caf\u{e9},\u{20ac}".into());
    let first = harness.start_script(&script).await.unwrap();
    let second = harness.start_script(&script).await.unwrap();
    // An isolate keeps the texts for as long as it needs them.
    drop(script);
    assert_eq!(first.dispatch("").await, answer());
    drop(first);
    second.instance.rest();
    assert_eq!(second.dispatch("").await, answer());
}
