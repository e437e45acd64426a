//! WebSockets: the protocol on both sides over real sockets, the API as hosted has it, and what holds an invocation.

mod api;
mod clients;
mod connect;
mod frames;
mod garbage;
mod lifecycle;
mod proxy;
mod serve;
mod vectors;

use crate::support::Project;

/// A Worker that accepts every WebSocket and sends back what it gets; `options` are those of `accept()`.
const ECHO: &str = "export default { async fetch(request: Request) {
    if (request.headers.get('upgrade') !== 'websocket') return new Response('up');
    const { 0: client, 1: server } = new WebSocketPair();
    server.binaryType = 'arraybuffer';
    server.addEventListener('message', ({ data }) => server.send(data));
    server.accept();
    return new Response(null, { status: 101, webSocket: client });
  } };";

fn echo() -> Project {
    Project::worker(ECHO)
}
