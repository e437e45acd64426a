//! Service bindings: Workers of one process that ask each other.

use serde_json::json;

use crate::support::Project;

#[tokio::test]
async fn a_worker_answers_another_one() {
    let front = "export default { async fetch(request, env, ctx) {
        const url = new URL(request.url);
        if (url.pathname === '/named') return env.NAMED.fetch('http://any.test/n');
        if (url.pathname === '/throws') {
          try { await env.BACK.fetch(request); } catch (error) {
            return Response.json([error.name, error.message, error instanceof TypeError]);
          }
        }
        return env.BACK.fetch(request);
      } };";
    let back = "import { WorkerEntrypoint } from 'cloudflare:workers';
      export default { async fetch(request, env, ctx) {
        const url = new URL(request.url);
        if (url.pathname === '/throws') throw new TypeError('of the callee');
        if (url.pathname === '/stream') return new Response(request.body.pipeThrough(new TransformStream()));
        return Response.json({ url: request.url, method: request.method, x: request.headers.get('x-own'),
          country: 'cf' in request, props: ctx.props, ray: request.headers.has('cf-ray') });
      } };
      export class Named extends WorkerEntrypoint {
        fetch() { return Response.json({ props: this.ctx.props, secret: this.env.OWN ?? 'own env' }); }
      }";
    let services = json!([{ "binding": "BACK", "service": "back" },
        { "binding": "NAMED", "service": "back", "entrypoint": "Named", "props": { "a": [1] } }]);
    let project = Project::empty().with_worker("front", front, json!({ "services": services })).with_worker(
        "back",
        back,
        json!({}),
    );
    let server = project.serve().await;

    let answer = server.get_from("front.test", "/a?b").await.assert_status(200).json();
    assert_eq!((&answer["url"], &answer["method"]), (&json!("http://front.test/a?b"), &json!("GET")));
    assert_eq!((&answer["props"], &answer["ray"]), (&json!({}), &json!(true)));
    let answer = server.get_from("front.test", "/named").await.assert_status(200).json();
    assert_eq!(answer, json!({ "props": { "a": [1] }, "secret": "own env" }));
    let answer = server.get_from("front.test", "/throws").await.assert_status(200).json();
    assert_eq!(answer, json!(["TypeError", "of the callee", true]));

    let large = "0123456789abcdef".repeat(100_000);
    let request = server.request(http::Method::POST, "/stream").header("Host", "front.test").body(large.clone());
    let answer = crate::support::Answer::of(request).await;
    assert!(answer.assert_status(200).text() == large);
}

#[tokio::test]
async fn circles_end() {
    let source = "export default { async fetch(request, env) {
        const url = new URL(request.url);
        const depth = Number(url.searchParams.get('depth') ?? 0);
        try { return await env.OTHER.fetch('http://x.test/?depth=' + (depth + 1)); }
        catch (error) { return new Response(depth + ' ' + error.message); }
      } };";
    let other = |name: &str| json!({ "services": [{ "binding": "OTHER", "service": name }] });
    let project =
        Project::empty().with_worker("ping", source, other("pong")).with_worker("pong", source, other("ping"));
    let server = project.serve().await;
    let answer = server.get_from("ping.test", "/").await;
    answer.assert_status(200).assert_says(&["16 Subrequest depth limit exceeded."]);
    // The next request begins anew.
    server.get_from("pong.test", "/").await.assert_says(&["16 Subrequest depth limit exceeded."]);
}

#[tokio::test]
async fn a_worker_asks_itself_in_development() {
    let project = Project::worker(
        "export default { async fetch(request, env) {
            if (new URL(request.url).pathname === '/inner') return new Response('inner');
            await new Promise((resolve) => setTimeout(resolve, 5));
            const answers = await Promise.all([1, 2, 3].map(() => env.SELF.fetch('http://w.test/inner')));
            return new Response((await Promise.all(answers.map((answer) => answer.text()))).join(' '));
        } };",
    )
    .config(json!({ "services": [{ "binding": "SELF", "service": "worker" }] }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "inner inner inner");
}

#[tokio::test]
async fn a_worker_that_is_not_there_says_so() {
    let project = Project::worker("export default { fetch: (request, env) => env.OTHER.fetch(request) };")
        .config(json!({ "services": [{ "binding": "OTHER", "service": "elsewhere" }] }));
    let server = project.dev().await;
    server.prints(&["service binding OTHER is not connected", "elsewhere"]).await;
    server.get("/").await.assert_status(503).assert_says(&["Couldn't find a running Worker \"elsewhere\""]);
    project.run(&["serve", "--port", "0"]).await.assert_refused(&["wrangler.json:1:", "OTHER", "the Worker elsewhere"]);
}

#[tokio::test]
async fn what_is_not_fetch_fails_loudly() {
    let project = Project::worker(
        "export default { async fetch(request, env) {
            const said = async (run) => { try { await run(); return 'nothing'; } catch (error) { return String(error); } };
            return Response.json([
              await said(() => env.SELF.add(1, 2)), await said(() => env.SELF.connect('a:1')),
              (await env.SELF) === env.SELF, env.SELF.constructor.name, typeof env.SELF.fetch,
              await said(() => env.SELF.constructor.prototype.fetch.call({}, 'http://x')),
            ]);
        } };",
    )
    .config(json!({ "services": [{ "binding": "SELF", "service": "worker" }] }));
    let server = project.dev().await;
    let answer = server.get("/").await.assert_status(200).json();
    assert!(answer[0].as_str().unwrap().contains("RPC: \"add\""), "{answer}");
    assert!(answer[1].as_str().unwrap().contains("RPC: \"connect\""), "{answer}");
    assert_eq!((&answer[2], &answer[3], &answer[4]), (&json!(true), &json!("Fetcher"), &json!("function")));
    assert!(answer[5].as_str().unwrap().starts_with("TypeError"), "{answer}");
}
