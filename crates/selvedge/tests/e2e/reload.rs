//! Hot reload: what a change on the disk does to a running `selvedge dev`.

use serde_json::json;

use crate::support::{Project, Server, eventually};

fn saying(word: &str) -> String {
    format!("export default {{ fetch: () => new Response('{word}') }};")
}

async fn comes_to_say(server: &Server<'_>, word: &str) {
    let what = format!("the answer {word:?}");
    eventually(&what, || async { (server.get("/").await.text() == word).then_some(()) }).await;
}

#[tokio::test]
async fn a_changed_file_changes_the_answer() {
    let project = Project::worker(&saying("one"));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.text(), "one");
    for word in ["two", "three"] {
        project.write("src/index.ts", saying(word));
        comes_to_say(&server, word).await;
    }
}

#[tokio::test]
async fn an_imported_file_counts_too() {
    let project = Project::worker(
        "import word from './lib/word'; import text from './text.txt';
         export default { fetch: () => new Response(`${word} ${text}`) };",
    )
    .file("src/lib/word.ts", "export default 'a';")
    .file("src/text.txt", "b");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.text(), "a b");
    project.write("src/lib/word.ts", "export default 'c';");
    comes_to_say(&server, "c b").await;
    project.write("src/text.txt", "d");
    comes_to_say(&server, "c d").await;
}

#[tokio::test]
async fn a_broken_edit_leaves_the_old_one_serving() {
    let project = Project::worker(&saying("good"));
    let server = project.dev().await;
    project.write("src/index.ts", "export default { fetch: () => new Response('oops' };");
    server.prints(&["src/index.ts:1:"]).await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "good");
    project.write("src/index.ts", saying("better"));
    comes_to_say(&server, "better").await;
}

#[tokio::test]
async fn a_changed_configuration_is_read_again() {
    let print = "export default { fetch: (request, env) => new Response(env.WORD) };";
    let project = Project::worker(print).config(json!({ "vars": { "WORD": "one" } })).file(".dev.vars", "OTHER=x\n");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.text(), "one");
    let manifest = project.read("wrangler.json");
    project.write("wrangler.json", manifest.replace("one", "two"));
    comes_to_say(&server, "two").await;
    project.write(".dev.vars", "WORD=three\n");
    comes_to_say(&server, "three").await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_by_the_version_that_began_it() {
    let origin = crate::support::Origin::start(|_| async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        crate::support::reply("slow")
    })
    .await;
    let slow = "export default {
      async fetch(request, env) {
        const { pathname } = new URL(request.url);
        return new Response(pathname === '/slow' ? await (await fetch(env.ORIGIN)).text() + ' old' : 'old');
      },
    };";
    let project = Project::worker(slow).config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.text(), "old");
    let change = async {
        origin.asked_for("/").await;
        project.write("src/index.ts", saying("new"));
        comes_to_say(&server, "new").await;
    };
    let (answer, ()) = tokio::join!(server.get("/slow"), change);
    assert_eq!(answer.assert_status(200).text(), "slow old");
}
