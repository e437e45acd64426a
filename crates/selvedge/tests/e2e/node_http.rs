//! `node:http`, `node:https` and `cloudflare:node`.

use serde_json::json;

use crate::support::{Origin, Project, reply};

/// A Worker whose `fetch` handler runs this code; `origin` is the origin's URL.
fn asking(origin: &Origin, code: &str) -> Project {
    Project::worker(&format!(
        "import http from 'node:http';
         import https from 'node:https';
         const answer = (request) => new Promise((resolve, reject) => {{
           request.on('error', reject);
           request.on('response', (message) => {{
             const chunks = [];
             message.on('data', (chunk) => chunks.push(chunk));
             message.on('end', () => resolve({{ message, text: Buffer.concat(chunks).toString() }}));
             message.on('error', reject);
           }});
         }});
         const event = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));
         const thrown = (action) => {{
           try {{ action(); return 'none'; }} catch (error) {{ return error.code; }}
         }};
         export default {{
           async fetch(request, {{ ORIGIN: origin }}) {{
             const {{ hostname, port }} = new URL(origin);
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "ORIGIN": origin.url() }, "compatibility_flags": ["nodejs_compat"] }))
}

#[tokio::test]
async fn get_and_post() {
    let origin = Origin::echo().await;
    let project = asking(
        &origin,
        "const got = await answer(http.get(`${origin}/got?a=b`, { headers: { 'X-Mine': 'yes' } }));
         const posting = http.request({ hostname, port, path: '/posted', method: 'POST', auth: 'me:secret' });
         posting.setHeader('Content-Type', 'text/plain');
         posting.write('one ');
         posting.end('two');
         const posted = await answer(posting);
         return Response.json([
           got.text, got.message.statusCode, got.message.statusMessage, got.message.headers['content-type'],
           got.message.complete, got.message.httpVersion, posted.text, posting.getHeader('host'),
         ]);",
    );
    let server = project.dev().await;
    let found = server.get("/").await.assert_status(200).json();
    let got = found[0].as_str().unwrap();
    for words in ["GET /got?a=b\n", "x-mine: yes", "accept-encoding: identity"] {
        assert!(got.contains(words), "{words} is not in {got}");
    }
    assert_eq!(
        found.as_array().unwrap()[1..6],
        [json!(200), json!("OK"), json!("text/plain"), json!(true), json!("1.1")]
    );
    let posted = found[6].as_str().unwrap();
    let authorization = "authorization: Basic bWU6c2VjcmV0";
    for words in ["POST /posted\n", "content-type: text/plain", "content-length: 7", authorization, "\n\none two"] {
        assert!(posted.contains(words), "{words} is not in {posted}");
    }
    assert_eq!(found[7], json!(origin.address()));
}

