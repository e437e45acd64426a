//! A running `selvedge dev` or `selvedge serve`.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use reqwest::{Client, RequestBuilder, redirect};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::Child;

use super::output::{Output, selvedge};
use super::{LATE, PATIENCE, Project, RawConnection, within, within_time};

/// A server process. It is killed when dropped, and cannot outlive its project.
pub(crate) struct Server<'project> {
    child: Child,
    output: Output,
    url: String,
    client: Client,
    project: PhantomData<&'project Project>,
}

/// An HTTP answer, its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads an answer to its end.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        Self::awaited(PATIENCE, request).await
    }

    /// The same, of one that may be late.
    pub(crate) async fn late(request: RequestBuilder) -> Self {
        Self::awaited(LATE, request).await
    }

    async fn awaited(patience: Duration, request: RequestBuilder) -> Self {
        let response = within_time(patience, "an answer", request.send()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = within_time(patience, "the answer's end", response.bytes()).await.unwrap().to_vec();
        Self { status, headers, body }
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts the status, and shows the body when it is another.
    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Asserts that words are in the body.
    #[track_caller]
    pub(crate) fn assert_says(&self, words: &[&str]) -> &Self {
        let text = self.text();
        for word in words {
            assert!(text.contains(word), "{word:?} is not in:\n{text}");
        }
        self
    }
}

impl<'project> Server<'project> {
    /// Starts the binary with a port of its own and waits for its `ready` event.
    pub(super) async fn start(project: &'project Project, arguments: &[&str]) -> Self {
        let mut command = selvedge(project.path(), &[arguments, &["--port", "0", "--json"]].concat());
        let mut child = command.envs(project.envs()).spawn().unwrap();
        let output = Output::new();
        output.collect(child.stdout.take().unwrap());
        output.collect(child.stderr.take().unwrap());
        let ready = tokio::select! {
            ready = output.event("ready", &[]) => ready,
            status = child.wait() => panic!("it ended with {}:\n{}", status.unwrap(), output.text()),
        };
        // `localhost` may be looked up as ::1, and then the client's address is another.
        let url = ready["url"].as_str().unwrap().replace("localhost", "127.0.0.1");
        Self { child, output, url, client: client().build().unwrap(), project: PhantomData }
    }

    /// The address of a path, such as `/` or `/a?b`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let (_, address) = self.url.split_once("://").unwrap();
        address.parse().unwrap()
    }

    /// A request that follows no redirect and decodes no body.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// The answer to a GET for another host name.
    pub(crate) async fn get_from(&self, host: &str, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).header("Host", host)).await
    }

    /// The answer to a POST.
    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        Answer::of(self.request(Method::POST, path).body(body)).await
    }

    /// A bare connection.
    pub(crate) async fn connect(&self) -> RawConnection {
        RawConnection::open(self.address()).await
    }

    /// Waits for a line of the Worker's console that has all the words in it.
    pub(crate) async fn log(&self, words: &[&str]) -> Value {
        self.output.event("log", words).await
    }

    /// Waits for an event of a kind whose line has all the words in it.
    pub(crate) async fn event(&self, kind: &str, words: &[&str]) -> Value {
        self.output.event(kind, words).await
    }

    /// Waits until a line of the output has all the words in it.
    pub(crate) async fn prints(&self, words: &[&str]) {
        let what = format!("line with {words:?}");
        self.output.wait_for(&what, |line| words.iter().all(|word| line.contains(word)).then_some(())).await;
    }

    /// All that it has printed so far.
    pub(crate) fn output_text(&self) -> String {
        self.output.text()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Whether its process has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to end, as an init system does.
    pub(crate) fn terminate(&self) {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    }

    /// Ends it as a crash does: with SIGKILL, at once.
    pub(crate) async fn kill(mut self) {
        within("the killed server's end", self.child.kill()).await.unwrap();
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(self) -> ExitStatus {
        within("the server's end", self.exited()).await
    }

    /// The same, for as long as the caller likes.
    pub(crate) async fn exited(mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}

impl Drop for Server<'_> {
    #[expect(clippy::print_stdout, reason = "a test that fails shows what it printed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("The server has printed:\n{}", shortened(&self.output.text()));
        }
    }
}

/// The end of a text that may be a flood.
fn shortened(text: &str) -> String {
    text.lines()
        .rev()
        .take(60)
        .map(|line| line.chars().take(600).collect::<String>())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
        .join("\n")
}

/// The client of all tests, before what one of them adds.
pub(crate) fn client() -> reqwest::ClientBuilder {
    Client::builder().redirect(redirect::Policy::none()).no_proxy()
}
