//! Every kind of module that can be imported.

use serde_json::json;

use crate::support::Project;

#[tokio::test]
async fn text_data_json_and_wasm() {
    let wasm = include_bytes!("../../../../examples/wasm/src/hash.wasm");
    let project = Project::worker(
        "import text from './poem.txt';
         import page from './page.html';
         import query from './schema.sql';
         import bytes from './blob.bin';
         import data from './data.json';
         import module from './hash.wasm';
         import same from './hash.wasm?module';
         export default {
           async fetch() {
             const { exports } = await WebAssembly.instantiate(module);
             new Uint8Array(exports.memory.buffer).set([97]);
             return Response.json({
               text, page, query, data,
               bytes: [bytes instanceof ArrayBuffer, ...new Uint8Array(bytes)],
               wasm: [module instanceof WebAssembly.Module, same instanceof WebAssembly.Module, exports.fnv1a(0, 1, 0)],
             });
           },
         };",
    )
    .file("src/poem.txt", "roses\n\u{fc}\n")
    .file("src/page.html", "<p>page</p>")
    .file("src/schema.sql", "SELECT 1;")
    .file("src/blob.bin", [0, 255, 128])
    .file("src/data.json", r#"{"deep":{"list":[1,2]}}"#)
    .file("src/hash.wasm", wasm);
    let server = project.dev().await;
    let expected = json!({
        "text": "roses\n\u{fc}\n", "page": "<p>page</p>", "query": "SELECT 1;", "data": { "deep": { "list": [1, 2] } },
        "bytes": [true, 0, 255, 128],
        "wasm": [true, true, 97 * 0x0100_0193_i64],
    });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}

#[tokio::test]
async fn dynamic_import() {
    let project = Project::worker(
        "export default {
           async fetch() {
             const later = await import('./later');
             return Response.json({ answer: later.answer, same: later === await import('./later') });
           },
         };",
    )
    .file("src/later.ts", "export const answer: number = await Promise.resolve(42);");
    let server = project.dev().await;
    let answer = server.get("/").await;
    assert_eq!(answer.assert_status(200).json(), json!({ "answer": 42, "same": true }));
}

#[tokio::test]
async fn packages_are_resolved_for_workers() {
    let package = json!({
        "name": "pkg",
        "version": "1.0.0",
        "exports": { "workerd": "./workerd.js", "browser": "./browser.js", "node": "./node.js", "default": "./node.js" },
    });
    let project = Project::worker(
        "import where from 'pkg'; import legacy from 'legacy';
         export default { fetch: () => new Response(`${where} ${legacy.kind}`) };",
    )
    .file("node_modules/pkg/package.json", package.to_string())
    .file("node_modules/pkg/workerd.js", "export default 'workerd';")
    .file("node_modules/pkg/browser.js", "export default 'browser';")
    .file("node_modules/pkg/node.js", "export default 'node';")
    .file("node_modules/legacy/package.json", r#"{"name":"legacy","main":"main.js"}"#)
    .file("node_modules/legacy/main.js", "module.exports = { kind: 'commonjs' };");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "workerd commonjs");
}

#[tokio::test]
async fn modules_can_be_uploaded_without_bundling() {
    let project = Project::empty()
        .file(
            "wrangler.json",
            json!({
                "name": "prebuilt", "main": "dist/index.js", "compatibility_date": "2026-11-01",
                "no_bundle": true, "find_additional_modules": true,
                "rules": [{ "type": "ESModule", "globs": ["**/*.js"] }, { "type": "Text", "globs": ["**/*.txt"] }],
            })
            .to_string(),
        )
        .file(
            "dist/index.js",
            "import { word } from './lib/word.js'; import text from './note.txt';
             export default { fetch: () => new Response(`${word} ${text}`) };",
        )
        .file("dist/lib/word.js", "export const word = 'own';")
        .file("dist/note.txt", "note");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "own note");
}

#[tokio::test]
async fn define_and_alias() {
    let project = Project::worker(
        "import word from 'the-word';
         export default { fetch: () => new Response(`${word} ${VERSION}`) };",
    )
    .file("src/word.ts", "export default 'aliased';")
    .config(json!({ "alias": { "the-word": "./src/word.ts" }, "define": { "VERSION": "\"1.2.3\"" } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "aliased 1.2.3");
}

#[tokio::test]
async fn top_level_await() {
    let project = Project::worker(
        "const value = await Promise.resolve('awaited');
         export default { fetch: () => new Response(value) };",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "awaited");
}
