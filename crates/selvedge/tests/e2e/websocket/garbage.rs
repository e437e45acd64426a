//! Frames that a seeded generator spoiled, at both ends: whatever comes, the process goes on.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::echo;
use super::frames::{Peer, frame};
use crate::support::{Project, setting, within};

/// A generator of its own, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick(&mut self, choices: &[usize]) -> usize {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    /// Some frames, of which a few bytes are others.
    fn frames(&mut self, mask: Option<[u8; 4]>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.pick(&[1, 2, 3, 8]) {
            let first = self.pick(&[0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0x41]);
            let payload = vec![self.next() as u8; self.pick(&[0, 1, 2, 60, 125, 126, 70_000])];
            bytes.extend(frame(first as u8, payload, mask));
        }
        for _ in 0..self.pick(&[0, 1, 2, 5]) {
            let at = self.next() as usize % bytes.len().min(100);
            bytes[at] = self.next() as u8;
        }
        bytes
    }
}

/// So many rounds, and then for as long as SELVEDGE_FUZZ_SECONDS says.
fn rounds(least: u64) -> impl Iterator<Item = u64> {
    let lasts = Duration::from_secs(setting("SELVEDGE_FUZZ_SECONDS", 0));
    let begun = Instant::now();
    (0..).take_while(move |round| *round < least || begun.elapsed() < lasts)
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

#[tokio::test]
async fn from_clients() {
    let project = echo();
    let server = project.dev().await;
    let mut random = Random(0x5e1f_ed6e_0001);
    for round in rounds(400) {
        let mut peer = Peer::connect(server.address(), "/", if round % 2 == 0 { DEFLATE } else { "" }).await;
        peer.send(random.frames(Some([1, 2, 3, 4]))).await;
        peer.finish_sending().await;
        while peer.next().await.is_some() {}
    }
    server.get("/").await.assert_status(200);
}

#[tokio::test]
async fn from_servers() {
    let project = Project::worker(
        "export default { async fetch(request: Request) {
            const to = new URL(request.url).searchParams.get('to');
            if (to === null) return new Response('up');
            const socket = new WebSocket(to);
            const { promise, resolve } = Promise.withResolvers<void>();
            socket.onmessage = ({ data }) => { try { socket.send(data); } catch {} };
            socket.onclose = () => resolve();
            await promise;
            return new Response('closed');
        } };",
    );
    let server = project.dev().await;
    let mut random = Random(0x5e1f_ed6e_0002);
    for round in rounds(200) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let path = format!("/?to=ws://{}/", listener.local_addr().unwrap());
        let request = server.request(http::Method::GET, &path);
        let answer = tokio::spawn(crate::support::Answer::of(request));
        let mut peer = Peer::accept(&listener, if round % 2 == 0 { DEFLATE } else { "" }).await;
        peer.send(random.frames(None)).await;
        peer.finish_sending().await;
        while peer.next().await.is_some() {}
        drop(peer);
        within("an answer", answer).await.unwrap().assert_status(200);
    }
    server.get("/").await.assert_status(200);
}
