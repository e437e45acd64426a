//! What `fetch` and a request may be asked for beyond method, headers and body.

use serde_json::json;

use crate::support::{Origin, Project, TcpPeer, within};

/// A Worker whose `fetch` handler runs this code; `origin` is the origin's URL.
fn fetching(origin: &Origin, code: &str) -> Project {
    Project::worker(&format!(
        "const failure = async (promise) => {{
           try {{ await promise; return 'none'; }} catch (error) {{ return `${{error.name}}: ${{error.message}}`; }}
         }};
         const thrown = (action) => failure((async () => action())());
         export default {{
           async fetch(request, {{ ORIGIN: origin }}) {{
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "ORIGIN": origin.url() } }))
}

#[tokio::test]
async fn another_host_can_be_connected_to() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "const { port } = new URL(origin);
         const ask = (url, host) => fetch(url, { cf: { resolveOverride: host } });
         const text = await (await ask(`http://shop.test:${port}/path`, '127.0.0.1')).text();
         return Response.json([
           text.includes(`host: shop.test:${port}`), text.startsWith('GET /path'),
           await failure(ask(`http://127.0.0.1:${port}/`, 'localhost')),
           await failure(ask(`http://shop.test:${port}/`, 7)),
           await failure(ask(`http://shop.test:${port}/`, 'no host')),
         ]);",
    );
    let answer = {
        let server = project.dev().await;
        server.get("/").await.assert_status(200).json()
    };
    let found = answer.as_array().unwrap();
    assert_eq!(found[..2], [json!(true), json!(true)]);
    for refusal in &found[2..] {
        assert!(refusal.as_str().unwrap().starts_with("TypeError: cf.resolveOverride must be a"), "{refusal}");
    }
    // It leads nowhere that the URL may not lead.
    let server = project.serve().await;
    server.get("/").await.assert_status(500);
}

#[tokio::test]
async fn services_of_cloudflares_network_are_told_once_to_have_no_effect() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "for (let count = 0; count < 2; count++) {
           await fetch(origin, { cf: { image: { width: 80 }, polish: 'off', mirage: false, minify: { css: false } } });
         }
         console.log('end');
         return new Response('done');",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "done");
    server.log(&["end"]).await;
    server.log(&["cf.image", "no effect"]).await;
    let output = server.output_text();
    assert_eq!(output.matches("has no effect here").count(), 1, "{output}");
}

#[tokio::test]
async fn private_destinations_are_refused_in_every_spelling() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "const { port } = new URL(origin);
         const hosts = ['127.0.0.1', '0x7f.1', '2130706433', '017700000001', '127.1', '0', 'localhost', 'LOCALHOST',
           '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '\u{ff11}27.0.0.1', '169.254.169.254', '10.0.0.1'];
         return Response.json(await Promise.all(hosts.map((host) => failure(fetch(`http://${host}:${port}/`)))));",
    );
    let server = project.serve().await;
    for refusal in server.get("/").await.assert_status(200).json().as_array().unwrap() {
        let text = refusal.as_str().unwrap();
        let refused = text.starts_with("TypeError: Fetch API cannot load: ") && text.contains("private address");
        assert!(refused, "{text}");
    }
}

#[tokio::test]
async fn subrequests_are_limited_as_the_configuration_says() {
    let origin = Origin::echo().await;
    let code = "let count = 0;
         const error = await thrown(async () => { for (;; count++) await fetch(origin); });
         return Response.json([count, error]);";
    let project = fetching(&origin, code).config(json!({ "limits": { "subrequests": 5 } }));
    let server = project.dev().await;
    server.get("/").await.assert_says(&["[5,\"Error: Too many subrequests by single Worker invocation."]);
}

#[tokio::test]
async fn what_hosted_refuses_is_refused_in_its_words() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "return Response.json([
           await failure(fetch('blob:https://a.test/0')),
           await failure(fetch(origin, { redirect: 'error' })),
           await failure(fetch(origin, { cache: 'force-cache' })),
           await failure(fetch(origin, { integrity: 'sha256-x' })),
           await failure(fetch(origin, { method: 'GET', body: 'x' })),
           await failure(fetch(origin, { method: 'NOPE' })),
           await thrown(() => request.headers.set('a', 'b')),
           await thrown(() => new Response(null, { status: 101 })),
           await thrown(() => Response.redirect(origin, 200)),
         ]);",
    );
    let server = project.dev().await;
    let found = server.get("/").await.assert_status(200).json();
    let expected = [
        "TypeError: Fetch API cannot load: blob:",
        "TypeError: Invalid redirect value, must be one of \"follow\" or \"manual\"",
        "TypeError: Unsupported cache mode: force-cache",
        "TypeError: Subrequest integrity checking is not implemented",
        "TypeError: Request with a GET or HEAD method cannot have a body.",
        "TypeError: Invalid HTTP method string: NOPE",
        "TypeError: Can't modify immutable headers.",
        "RangeError: Responses may only be constructed with status codes in the range 200 to 599, inclusive.",
        "RangeError: 200 is not a redirect status code.",
    ];
    for (text, start) in found.as_array().unwrap().iter().zip(expected) {
        assert!(text.as_str().unwrap().starts_with(start), "{text} is not {start}");
    }
}

