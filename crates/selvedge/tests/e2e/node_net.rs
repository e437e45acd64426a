//! `node:net` and `node:tls`.

use serde_json::json;

use crate::support::{Certificate, Project, TcpPeer};

/// A Worker whose `fetch` handler runs this code; `host` and `port` are the peer's.
fn connecting(peer: &TcpPeer, code: &str) -> Project {
    Project::worker(&format!(
        "import net from 'node:net';
         import tls from 'node:tls';
         const all = (socket) => new Promise((resolve, reject) => {{
           let text = '';
           socket.setEncoding('utf8');
           socket.on('data', (chunk) => {{ text += chunk; }});
           socket.on('end', () => resolve(text));
           socket.on('error', reject);
         }});
         const event = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));
         const thrown = (action) => {{
           try {{ action(); return 'none'; }} catch (error) {{ return error.code; }}
         }};
         export default {{
           async fetch(request, {{ PORT: port }}) {{
             const host = 'localhost';
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "PORT": peer.port() }, "compatibility_flags": ["nodejs_compat"] }))
}

#[tokio::test]
async fn a_socket_connects_writes_and_reads() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const events = [];
         const socket = net.connect({ host, port }, () => events.push('callback'));
         for (const name of ['connect', 'ready', 'end', 'finish']) socket.on(name, () => events.push(name));
         const before = [socket.connecting, socket.readyState];
         socket.write('before ');
         const text = all(socket);
         await event(socket, 'connect');
         const during = [socket.remoteAddress, socket.remotePort === port, socket.readyState];
         socket.setNoDelay(true).setKeepAlive(true).unref();
         socket.end(Buffer.from('after'));
         const hadError = await event(socket, 'close');
         const found = await text;
         return Response.json({
           before, during, events, hadError, found, read: socket.bytesRead, written: socket.bytesWritten,
           destroyed: socket.destroyed, state: socket.readyState,
         });",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!({
            "before": [true, "opening"], "during": ["localhost", true, "open"],
            "events": ["callback", "connect", "ready", "finish", "end"], "hadError": false, "found": "before after",
            "read": 12, "written": 12, "destroyed": true, "state": "closed",
        })
    );
}

#[tokio::test]
async fn large_data_goes_both_ways_under_backpressure() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const socket = net.createConnection(port, host);
         let received = 0;
         socket.on('data', (chunk) => { received += chunk.length; });
         const ended = event(socket, 'end');
         let drains = 0;
         for (let count = 0; count < 64; count++) {
           if (!socket.write(Buffer.alloc(128 * 1024, count))) {
             drains++;
             await event(socket, 'drain');
           }
         }
         socket.end();
         await ended;
         return Response.json([received, drains > 0]);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!([64 * 128 * 1024, true]));
}

#[tokio::test]
async fn errors_have_codes() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const failing = async (to) => {
           const socket = net.connect({ host, ...to });
           const closed = event(socket, 'close');
           const error = await event(socket, 'error');
           return [error.code, error.syscall, await closed];
         };
         const idle = net.connect(port, host);
         idle.setTimeout(5);
         await event(idle, 'timeout');
         idle.destroy();
         return Response.json([
           await failing({ port: 1 }), await failing({ host: 'nowhere.invalid', port: 1 }),
           thrown(() => net.connect({ port: 70000 })), thrown(() => net.connect('/run/socket')),
           thrown(() => net.connect({})), thrown(() => net.createServer()), thrown(() => new net.Server()),
         ]);",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!([
            ["ECONNREFUSED", "connect", true],
            ["ENOTFOUND", "connect", true],
            "ERR_SOCKET_BAD_PORT",
            "ERR_INVALID_ARG_VALUE",
            "ERR_MISSING_ARGS",
            "ERR_METHOD_NOT_IMPLEMENTED",
            "ERR_METHOD_NOT_IMPLEMENTED",
        ])
    );
}

