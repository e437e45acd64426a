//! A Worker that fails: dev names the cause, serve shows the platform's error page, and both go on.

use http::Method;

use crate::support::{Answer, Project, Server};

/// Fails by path, at lines that the tests know.
const FAILING: &str = "interface Env {}
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case '/throw': throw new RangeError('thrown on purpose');
      case '/reject': return Promise.reject(new Error('rejected on purpose'));
      case '/string': throw 'only a string';
      case '/number': return 42 as unknown as Response;
      case '/nothing': return undefined as unknown as Response;
      case '/never': return new Promise(() => {});
      case '/deep': return deep(1e9);
    }
    return new Response('fine');
  },
};

function deep(n: number): Response {
  return n === 0 ? new Response('impossible') : deep(n - 1);
}
";

const CASES: [(&str, &[&str]); 7] = [
    ("/throw", &["RangeError: thrown on purpose", "src/index.ts:5:"]),
    ("/reject", &["Error: rejected on purpose", "src/index.ts:6:"]),
    ("/string", &["only a string"]),
    ("/number", &["Incorrect type for Promise: the Promise did not resolve to 'Response'."]),
    ("/nothing", &["Incorrect type for Promise: the Promise did not resolve to 'Response'."]),
    ("/never", &["hung and would never generate a response"]),
    ("/deep", &["RangeError: Maximum call stack size exceeded"]),
];

async fn as_browser(server: &Server<'_>, path: &str) -> Answer {
    Answer::of(server.request(Method::GET, path).header("accept", "text/html,*/*;q=0.8")).await
}

#[tokio::test]
async fn dev_names_the_cause_and_goes_on() {
    let project = Project::worker(FAILING);
    let server = project.dev().await;
    for (path, words) in CASES {
        server.get(path).await.assert_status(500).assert_says(words);
        assert_eq!(server.get("/").await.assert_status(200).text(), "fine");
    }
}

#[tokio::test]
async fn dev_shows_browsers_a_page() {
    let project = Project::worker(FAILING);
    let server = project.dev().await;
    let page = as_browser(&server, "/throw").await;
    page.assert_status(500).assert_says(&["<!doctype html>", "thrown on purpose", "src/index.ts"]);
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
}

#[tokio::test]
async fn an_error_page_shows_a_message_as_text() {
    let project = Project::worker("export default { fetch() { throw new Error('<script>alert(1)</script>'); } };");
    let server = project.dev().await;
    let page = as_browser(&server, "/").await.assert_status(500).text();
    assert!(!page.contains("<script>alert(1)</script>"), "{page}");
}

#[tokio::test]
async fn dev_prints_the_error() {
    let project = Project::worker(FAILING);
    let server = project.dev().await;
    server.get("/throw").await.assert_status(500);
    server.prints(&["thrown on purpose"]).await;
    server.prints(&["src/index.ts:5:"]).await;
}

#[tokio::test]
async fn serve_answers_error_1101_and_keeps_the_cause_to_itself() {
    let project = Project::worker(FAILING);
    let server = project.serve().await;
    for (path, words) in CASES {
        let answer = server.get(path).await;
        answer.assert_status(500).assert_says(&["1101"]);
        for word in words {
            assert!(!answer.text().contains(word), "{path} tells {word:?} to everybody");
        }
        assert_eq!(server.get("/").await.assert_status(200).text(), "fine");
    }
    as_browser(&server, "/throw").await.assert_says(&["Error 1101", "Worker threw exception", "Ray ID"]);
}

/// The platform's own answer to a body that breaks off is a broken connection: a success must not be read into it.
#[tokio::test]
async fn an_answer_that_fails_in_its_body_breaks_off() {
    let project = Project::worker(
        "export default {
           fetch() {
             let sent = false;
             return new Response(new ReadableStream({
               pull(controller) {
                 if (sent) controller.error(new Error('body broke'));
                 else controller.enqueue(new TextEncoder().encode('first'));
                 sent = true;
               },
             }));
           },
         };",
    );
    let server = project.dev().await;
    let response = server.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(server.request(Method::GET, "/").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_is_used_once() {
    let project = Project::worker(
        "export default {
           async fetch(request) {
             const response = new Response('once');
             await response.text();
             return response;
           },
         };",
    );
    let server = project.dev().await;
    server.get("/").await.assert_status(500).assert_says(&["TypeError"]);
}

const FAILS_AT_STARTUP: &str = "const config: { key?: string } = {};
const key = config.key!.length;
export default { fetch: () => new Response('never') };
";

#[tokio::test]
async fn dev_explains_a_failure_at_startup_and_recovers() {
    let project = Project::worker(FAILS_AT_STARTUP);
    let server = project.dev().await;
    let answer = server.get("/").await;
    answer.assert_status(500).assert_says(&["TypeError: Cannot read properties of undefined", "src/index.ts:2:"]);

    project.write("src/index.ts", "export default { fetch: () => new Response('recovered') };");
    crate::support::eventually("the repaired Worker's answer", || async {
        (server.get("/").await.text() == "recovered").then_some(())
    })
    .await;
}

#[tokio::test]
async fn serve_answers_error_1101_for_a_failure_at_startup() {
    let project = Project::worker(FAILS_AT_STARTUP);
    let server = project.serve().await;
    server.get("/").await.assert_status(500).assert_says(&["1101"]);
    server.prints(&["Cannot read properties of undefined"]).await;
}

#[tokio::test]
async fn an_unhandled_rejection_is_reported_and_harmless() {
    let project = Project::worker(
        "export default {
           fetch() {
             Promise.reject(new Error('nobody listens'));
             return new Response('fine');
           },
         };",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "fine");
    server.prints(&["nobody listens"]).await;
}

#[tokio::test]
async fn a_service_worker_that_never_responds_is_an_error() {
    let project = Project::worker("addEventListener('fetch', () => {});");
    let server = project.dev().await;
    // Hosted falls through to the origin, and there is none.
    server.get("/").await.assert_status(500);
}

#[tokio::test]
async fn a_service_worker_that_responds_twice_is_an_error() {
    let project = Project::worker(
        "addEventListener('fetch', (event) => {
           event.respondWith(new Response('first'));
           try { event.respondWith(new Response('second')); } catch (error) { console.log(String(error)); }
         });",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "first");
    server.log(&["InvalidStateError", "respondWith() has already been called"]).await;
}