#[tokio::test]
async fn data_urls_and_streamed_bodies() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "const data = await fetch('data:text/x-test;base64,aGVsbG8=');
         const body = new ReadableStream({
           start(controller) {
             for (const part of ['one ', 'two']) controller.enqueue(new TextEncoder().encode(part));
             controller.close();
           },
         });
         const streamed = new Request(origin, { method: 'POST', body, duplex: 'half' });
         const copy = streamed.clone();
         const text = await (await fetch(streamed)).text();
         const { readable, writable } = new FixedLengthStream(3);
         const writer = writable.getWriter();
         writer.write(new TextEncoder().encode('abc')).then(() => writer.close());
         const fixed = await (await fetch(origin, { method: 'PUT', body: readable })).text();
         return Response.json([
           await data.text(), data.headers.get('content-type'), text.endsWith('one two'), await copy.text(),
           text.includes('transfer-encoding: chunked'), fixed.includes('content-length: 3'),
         ]);",
    );
    let server = project.dev().await;
    let expected = json!(["hello", "text/x-test", true, "one two", true, true]);
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}

#[tokio::test]
async fn content_codings_can_be_left_to_the_worker() {
    let origin = Origin::start(|_| async {
        let mut response = crate::support::reply("raw bytes");
        response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        response
    })
    .await;
    let project = fetching(
        &origin,
        "if (request.url.endsWith('/sent')) {
           return new Response('as it is', { encodeBody: 'manual', headers: { 'content-encoding': 'gzip' } });
         }
         const response = await fetch(origin, { encodeResponseBody: 'manual' });
         return new Response(`${await response.text()} ${response.headers.get('content-encoding')}`);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "raw bytes gzip");
    let sent = server.get("/sent").await;
    assert_eq!((sent.header("content-encoding"), sent.text().as_str()), ("gzip", "as it is"));
}

#[tokio::test]
async fn one_of_several_signals_aborts() {
    let origin = Origin::start(|_| std::future::pending()).await;
    let project = fetching(
        &origin,
        "const controller = new AbortController();
         const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(10)]);
         const asked = new Request(origin, { signal });
         return new Response(await failure(fetch(asked)));",
    );
    let server = project.dev().await;
    let text = server.get("/").await.assert_status(200).text();
    assert_eq!(text, "TimeoutError: The operation was aborted due to timeout");
}

/// A Worker that tells when its client has gone; `/stream` answers first with a body that does not end.
const WATCHING: &str = "export default {
  async fetch(request, env, ctx) {
    request.signal.addEventListener('abort', () => {
      console.log('gone', request.signal.reason.name);
      ctx.waitUntil(scheduler.wait(1).then(() => console.log('and after')));
    });
    if (request.url.endsWith('/done')) return new Response('done');
    console.log('began');
    if (request.url.endsWith('/stream')) {
      return new Response(new ReadableStream({
        async pull(controller) {
          await scheduler.wait(1);
          controller.enqueue(new Uint8Array(1024));
        },
      }));
    }
    await scheduler.wait(60_000);
    return new Response('late');
  },
};";

#[tokio::test]
async fn a_signal_tells_that_the_client_has_gone() {
    for path in ["/wait", "/stream"] {
        let flags = json!({ "compatibility_flags": ["enable_request_signal"] });
        let project = Project::worker(WATCHING).config(flags);
        let server = project.dev().await;
        assert_eq!(server.get("/done").await.text(), "done");
        let mut client = server.connect().await;
        client.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        server.log(&["began"]).await;
        drop(client);
        server.log(&["gone AbortError"]).await;
        server.log(&["and after"]).await;
        assert_eq!(server.output_text().matches("gone AbortError").count(), 1);
    }
}

#[tokio::test]
async fn without_the_flag_the_invocation_just_ends() {
    let (seen, mut sees) = tokio::sync::mpsc::unbounded_channel();
    let peer = TcpPeer::start(move |mut stream| {
        let seen = seen.clone();
        async move {
            let mut rest = Vec::new();
            let _gone = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
            let _gone = seen.send(());
        }
    })
    .await;
    let project = Project::worker(
        "import { connect } from 'cloudflare:sockets';
         export default {
           async fetch(request, { ADDRESS }) {
             request.signal.addEventListener('abort', () => console.log('told'));
             const socket = connect(ADDRESS);
             await socket.opened;
             console.log('began');
             await socket.closed;
             return new Response('late');
           },
         };",
    )
    .config(json!({ "vars": { "ADDRESS": peer.address() } }));
    let server = project.dev().await;
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    server.log(&["began"]).await;
    drop(client);
    within("the end of the Worker's connection", sees.recv()).await.unwrap();
    assert!(!server.output_text().contains("told"));
}
