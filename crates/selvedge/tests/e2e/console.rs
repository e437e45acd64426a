//! `console` of a Worker, as lines of the log.

use crate::support::Project;

#[tokio::test]
async fn lines_have_their_level_and_objects_are_inspected() {
    let project = Project::worker(
        "export default {
           fetch() {
             console.log('plain', 1, { nested: { list: [1, 'two'] } });
             console.info('informed');
             console.warn('warned %s %d', 'twice', 2);
             console.error(new TypeError('erred'));
             console.debug('debugged');
             return new Response('ok');
           },
         };",
    );
    let server = project.dev().await;
    server.get("/").await.assert_status(200);
    let plain = server.log(&["plain"]).await;
    assert_eq!(plain["level"], "log");
    assert_eq!(plain["message"], "plain 1 { nested: { list: [ 1, 'two' ] } }");
    assert_eq!(server.log(&["informed"]).await["level"], "info");
    assert_eq!(server.log(&["warned twice 2"]).await["level"], "warn");
    assert_eq!(server.log(&["TypeError: erred", "index.ts:6"]).await["level"], "error");
    assert_eq!(server.log(&["debugged"]).await["level"], "debug");
}

#[tokio::test]
async fn requests_are_logged() {
    let project = Project::worker("export default { fetch: () => new Response('teapot', { status: 418 }) };");
    let server = project.dev().await;
    server.get("/kettle?hot").await;
    let request = server.event("request", &["/kettle"]).await;
    assert_eq!(request["method"], "GET");
    assert_eq!(request["status"], 418);
}
