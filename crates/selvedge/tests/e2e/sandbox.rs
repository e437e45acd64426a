//! What the platform refuses a Worker.

use serde_json::json;

use crate::support::Project;

#[tokio::test]
async fn code_cannot_be_made_from_strings() {
    let project = Project::worker(
        "const attempt = (make) => { try { return String(make()); } catch (error) { return String(error); } };
         export default {
           fetch: () => Response.json([
             attempt(() => (0, eval)('1 + 1')),
             attempt(() => new Function('return 1')()),
             attempt(() => new (async () => {}).constructor('return 1')),
           ]),
         };",
    );
    let server = project.dev().await;
    let refusal = "EvalError: Code generation from strings disallowed for this context";
    assert_eq!(server.get("/").await.assert_status(200).json(), json!([refusal, refusal, refusal]));
}

const GLOBAL_SCOPE: &str = "Disallowed operation called within global scope.";

#[tokio::test]
async fn no_io_time_or_randomness_at_global_scope() {
    for operation in [
        "await fetch('http://localhost/')",
        "setTimeout(() => {}, 1)",
        "crypto.getRandomValues(new Uint8Array(1))",
        "crypto.randomUUID()",
    ] {
        let project = Project::worker(&format!("{operation};\nexport default {{ fetch: () => new Response('ok') }};"));
        let server = project.dev().await;
        server.get("/").await.assert_status(500).assert_says(&[GLOBAL_SCOPE]);
    }
}

#[tokio::test]
async fn the_clock_stands_still_within_a_turn() {
    let project = Project::worker(
        "const atStartup = Date.now();
         export default {
           fetch() {
             const first = Date.now();
             for (let i = 0; i < 1e6; i++);
             return Response.json({ still: Date.now() === first && performance.now() === performance.now(), atStartup });
           },
         };",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!({ "still": true, "atStartup": 0 }));
}

#[tokio::test]
async fn io_of_one_request_is_closed_to_another() {
    let project = Project::worker(
        "let kept;
         export default {
           async fetch(request) {
             if (!kept) { kept = request; return new Response('kept'); }
             try { return new Response(await kept.text()); } catch (error) { return new Response(error.message); }
           },
         };",
    );
    let server = project.dev().await;
    server.post("/", "one").await.assert_status(200);
    server.post("/", "two").await.assert_says(&["Cannot perform I/O on behalf of a different request"]);
}

#[tokio::test]
async fn patched_prototypes_do_not_break_the_platform() {
    let project = Project::worker(
        "export default {
           async fetch(request) {
             Array.prototype[Symbol.iterator] = function () { throw new Error('iterator'); };
             Object.prototype.then = undefined;
             Promise.prototype.then = function () { throw new Error('then'); };
             Map.prototype.get = Array.prototype.push = () => { throw new Error('patched'); };
             return new Response('still here', { headers: { A: 'b' } });
           },
         };",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "still here");
    assert_eq!(server.get("/").await.assert_status(200).text(), "still here");
}
