//! Telling service workers from modules.

use selvedge_bundle::WorkerFormat;

use crate::project::{Project, code};

#[tokio::test]
async fn a_service_worker_comes_out_whole() {
    let project = Project::new(&[
        (
            "src/index.js",
            "import { reply } from './reply';\naddEventListener('fetch', event => { event.respondWith(reply()) });",
        ),
        ("src/reply.js", "export const reply = () => new Response('HELLO');"),
    ]);
    let bundle = project.build().await;
    assert_eq!(bundle.format, WorkerFormat::ServiceWorker);
    assert!(bundle.exports.is_empty() && bundle.warnings.is_empty());
    let code = code(&bundle);
    assert!(code.contains("addEventListener(\"fetch\"") && code.contains("HELLO"), "{code}");
}

#[tokio::test]
async fn a_default_export_makes_a_module() {
    let project = Project::new(&[
        ("src/index.js", "export * from './all'; export { default } from './all'"),
        ("src/all.js", "export class A {}\nexport default {}"),
    ]);
    let bundle = project.build().await;
    assert_eq!(bundle.format, WorkerFormat::Modules);
    assert_eq!(bundle.exports.len(), 2);
}

#[tokio::test]
async fn exports_without_a_default_are_warned_of() {
    let project = Project::new(&[("src/index.js", "export const handler = {}; addEventListener('fetch', () => {})")]);
    let bundle = project.build().await;
    assert_eq!(bundle.format, WorkerFormat::ServiceWorker);
    assert!(bundle.warnings[0].message.starts_with("The entrypoint src/index.js has exports like an ES Module"));
}
