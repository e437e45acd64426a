//! The forms in which a Worker can be written, and what the platform gives to a handler.

use http::Method;
use serde_json::json;

use crate::support::{Answer, Origin, Project};

#[tokio::test]
async fn module_syntax() {
    let project = Project::worker(
        "export default {
           async fetch(request: Request, env: unknown, ctx: ExecutionContext): Promise<Response> {
             const { pathname } = new URL(request.url);
             return new Response(`${request.method} ${pathname} ${await request.text()}`, {
               status: 201,
               headers: { 'X-This': typeof this.fetch, 'X-Ctx': typeof ctx.waitUntil },
             });
           },
         };",
    );
    let server = project.dev().await;
    let answer = server.post("/a/b?c", "body").await;
    assert_eq!(answer.assert_status(201).text(), "POST /a/b body");
    assert_eq!((answer.header("x-this"), answer.header("x-ctx")), ("function", "function"));
}

#[tokio::test]
async fn service_worker_syntax() {
    let project = Project::worker(
        "addEventListener('fetch', (event) => {
           event.respondWith(answer(event.request));
         });
         async function answer(request) { return new Response(`${GREETING} from ${new URL(request.url).pathname}`); }",
    )
    .config(json!({ "vars": { "GREETING": "hello" } }));
    let server = project.dev().await;
    assert_eq!(server.get("/old").await.assert_status(200).text(), "hello from /old");
}

#[tokio::test]
async fn service_workers_may_import_and_export() {
    let project = Project::worker(
        "import text from './note.txt';
         export const unused = {};
         addEventListener('fetch', (event) => event.respondWith(new Response(GREETING + ' ' + text)));",
    )
    .file("src/note.txt", "from a file")
    .config(json!({ "vars": { "GREETING": "hello" } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "hello from a file");
}

#[tokio::test]
async fn worker_entrypoint_class() {
    let project = Project::worker(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export default class extends WorkerEntrypoint<{ NAME: string }> {
           async fetch(request: Request) {
             this.ctx.waitUntil(Promise.resolve());
             return new Response(`${this.env.NAME} ${new URL(request.url).pathname}`);
           }
         }",
    )
    .config(json!({ "vars": { "NAME": "class" } }));
    let server = project.dev().await;
    assert_eq!(server.get("/x").await.assert_status(200).text(), "class /x");
}

#[tokio::test]
async fn named_entrypoints_stand_beside_the_default_one() {
    let project = Project::worker(
        "import { WorkerEntrypoint } from 'cloudflare:workers';
         export class Admin extends WorkerEntrypoint { fetch() { return new Response('admin'); } }
         export const other = { fetch: () => new Response('other') };
         export default { fetch: () => new Response('default') };",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "default");
}

#[tokio::test]
async fn env_is_importable() {
    let project = Project::worker(
        "import { env, waitUntil } from 'cloudflare:workers';
         const atStartup = env.NAME;
         export default {
           fetch(request: Request, passed: { NAME: string }) {
             waitUntil(Promise.resolve().then(() => console.log('waited')));
             return Response.json({ atStartup, now: env.NAME, passed: passed.NAME });
           },
         };",
    )
    .config(json!({ "vars": { "NAME": "value" } }));
    let server = project.dev().await;
    let all = json!({ "atStartup": "value", "now": "value", "passed": "value" });
    assert_eq!(server.get("/").await.assert_status(200).json(), all);
    server.log(&["waited"]).await;
}

#[tokio::test]
async fn wait_until_goes_on_after_the_answer() {
    let origin = Origin::echo().await;
    let project = Project::worker(
        "export default {
           fetch(request, env, ctx) {
             ctx.waitUntil((async () => {
               await fetch(`${env.ORIGIN}/first`);
               await fetch(`${env.ORIGIN}/second`);
             })());
             return new Response('answered');
           },
         };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.text(), "answered");
    origin.asked_for("/second").await;
}

const FALLS_THROUGH: &str = "export default {
  fetch(request, env, ctx) {
    ctx.passThroughOnException();
    throw new Error('broken');
  },
};";

#[tokio::test]
async fn pass_through_on_exception_asks_the_origin() {
    let origin = Origin::echo().await;
    let project = Project::worker(FALLS_THROUGH);
    let upstream = ["--local-upstream", &origin.address(), "--upstream-protocol", "http"];
    let server = project.dev_with(&upstream).await;
    server.get("/page?x").await.assert_status(200).assert_says(&["GET /page?x"]);
}

#[tokio::test]
async fn pass_through_on_exception_without_an_origin_is_an_error() {
    let project = Project::worker(FALLS_THROUGH);
    let server = project.dev().await;
    server.get("/").await.assert_status(500);
}

#[tokio::test]
async fn scheduled_handler_runs_on_request() {
    let project = Project::worker(
        "export default {
           async scheduled(controller, env, ctx) {
             ctx.waitUntil(Promise.resolve().then(() =>
               console.log(`ran ${controller.cron} at ${controller.scheduledTime} type ${controller.type}`)));
           },
           fetch: () => new Response('fetched'),
         };",
    )
    .config(json!({ "triggers": { "crons": ["*/5 * * * *"] } }));
    let server = project.dev().await;
    let fired = server.get("/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*&time=1745856238000").await;
    assert_eq!(fired.assert_status(200).text(), "ok");
    server.log(&["ran */5 * * * * at 1745856238000 type scheduled"]).await;
}

#[tokio::test]
async fn a_scheduled_handler_that_throws_is_reported() {
    let project = Project::worker("export default { scheduled() { throw new Error('cron broke'); } };");
    let server = project.dev().await;
    server.get("/cdn-cgi/handler/scheduled").await.assert_status(500);
    server.prints(&["cron broke"]).await;
}

#[tokio::test]
async fn a_worker_without_a_fetch_handler_says_so() {
    let project = Project::worker("export default { scheduled() {} };");
    let server = project.dev().await;
    server.get("/").await.assert_status(500).assert_says(&["Handler does not export a fetch() function."]);
}

#[tokio::test]
async fn head_and_options_reach_the_handler() {
    let project = Project::worker(
        "export default { fetch: (request) => new Response(request.method, { headers: { Method: request.method } }) };",
    );
    let server = project.dev().await;
    let head = Answer::of(server.request(Method::HEAD, "/")).await;
    assert_eq!((head.header("method"), head.body.as_slice()), ("HEAD", b"".as_slice()));
    let options = Answer::of(server.request(Method::OPTIONS, "/")).await;
    assert_eq!(options.text(), "OPTIONS");
}
