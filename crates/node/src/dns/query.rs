//! Asking name servers.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use selvedge_web::crypto::fill;
use simple_dns::QTYPE;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::answer::{Answer, Failure, Record, question, read};

/// The largest message that comes over UDP to one who asks for no more (RFC 1035, section 4.2.1), with room.
const MOST_DATAGRAM: usize = 4096;

/// How to ask.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) servers: Vec<SocketAddr>,
    /// How long one server has for one try.
    pub(super) patience: Duration,
    /// How often each is asked.
    pub(super) tries: u32,
}

fn lost<T>(_: T) -> Failure {
    Failure::Connection
}

/// The records of a name: those that the first server gives that answers.
pub(super) async fn resolve(plan: &Plan, name: &str, kind: QTYPE) -> Result<Vec<Record>, Failure> {
    let mut last = Failure::Connection;
    for _ in 0..plan.tries {
        for server in &plan.servers {
            let outcome = timeout(plan.patience, ask(*server, name, kind)).await.unwrap_or(Err(Failure::Timeout));
            match outcome {
                // Another server may be in a better state.
                Err(
                    failure @ (Failure::Timeout
                    | Failure::Connection
                    | Failure::Server
                    | Failure::NotImplemented
                    | Failure::Refused
                    | Failure::BadResponse),
                ) => last = failure,
                settled => return settled,
            }
        }
    }
    Err(last)
}

async fn ask(server: SocketAddr, name: &str, kind: QTYPE) -> Result<Vec<Record>, Failure> {
    let mut id = [0; 2];
    fill(&mut id).map_err(lost)?;
    let id = u16::from_be_bytes(id);
    let message = question(id, name, kind)?;
    let local: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local).await.map_err(lost)?;
    socket.connect(server).await.map_err(lost)?;
    socket.send(&message).await.map_err(lost)?;
    let mut answer = vec![0; MOST_DATAGRAM];
    loop {
        let length = socket.recv(&mut answer).await.map_err(lost)?;
        match read(&answer[..length], id, kind)? {
            Answer::Records(records) => return Ok(records),
            Answer::Truncated => break,
            Answer::Foreign => {}
        }
    }
    let answer = over_tcp(server, &message).await.map_err(lost)?;
    match read(&answer, id, kind)? {
        Answer::Records(records) => Ok(records),
        Answer::Truncated | Answer::Foreign => Err(Failure::BadResponse),
    }
}

/// Over TCP a message has its length before it (RFC 1035, section 4.2.2).
async fn over_tcp(server: SocketAddr, message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(message.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], message].concat()).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}
