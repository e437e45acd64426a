//! `cloudflare:sockets`.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::support::{Certificate, Project, TcpPeer, within};

/// A Worker whose `fetch` handler runs this code; `address` is the peer's, as "HOST:PORT".
fn connecting(peer: &TcpPeer, code: &str) -> Project {
    Project::worker(&format!(
        "import {{ connect }} from 'cloudflare:sockets';
         const encode = (text) => new TextEncoder().encode(text);
         const decode = (bytes) => new TextDecoder().decode(bytes);
         const failure = async (promise) => {{
           try {{ await promise; return 'none'; }} catch (error) {{ return `${{error.name}}: ${{error.message}}`; }}
         }};
         const thrown = (action) => failure((async () => action())());
         export default {{
           async fetch(request, {{ ADDRESS: address }}) {{
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "ADDRESS": peer.address() } }))
}

#[tokio::test]
async fn bytes_go_both_ways() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const socket = connect(address);
         const writer = socket.writable.getWriter();
         await writer.write(encode('ping '));
         const reader = socket.readable.getReader();
         const first = decode((await reader.read()).value);
         await writer.write(encode('pong').buffer);
         await writer.close();
         let rest = '';
         for (let step = await reader.read(); !step.done; step = await reader.read()) rest += decode(step.value);
         const [info, closed] = await Promise.all([socket.opened, socket.closed]);
         const [hostname, port] = address.split(':');
         const other = connect({ hostname, port: Number(port) }, { secureTransport: 'off' });
         await other.opened;
         await other.close();
         return Response.json({
           first, rest, closed: closed === undefined, remote: info.remoteAddress === address,
           upgraded: socket.upgraded, secure: socket.secureTransport, tag: String(socket),
           other: await other.closed === undefined && (await other.readable.getReader().read()).done,
         });",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!({
            "first": "ping ", "rest": "pong", "closed": true, "remote": true, "upgraded": false, "secure": "off",
            "tag": "[object Socket]", "other": true,
        })
    );
}

#[tokio::test]
async fn a_connection_can_be_a_response_and_a_pipe() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const socket = connect(address, { allowHalfOpen: true });
         const sent = request.body.pipeTo(socket.writable);
         return new Response(socket.readable);",
    );
    let server = project.dev().await;
    let text = "0123456789abcdef".repeat(256 * 1024);
    let answer = server.post("/", text.clone()).await;
    assert_eq!(answer.assert_status(200).text().len(), text.len());
    assert!(answer.text() == text);
}

#[tokio::test]
async fn a_writer_waits_for_a_slow_reader() {
    const TOTAL: usize = 32 << 20;
    let (waiting, read_on) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let (signal, go) = (waiting.clone(), read_on.clone());
    let peer = TcpPeer::start(move |mut stream| {
        let (signal, go) = (signal.clone(), go.clone());
        async move {
            signal.notify_one();
            go.notified().await;
            let mut total = 0;
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                total += length;
            }
            let _gone = stream.write_all(total.to_string().as_bytes()).await;
        }
    })
    .await;
    let project = connecting(
        &peer,
        &format!(
            "const socket = connect(address, {{ allowHalfOpen: true, highWaterMark: 1024 * 1024 }});
             await socket.opened;
             const writer = socket.writable.getWriter();
             const chunk = new Uint8Array(1024 * 1024);
             let written = 0;
             for (let count = 0; count < {TOTAL} / chunk.length; count++) {{
               writer.write(chunk).then(() => {{ written++; }});
             }}
             console.log('queued', writer.desiredSize < 0, written < 32);
             await writer.close();
             return new Response(`${{await new Response(socket.readable).text()}} ${{written}}`);"
        ),
    );
    let server = project.dev().await;
    let asking = server.get("/");
    let answering = async {
        within("a connection", waiting.notified()).await;
        server.log(&["queued true true"]).await;
        read_on.notify_one();
    };
    let (answer, ()) = tokio::join!(asking, answering);
    assert_eq!(answer.assert_status(200).text(), format!("{TOTAL} 32"));
}

/// A peer that says "bye" and sends no more; what it gets afterwards goes to the channel.
async fn leaving() -> (TcpPeer, mpsc::UnboundedReceiver<String>) {
    let (heard, hears) = mpsc::unbounded_channel();
    let peer = TcpPeer::start(move |mut stream| {
        let heard = heard.clone();
        async move {
            stream.write_all(b"bye").await.unwrap();
            stream.shutdown().await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            let _gone = heard.send(text);
        }
    })
    .await;
    (peer, hears)
}

