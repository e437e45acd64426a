//! The Workers of `tests/hostile`, against a server with an honest one beside them.
//!
//! A file is one Worker, and says in its head comment what it attacks and what must become of it (see
//! `tests/hostile/README.md`). Files whose names begin with the same word are a group: they are served by one process,
//! a few attack at a time, and all the while their neighbour is asked and must answer.

mod case;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Collected};
use hyper::body::Incoming;
use serde_json::json;

use self::case::{Case, Expected, Step};
use crate::support::{Origin, OriginBody, Project, Server, reply, with_keys, within};

/// How many Workers of a group attack at the same time.
const AT_ONCE: usize = 3;

/// How often the neighbour is asked.
const PERIOD: Duration = Duration::from_millis(5);

/// How long an attack may take to its end: some are bounded by memory alone, and then by how fast it is filled.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a Worker answers at `/`.
const ALIVE: &str = "alive";

/// Tests by the first words of files' names, with what `serve` is told for each.
macro_rules! groups {
    ($($group:ident $arguments:expr;)*) => {
        $(
            #[tokio::test]
            async fn $group() {
                attack(stringify!($group), &$arguments).await;
            }
        )*

        const GROUPS: &[&str] = &[$(stringify!($group)),*];
    };
}

groups! {
    buffer [];
    code [];
    console [];
    cpu [];
    escape [];
    fatal [];
    header [];
    heap [];
    input [];
    intrinsics [];
    network [];
    node [];
    origin ["--allow-private-network"];
    promise [];
    service [];
    stack [];
    start [];
    storage [];
    stream [];
    stuck [];
    timer [];
    wasm [];
}

/// A file that no test reads would be no attack.
#[test]
fn every_file_is_in_a_group() {
    let found: BTreeSet<String> = Case::all(&folder()).into_iter().map(|case| case.group().to_owned()).collect();
    let known: BTreeSet<String> = GROUPS.iter().map(|group| (*group).to_owned()).collect();
    assert_eq!(found, known);
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/hostile")
}

/// Runs a group, or the one file that `SELVEDGE_HOSTILE` names.
async fn attack(group: &str, arguments: &[&str]) {
    let only = std::env::var("SELVEDGE_HOSTILE").ok();
    let mut cases = Case::all(&folder());
    cases.retain(|case| case.group() == group && only.as_ref().is_none_or(|only| *only == case.name));
    if cases.is_empty() {
        assert!(only.is_some(), "no file begins with {group}");
        return;
    }
    let origin = Origin::start(echo).await;
    let project = deployed(&cases, &origin);
    let mut server = project.serve_with(arguments).await;
    let wrong = tokio::select! {
        wrong = all_attack(&cases, &server) => wrong,
        () = neighbour_answers(&server) => Vec::new(),
    };
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(server.is_running(), "the process ended");
    let output = server.output_text();
    for word in ["panicked", "overflowed its stack", "fatal runtime error"] {
        assert!(!output.contains(word), "it says {word}");
    }
}

/// Answers with what it was asked: the method and path, a line for each header, then the body as far as it came.
async fn echo(request: Request<Incoming>) -> Response<OriginBody> {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
    reply(text + "\n" + &String::from_utf8_lossy(&body))
}

/// The neighbour and all Workers of a group, each at a host of its own.
fn deployed(cases: &[Case], origin: &Origin) -> Project {
    let neighbour = "export default { fetch: () => new Response('here') };";
    let mut project = Project::empty().with_worker("neighbour", neighbour, json!({}));
    for case in cases {
        let name = &case.name;
        let common = json!({ "vars": { "ORIGIN": origin.url() }, "limits": { "cpu_ms": 100 } });
        // Its entry is among its files.
        project = project.with_worker(name, "", with_keys(common, case.config.clone()));
        for (path, content) in &case.files {
            project = project.file(&format!("{name}/{path}"), content);
        }
    }
    project
}

