//! Pages that a seed determines, well-formed or not.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fuzz::setting;
use crate::harness::Harness;

/// A rewriting that changes nothing gives what it was given, whatever that is, in whatever pieces it comes.
pub(super) async fn generated(harness: Harness) {
    let worker = harness.worker_with(
        r#"
        const seen = { element: 0, text: 0, comments: 0, doctype: 0, end: 0, endTag: 0 };
        const all = { element(e) { seen.element++; for (const [name] of e.attributes) e.getAttribute(name); try { e.onEndTag(() => { seen.endTag++; }); } catch {} },
            text(t) { seen.text += t.text.length > 0; }, comments(c) { seen.comments++; c.text; } };
        const rewriter = new HTMLRewriter().on("*", all).on("a[x] > b, .c > i, svg *", all)
            .onDocument({ ...all, element: undefined, doctype(d) { seen.doctype++; d.name; }, async end() { seen.end++; await null; } });
        export default { async fetch(request) {
            if (new URL(request.url).pathname === "/seen") return Response.json(seen);
            const bytes = await request.bytes();
            const size = Number(request.headers.get("x-size"));
            let at = 0;
            const body = new ReadableStream({ pull(c) {
                if (at >= bytes.length) return c.close();
                c.enqueue(bytes.slice(at, at += size));
            } });
            try { return new Response(await rewriter.transform(new Response(body)).bytes()); }
            catch (error) { return new Response(`${error.name}: ${error.message}`, { status: 500 }); }
        } };"#,
        |options| options.limits.cpu = Duration::from_secs(120),
    );
    let mut random = Random(0x5e1f_edbe);
    let mut rewritten = 0;
    let lasts = Duration::from_secs(setting("SELVEDGE_FUZZ_SECONDS", 0).into());
    let begun = Instant::now();
    let mut round = 0;
    while round < 300 || begun.elapsed() < lasts {
        round += 1;
        let page = page(&mut random);
        // Not too many pieces: an unfinished tag is parsed anew with each.
        let size = [1, 7, 64, 5000, usize::MAX >> 12][random.below(5)].max(page.len() / 100);
        let request =
            http::Request::post("/").header("x-size", size).body(bytes::Bytes::from(page.clone()).into()).unwrap();
        let response = worker.send(request).await.unwrap();
        let status = response.status();
        let out = crate::harness::text(response).await;
        if status == 200 {
            assert_eq!(out, page, "round {round}, pieces of {size}");
            rewritten += 1;
        } else {
            // The one thing that a page without a limit's worth of nesting may be refused for.
            assert!(out.starts_with("TypeError: Parser error: The parser has encountered a text content tag"), "{out}");
        }
    }
    assert!(rewritten > 150, "{rewritten}");
    let seen: Value = serde_json::from_str(&worker.text("/seen").await).unwrap();
    for (kind, times) in seen.as_object().unwrap() {
        assert!(times.as_u64().unwrap() > 100, "{kind}: {times}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Something like a page.
fn page(random: &mut Random) -> String {
    const PARTS: [&str; 44] = [
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<!doctype html>",
        "<!DOCTYPE x PUBLIC \"",
        "<?",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&",
        "\"",
        "'",
        "=",
        " ",
        "\n",
        "\0",
        "a",
        "text",
        "\u{e9}",
        "\u{1f600}",
        "\u{fffd}",
        "<a x=1>",
        "</a>",
        "<b class=c>",
        "</b>",
        "<i",
        "<svg>",
        "</svg>",
        "<math><mi>",
        "<p>",
        "</p>",
        "<br>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<textarea>",
        "</textarea>",
        "<title>",
    ];
    let mut page = String::new();
    for _ in 0..random.below(120) {
        match random.below(40) {
            0 => page.push_str(&"<div>".repeat(random.below(200))),
            1 => {
                page.push_str(&format!("<a {}='{}'>", "n".repeat(random.below(300)), "v".repeat(random.below(20_000))))
            }
            2 => page.push_str(&"<i a b c=d>x</i>".repeat(random.below(300))),
            3 => page.extend(std::iter::repeat_with(|| char::from(random.below(128) as u8)).take(200)),
            _ => page.push_str(PARTS[random.below(PARTS.len())]),
        }
    }
    page
}
