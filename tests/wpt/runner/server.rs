//! wptserve, the tests' own server: HTTP, HTTPS and WebSocket with the handlers that the tests rely on.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use rustls::pki_types::CertificateDer;
use url::Url;

/// How long it may take to start.
const START: Duration = Duration::from_secs(120);

/// The server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    port: u16,
    /// What it shows to TLS clients.
    pub(crate) certificate: CertificateDer<'static>,
}

impl Server {
    /// Starts it on free ports of loopback and waits until it answers.
    pub(crate) fn start(root: &Path, scratch: &Path) -> io::Result<Self> {
        let ports = free_ports(14)?;
        fs::create_dir_all(scratch)?;
        // wptserve would make one, whose name constraints rustls refuses: 127.0.0.1 is no DNS name.
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
        let (key_file, certificate_file) = (scratch.join("wptserve.key"), scratch.join("wptserve.pem"));
        fs::write(&key_file, own.signing_key.serialize_pem())?;
        fs::write(&certificate_file, own.cert.pem())?;
        let config = serde_json::json!({
            "browser_host": "localhost",
            "alternate_hosts": { "alt": "127.0.0.1" },
            "check_subdomains": false,
            "ssl": {
                "type": "pregenerated",
                "pregenerated": { "host_key_path": key_file, "host_cert_path": certificate_file },
            },
            "ports": {
                "http": &ports[0..2], "https": &ports[2..4], "ws": [ports[4]], "wss": [ports[5]], "h2": [ports[6]],
                "http-private": [ports[7]], "http-public": [ports[8]], "https-private": [ports[9]],
                "https-public": [ports[10]], "http-local": [ports[11]], "https-local": [ports[12]],
                "webtransport-h3": [ports[13]],
            },
        });
        let config_file = scratch.join("wptserve.json");
        fs::write(&config_file, config.to_string())?;
        let log = fs::File::create(scratch.join("wptserve.log"))?;
        let child = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("serve.py"))
            .arg("--config")
            .arg(&config_file)
            .env("WPT_ROOT", root)
            .stdin(Stdio::null())
            .process_group(0)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| io::Error::other(format!("python3, which runs wptserve: {error}")))?;
        let mut server = Self { child, port: ports[0], certificate: own.cert.der().clone() };
        // The last server that is started is the one for HTTP/2; the WebSocket ones come before.
        server.wait(&ports[..7], scratch)?;
        Ok(server)
    }

    fn wait(&mut self, ports: &[u16], scratch: &Path) -> io::Result<()> {
        let log = scratch.join("wptserve.log");
        let begun = Instant::now();
        while ports.iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("wptserve ended with {status}; see {}", log.display())));
            }
            if begun.elapsed() > START {
                return Err(io::Error::other(format!("wptserve does not start; see {}", log.display())));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Where a file of the tests is on it.
    pub(crate) fn url(&self, file: &str, variant: &str) -> Url {
        // What a generated worker is called there. Files that ask for a secure origin (`.https.`) get this one too:
        // Workers have no insecure contexts.
        let page = file.replace(".any.js", ".any.worker.js");
        Url::parse(&format!("http://localhost:{}/{page}{variant}", self.port)).expect("a URL of our own")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is a group of processes. An interrupt would not do: what runs in the background may ignore it.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// Ports that are free now.
fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect::<io::Result<Vec<_>>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// A script of the tests. One that wptserve fills in (`.sub.`) comes from it, the others from the folder.
pub(crate) fn script(root: &Path, path: &str, server: &Url) -> io::Result<String> {
    // A name that wptserve has for another file.
    let path = if path.ends_with("resources/WebIDLParser.js") { "resources/webidl2/lib/webidl2.js" } else { path };
    if !path.contains(".sub.") {
        return fs::read_to_string(root.join(path.trim_start_matches('/')));
    }
    let port = server.port().unwrap_or(80);
    let mut http = TcpStream::connect(("127.0.0.1", port))?;
    write!(http, "GET /{} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n", path.trim_start_matches('/'))?;
    let mut answer = String::new();
    http.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    if head.contains(" 200 ") { Ok(body.to_owned()) } else { Err(io::Error::other(head.to_owned())) }
}