/// Has the Workers attack; what did not end as it must is the result.
async fn all_attack(cases: &[Case], server: &Server<'_>) -> Vec<String> {
    stream::iter(cases)
        .map(|case| async {
            let mut wrong = Vec::new();
            for step in &case.steps {
                let ended = tokio::time::timeout(PATIENCE, outcome(case, step, server)).await;
                let ended = ended.unwrap_or_else(|_| Err(format!("no end within {PATIENCE:?}")));
                if let Err(what) = ended {
                    wrong.push(format!("{}{}: {what}", case.name, step.path));
                }
            }
            wrong
        })
        .buffer_unordered(AT_ONCE)
        .concat()
        .await
}

/// Asks the neighbour for as long as this is polled, and fails when it does not answer.
async fn neighbour_answers(server: &Server<'_>) {
    loop {
        let answer = server.get_from("neighbour.test", "/").await;
        assert_eq!(answer.assert_status(200).text(), "here");
        tokio::time::sleep(PERIOD).await;
    }
}

/// Sends one request to a hostile Worker and compares.
async fn outcome(case: &Case, step: &Step, server: &Server<'_>) -> Result<(), String> {
    let host = format!("{}.test", case.name);
    let send = async |path: &str| server.request(Method::GET, path).header("Host", &host).send().await;
    let response = send(&step.path).await.map_err(|error| format!("no answer: {error:?}"))?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map(|body| String::from_utf8_lossy(&body).into_owned());
    let as_expected = match (&step.expected, &body) {
        (Expected::Page(expected, code), Ok(body)) => status == *expected && *body == format!("error code: {code}"),
        (Expected::Refused | Expected::Ended, Ok(body)) => status == 503 && body == "error code: 1102",
        (Expected::Body(expected, text), Ok(body)) => status == *expected && body == text,
        (Expected::Any(expected), Ok(_)) => status == *expected,
        (Expected::Broken, body) => body.is_err(),
        (_, Err(_)) => false,
    };
    if !as_expected {
        return Err(format!("expected {:?}, but got {status} {body:?}", step.expected));
    }
    if let Some(words) = &step.log {
        server.prints(&[&case.name, words]).await;
    }
    let told = async || server.prints(&[&format!("The Worker {} is refused until", case.name)]).await;
    if step.expected == Expected::Refused {
        told().await;
        return if comes_back(&send).await? { Ok(()) } else { Err("expected to be refused, but got no 503".into()) };
    }
    if step.expected == Expected::Ended {
        if comes_back(&send).await? {
            told().await;
        }
        return Ok(());
    }
    // One whose start fails has no instance that could be sound.
    if matches!(step.expected, Expected::Page(_, 1102)) && case.group() != "start" {
        return goes_on(&send).await;
    }
    Ok(())
}

/// A condemned instance is replaced: the next event finds one that works.
async fn goes_on(send: &impl AsyncFn(&str) -> reqwest::Result<reqwest::Response>) -> Result<(), String> {
    let again = within("the next event's answer", send("/")).await.map_err(|error| error.to_string())?;
    let status = again.status();
    let text = again.text().await.map_err(|error| error.to_string())?;
    if status == 200 && text == ALIVE { Ok(()) } else { Err(format!("the next event got {status} {text:?}")) }
}

/// A Worker that took a thread with it is refused for a while, and then has a new instance. Says whether it was refused.
async fn comes_back(send: &impl AsyncFn(&str) -> reqwest::Result<reqwest::Response>) -> Result<bool, String> {
    let mut was_refused = false;
    loop {
        let answer = within("the next event's answer", send("/")).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        match (status.as_u16(), text.as_str()) {
            (503, "error code: 1102") => was_refused = true,
            (200, ALIVE) => return Ok(was_refused),
            _ => return Err(format!("expected to be refused or served, but got {status} {text:?}")),
        }
        tokio::time::sleep(PERIOD * 10).await;
    }
}