#[tokio::test]
async fn addresses_are_told_apart_and_listed() {
    let peer = TcpPeer::echo().await;
    let project = connecting(
        &peer,
        "const kinds = ['127.0.0.1', '1.2.3', '256.1.1.1', '::1', '::ffff:1.2.3.4', '1::2::3', 'fe80::1%eth0', 'a'].map(net.isIP);
         const list = new net.BlockList();
         list.addAddress('123.123.123.123');
         list.addRange('10.0.0.1', '10.0.0.10');
         list.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6');
         const checks = [
           list.check('123.123.123.123'), list.check('10.0.0.3'), list.check('222.111.111.222'),
           list.check('::ffff:7b7b:7b7b', 'ipv6'), list.check('::ffff:123.123.123.123', 'ipv6'),
           list.check('8592:757c:efae:4e45::9', 'ipv6'), list.check('8592:757c:efae:4e46::', 'ipv6'),
         ];
         return Response.json({ kinds, checks, rules: list.rules, address: new net.SocketAddress({ port: 80 }) });",
    );
    let server = project.dev().await;
    assert_eq!(
        server.get("/").await.assert_status(200).json(),
        json!({
            "kinds": [4, 0, 0, 6, 6, 0, 6, 0],
            "checks": [true, true, false, true, true, true, false],
            "rules": [
                "Subnet: IPv6 8592:757c:efae:4e45::/64", "Range: IPv4 10.0.0.1-10.0.0.10",
                "Address: IPv4 123.123.123.123",
            ],
            "address": { "address": "127.0.0.1", "family": "ipv4", "flowlabel": 0, "port": 80 },
        })
    );
}

fn trusting(project: Project, certificate: &Certificate) -> Project {
    certificate.write_to(&project);
    let path = project.path().join("cert.pem").display().to_string();
    project.env("SSL_CERT_FILE", path)
}

#[tokio::test]
async fn tls_connects_and_refuses_what_it_cannot_do() {
    let certificate = Certificate::new();
    let peer = TcpPeer::tls_echo(&certificate).await;
    let project = connecting(
        &peer,
        "const events = [];
         const socket = tls.connect({ host, port }, () => events.push('callback'));
         for (const name of ['connect', 'secureConnect']) socket.on(name, () => events.push(name));
         const text = all(socket);
         socket.end('secret');
         const found = await text;
         const wrong = tls.connect({ host, port, servername: 'elsewhere.test' });
         const error = await event(wrong, 'error');
         return Response.json({
           events, found, authorized: socket.authorized, encrypted: socket.encrypted, wrong: error.message,
           refused: [
             thrown(() => tls.connect({ host, port, rejectUnauthorized: false })),
             thrown(() => tls.connect({ host, port, ca: 'pem' })), thrown(() => tls.createSecureContext({ key: 'k' })),
             thrown(() => tls.createServer()),
           ],
           identity: [
             tls.checkServerIdentity('a.example.com', { subjectaltname: 'DNS:*.example.com' })?.code,
             tls.checkServerIdentity('a.b.example.com', { subjectaltname: 'DNS:*.example.com' })?.code,
             tls.checkServerIdentity('127.0.0.1', { subjectaltname: 'IP Address:127.0.0.1' })?.code,
             tls.checkServerIdentity('example.com', { subject: { CN: 'example.com' } })?.code,
           ].map((code) => code ?? null),
         });",
    );
    let project = trusting(project, &certificate);
    let server = project.dev().await;
    let found = server.get("/").await.assert_status(200).json();
    let wrong = found["wrong"].as_str().unwrap();
    assert!(wrong.contains("invalid peer certificate"), "{wrong}");
    let refused = "ERR_OPTION_NOT_IMPLEMENTED";
    assert_eq!(
        found,
        json!({
            "events": ["connect", "callback", "secureConnect"], "found": "secret", "authorized": true,
            "encrypted": true, "wrong": wrong,
            "refused": [refused, refused, refused, "ERR_METHOD_NOT_IMPLEMENTED"],
            "identity": [null, "ERR_TLS_CERT_ALTNAME_INVALID", null, null],
        })
    );
}

#[tokio::test]
async fn tls_starts_on_a_socket_that_is_connected() {
    let certificate = Certificate::new();
    let peer = TcpPeer::starttls_echo(&certificate).await;
    let project = connecting(
        &peer,
        "const plain = net.connect(port, host);
         plain.write('STARTTLS\\n');
         const granted = String(await event(plain, 'data'));
         plain.removeAllListeners('data');
         const socket = tls.connect({ socket: plain, servername: host });
         const text = all(socket);
         await event(socket, 'secureConnect');
         socket.end('secret');
         const found = await text;
         await event(plain, 'close');
         return Response.json([granted, found, plain.destroyed]);",
    );
    let project = trusting(project, &certificate);
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!(["go ahead\n", "secret", true]));
}