#[tokio::test]
async fn an_answer_is_as_it_comes() {
    let origin = Origin::start(|_| async {
        let mut response = reply("not really gzip");
        *response.status_mut() = http::StatusCode::FOUND;
        for (name, value) in
            [("location", "/next"), ("content-encoding", "gzip"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        {
            response.headers_mut().append(name, value.parse().unwrap());
        }
        response
    })
    .await;
    let project = asking(
        &origin,
        "const { message, text } = await answer(http.get(origin));
         return Response.json([
           message.statusCode, message.headers.location, message.headers['set-cookie'], text,
           message.rawHeaders.includes('set-cookie'), message.headersDistinct['content-encoding'],
         ]);",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!([302, "/next", ["a=1", "b=2"], "not really gzip", true, ["gzip"]])
    );
}

#[tokio::test]
async fn requests_fail_time_out_and_are_refused_as_in_node() {
    let origin = Origin::start(|_| std::future::pending()).await;
    let project = asking(
        &origin,
        "const refused = await event(http.get('http://127.0.0.1:1/'), 'error');
         const slow = http.get(origin, { timeout: 5 });
         await event(slow, 'timeout');
         slow.destroy();
         const hung = await event(slow, 'error');
         const controller = new AbortController();
         const aborted = http.get(origin, { signal: controller.signal });
         controller.abort();
         const { name } = await event(aborted, 'error');
         return Response.json([
           refused.code, hung.code, hung.message, name,
           thrown(() => http.get('https://a.test/')), thrown(() => http.get({ path: '/a b' })),
           thrown(() => http.request({ method: 'A B' })), thrown(() => http.request({ socketPath: '/run/x' })),
           thrown(() => http.request({ headers: { 'a b': 'c' } })), thrown(() => https.request({ rejectUnauthorized: false })),
           thrown(() => http.validateHeaderName('a b')), thrown(() => http.validateHeaderValue('a', 'b\\n')),
           http.METHODS.includes('PATCH'), http.STATUS_CODES[404], http.globalAgent instanceof http.Agent,
           https.globalAgent.protocol,
         ]);",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!([
            "ECONNREFUSED",
            "ECONNRESET",
            "socket hang up",
            "AbortError",
            "ERR_INVALID_PROTOCOL",
            "ERR_UNESCAPED_CHARACTERS",
            "ERR_INVALID_HTTP_TOKEN",
            "ERR_OPTION_NOT_IMPLEMENTED",
            "ERR_INVALID_HTTP_TOKEN",
            "ERR_OPTION_NOT_IMPLEMENTED",
            "ERR_INVALID_HTTP_TOKEN",
            "ERR_INVALID_CHAR",
            true,
            "Not Found",
            true,
            "https:",
        ])
    );
}

const SERVING: &str = "import { createServer } from 'node:http';
import { httpServerHandler } from 'cloudflare:node';
const server = createServer((request, response) => {
  if (request.url === '/stream') {
    response.writeHead(201, { 'X-Kind': 'stream' });
    let count = 0;
    const next = () => {
      if (count === 3) return response.end('end');
      response.write(`part ${count++}\\n`, () => setTimeout(next, 1));
    };
    return next();
  }
  if (request.url === '/none') {
    response.statusCode = 204;
    return response.end();
  }
  if (request.url === '/late') {
    response.end('done');
    try { response.setHeader('a', 'b'); } catch (error) { console.log('late', error.code); }
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, host: request.headers.host, body }));
  });
});
server.listen(8080);
export default httpServerHandler({ port: 8080 });";

#[tokio::test]
async fn a_server_answers_a_workers_requests() {
    let project = Project::worker(SERVING).config(json!({ "compatibility_flags": ["nodejs_compat"] }));
    let server = project.dev().await;
    let posted = server.post("/path?a=b", "hello").await;
    let host = server.address().to_string();
    assert_eq!(
        posted.assert_status(200).json(),
        json!({ "method": "POST", "url": "/path?a=b", "host": host, "body": "hello" })
    );
    assert_eq!(posted.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(posted.header("content-type"), "application/json");
    let stream = server.get("/stream").await;
    assert_eq!(stream.assert_status(201).text(), "part 0\npart 1\npart 2\nend");
    assert_eq!(stream.header("x-kind"), "stream");
    assert_eq!(server.get("/none").await.assert_status(204).text(), "");
    assert_eq!(server.get("/late").await.assert_status(200).header("content-length"), "4");
    server.log(&["late ERR_HTTP_HEADERS_SENT"]).await;
}

#[tokio::test]
async fn a_server_is_found_by_its_port() {
    let project = Project::worker(
        "import http from 'node:http';
         import { handleAsNodeRequest } from 'cloudflare:node';
         http.createServer((_, response) => response.end('first')).listen(1);
         const second = http.createServer((_, response) => response.end('second')).listen();
         export default {
           async fetch(request) {
             if (request.url.endsWith('/second')) return handleAsNodeRequest(second, request);
             const port = request.url.endsWith('/first') ? 1 : 9;
             return handleAsNodeRequest({ port }, request).catch((error) => new Response(error.message));
           },
         };",
    )
    .config(json!({ "compatibility_flags": ["nodejs_compat"] }));
    let server = project.dev().await;
    assert_eq!(server.get("/first").await.text(), "first");
    assert_eq!(server.get("/second").await.text(), "second");
    server.get("/").await.assert_says(&["is not the port of a server"]);
}