#[tokio::test]
async fn the_peers_end_is_the_end_unless_half_open_is_allowed() {
    let (peer, mut hears) = leaving().await;
    let project = connecting(
        &peer,
        "const allowHalfOpen = request.url.endsWith('/half');
         const socket = connect(address, { allowHalfOpen });
         const text = await new Response(socket.readable).text();
         if (!allowHalfOpen) await socket.closed;
         const writer = socket.writable.getWriter();
         const written = await failure(writer.write(encode('late')));
         if (allowHalfOpen) await writer.close();
         await socket.closed;
         return Response.json([text, written === 'none']);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/half").await.assert_status(200).json(), json!(["bye", true]));
    assert_eq!(within("what the peer hears", hears.recv()).await.unwrap(), "late");
    assert_eq!(server.get("/whole").await.assert_status(200).json(), json!(["bye", false]));
    assert_eq!(within("what the peer hears", hears.recv()).await.unwrap(), "");
}

const TALK: &str = "const writer = socket.writable.getWriter();
     await writer.write(encode('secret'));
     await writer.close();
     return Response.json([await new Response(socket.readable).text(), socket.secureTransport, socket.upgraded]);";

#[tokio::test]
async fn tls_checks_the_certificate() {
    let certificate = Certificate::new();
    let peer = TcpPeer::tls_echo(&certificate).await;
    let code = format!(
        "const socket = connect(address, {{ secureTransport: 'on' }});
         const failed = await failure(socket.opened);
         if (failed !== 'none') return Response.json([failed, String((await socket.closed.catch((error) => error)).cause)]);
         {TALK}"
    );
    let trusting = connecting(&peer, &code);
    certificate.write_to(&trusting);
    let path = trusting.path().join("cert.pem").display().to_string();
    let trusting = trusting.env("SSL_CERT_FILE", path);
    let server = trusting.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!(["secret", "on", false]));

    let doubting = connecting(&peer, &code);
    let server = doubting.dev().await;
    let answer = server.get("/").await;
    answer.assert_status(200).assert_says(&[
        "Error: proxy request failed, cannot connect to the specified address",
        "TLS handshake failed: invalid peer certificate",
    ]);
}

#[tokio::test]
async fn tls_can_start_later() {
    let certificate = Certificate::new();
    let peer = TcpPeer::starttls_echo(&certificate).await;
    let project = connecting(
        &peer,
        &format!(
            "const plain = connect(address, {{ secureTransport: 'starttls' }});
             const asking = plain.writable.getWriter();
             const reading = plain.readable.getReader();
             await asking.write(encode('STARTTLS\\n'));
             const granted = decode((await reading.read()).value);
             if (granted !== 'go ahead\\n') return new Response(granted);
             const pending = reading.read();
             const name = request.url.endsWith('/wrong') ? 'elsewhere.test' : undefined;
             const socket = plain.startTls({{ expectedServerHostname: name }});
             const again = await thrown(() => plain.startTls());
             const failed = await failure(socket.opened);
             await plain.closed;
             const ended = (await pending).done && plain.upgraded && again.includes('only be called once');
             if (failed !== 'none' || !ended) return Response.json([failed, ended]);
             {TALK}"
        ),
    );
    certificate.write_to(&project);
    let path = project.path().join("cert.pem").display().to_string();
    let project = project.env("SSL_CERT_FILE", path);
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!(["secret", "on", false]));
    server
        .get("/wrong")
        .await
        .assert_status(200)
        .assert_says(&["TLS handshake failed: invalid peer certificate", "true"]);
}

#[tokio::test]
async fn bad_arguments_are_refused_in_hosteds_words() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const off = connect(address);
         const on = await thrown(() => off.startTls());
         await off.close();
         return Response.json([
           await thrown(() => connect()),
           await thrown(() => connect('a b:1')),
           await thrown(() => connect('')),
           await thrown(() => connect('host_name!:1')),
           await thrown(() => connect({ hostname: 'localhost', port: 70000 })),
           await thrown(() => connect({ hostname: 'a'.repeat(256), port: 1 })),
           await thrown(() => connect(address, { secureTransport: 'maybe' })),
           on,
           await failure(connect(address).writable.getWriter().write('text')),
         ]);",
    );
    let server = project.dev().await;
    let invalid = "Specified address is empty string, contains unsupported characters or is too long.";
    let found = server.get("/").await.assert_status(200).json();
    let texts: Vec<_> = found.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(texts[0].starts_with("TypeError: Failed to execute 'connect'"), "{texts:?}");
    assert_eq!(texts[1], "TypeError: Specified address could not be parsed.");
    assert_eq!(texts[2], "TypeError: Specified address could not be parsed.");
    assert_eq!(texts[3], format!("TypeError: {invalid}"));
    assert!(texts[4].contains("outside the accepted range"), "{texts:?}");
    assert_eq!(texts[5], format!("TypeError: {invalid}"));
    assert_eq!(texts[6], "TypeError: Unsupported value in secureTransport socket option: maybe");
    assert!(texts[7].contains("must be set to 'starttls'"), "{texts:?}");
    assert!(texts[8].starts_with("TypeError: ") && texts[8].contains("received a string"), "{texts:?}");
}

