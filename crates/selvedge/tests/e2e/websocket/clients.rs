//! A client that others wrote: `ws` from npm, both as the client of a Worker and as the server of one.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::echo;
use crate::support::{Project, within};

/// A folder with the package in it.
fn package() -> Project {
    let manifest = json!({ "private": true, "type": "module", "dependencies": { "ws": "8.18.3" } });
    let project = Project::empty().file("package.json", manifest.to_string());
    let install = ["install", "--no-audit", "--no-fund", "--no-package-lock"];
    let installed = std::process::Command::new("npm").args(install).current_dir(project.path()).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    project
}

fn node(project: &Project, script: &str, argument: &str) -> Command {
    project.write("script.js", script);
    let mut command = Command::new("node");
    command.args(["script.js", argument]).current_dir(project.path()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn ws_as_a_client() {
    let package = package();
    let project = echo();
    let server = project.dev().await;
    let script = "
        import WebSocket from 'ws';
        const log = [];
        const socket = new WebSocket(process.argv[2], { perMessageDeflate: true });
        socket.on('open', () => { log.push(socket.extensions); socket.send('text '.repeat(100)); });
        socket.on('message', (data, isBinary) => {
          log.push([isBinary, data.length]);
          if (!isBinary) socket.send(Buffer.alloc(100_000, 7));
          else socket.ping('still there?');
        });
        socket.on('pong', (data) => { log.push(data.toString()); socket.close(4000, 'enough'); });
        socket.on('close', (code, reason) => { log.push([code, reason.toString()]); console.log(JSON.stringify(log)); });";
    let ran = node(&package, script, &server.url("/").replace("http:", "ws:")).output();
    let ran = within("the script's end", ran).await.unwrap();
    let log = String::from_utf8(ran.stdout).unwrap();
    let expected =
        json!(["permessage-deflate", [false, 500], [true, 100_000], "still there?", [4000, "enough"]]).to_string();
    assert_eq!(log.trim(), expected, "{}", String::from_utf8_lossy(&ran.stderr));
}

#[tokio::test]
async fn ws_as_a_server() {
    let package = package();
    let script = "
        import { WebSocketServer } from 'ws';
        const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0 } });
        server.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
        server.on('listening', () => console.log(server.address().port));";
    let mut origin = node(&package, script, "").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(origin.stdout.take().unwrap()).lines();
    let port = within("the port", lines.next_line()).await.unwrap().unwrap();
    let project = Project::worker(
        "export default { async fetch(request: Request) {
            const socket = new WebSocket(new URL(request.url).searchParams.get('to')!);
            const log: unknown[] = [];
            const { promise, resolve } = Promise.withResolvers<void>();
            socket.onopen = () => { log.push(socket.extensions); socket.send('text '.repeat(100)); };
            socket.onmessage = async ({ data }) => {
              log.push(typeof data === 'string' ? data.length : [data.size]);
              if (typeof data === 'string') socket.send(new Uint8Array(100_000));
              else socket.close(4000, 'enough');
            };
            socket.onclose = ({ code, reason, wasClean }) => { log.push([code, reason, wasClean]); resolve(); };
            await promise;
            return Response.json(log);
        } };",
    );
    let server = project.dev().await;
    let answer = server.get(&format!("/?to=ws://127.0.0.1:{port}/")).await;
    assert_eq!(answer.json(), json!(["permessage-deflate", 500, [100_000], [4000, "enough", true]]));
}