/// Tells how a connection fails: `opened`, `closed`, a read and a write.
const FAILING: &str = "const { searchParams } = new URL(request.url);
     const socket = connect(searchParams.get('to') ?? address);
     const { cause } = await socket.opened.catch((error) => error);
     if (searchParams.has('well')) return Response.json(await failure(socket.opened));
     return Response.json({
       opened: await failure(socket.opened), closed: await failure(socket.closed), cause: cause?.message,
       read: (await socket.readable.getReader().read()).done,
       write: await failure(socket.writable.getWriter().write(encode('x'))),
     });";

#[tokio::test]
async fn a_connection_that_fails_says_why() {
    let peer = TcpPeer::echo().await;
    let project = connecting(&peer, FAILING);
    let server = project.dev().await;
    let message = "Error: proxy request failed, cannot connect to the specified address";
    let refused = server.get("/?to=localhost:1").await.assert_status(200).json();
    assert!(refused["cause"].as_str().unwrap().contains("no connection to"), "{refused}");
    for key in ["opened", "closed", "write"] {
        assert_eq!(refused[key], json!(message), "{key}");
    }
    assert_eq!(refused["read"], json!(true));
    let hint = server.get("/?to=nowhere.invalid:443").await.assert_status(200).json();
    let text = hint["opened"].as_str().unwrap();
    assert!(text.starts_with(message) && text.ends_with("consider using fetch instead"), "{text}");
    let smtp = server.get("/?to=localhost:25").await.assert_status(200).json();
    assert_eq!(smtp["opened"], json!("Error: Connections to port 25 are prohibited"));
}

#[tokio::test]
async fn serve_refuses_private_destinations() {
    let peer = TcpPeer::echo().await;
    let project = connecting(&peer, FAILING);
    let server = project.serve().await;
    for host in ["localhost", "127.0.0.1", "[::1]", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let found = server.get(&format!("/?to={host}:{}", peer.port())).await.assert_status(200).json();
        let cause = found["cause"].as_str().unwrap();
        assert!(cause.contains("is a loopback, link-local or private address"), "{host}: {found}");
        assert_eq!(found["closed"], json!("Error: proxy request failed, cannot connect to the specified address"));
    }
    drop(server);
    let allowed = project.serve_with(&["--allow-private-network"]).await;
    assert_eq!(allowed.get("/?well").await.assert_status(200).json(), json!("none"));
}

#[tokio::test]
async fn connections_are_subrequests_and_need_a_handler() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const sockets = [];
         const error = await thrown(() => { for (;;) sockets.push(connect(address)); });
         await Promise.all(sockets.map((socket) => socket.close()));
         return Response.json([sockets.length, error]);",
    )
    .config(json!({ "limits": { "subrequests": 3 } }));
    let server = project.dev().await;
    server.get("/").await.assert_says(&["[3,\"Error: Too many subrequests by single Worker invocation."]);

    let global = Project::worker(
        "import { connect } from 'cloudflare:sockets';
         let error;
         try { connect('localhost:1'); } catch (thrown) { error = thrown; }
         export default { fetch: () => new Response(String(error)) };",
    );
    let server = global.dev().await;
    server.get("/").await.assert_says(&["Disallowed operation called within global scope"]);
}

#[tokio::test]
async fn hyperdrive_leads_to_its_database_even_in_serve() {
    let peer = TcpPeer::echo().await;
    let project = Project::worker(
        "import { connect } from 'cloudflare:sockets';
         export default {
           async fetch(request, { DB }) {
             const socket = request.url.endsWith('/binding') ? DB.connect() : connect({ hostname: DB.host, port: DB.port });
             const writer = socket.writable.getWriter();
             await writer.write(new TextEncoder().encode('select'));
             await writer.close();
             return new Response(socket.readable);
           },
         };",
    )
    .config(json!({ "hyperdrive": [{
        "binding": "DB",
        "id": "0123456789abcdef0123456789abcdef",
        "localConnectionString": format!("postgres://user:password@127.0.0.1:{}/data", peer.port()),
    }] }));
    let server = project.serve().await;
    for path in ["/binding", "/driver"] {
        assert_eq!(server.get(path).await.assert_status(200).text(), "select");
    }
}
