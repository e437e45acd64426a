//! HTMLRewriter in a Worker, without a network.

mod generated;

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("html_rewriter::tokens_are_read_and_changed", |harness| Box::pin(tokens(harness))),
    ("html_rewriter::handlers_may_be_asynchronous", |harness| Box::pin(asynchronous(harness))),
    ("html_rewriter::errors_have_hosteds_texts", |harness| Box::pin(errors(harness))),
    ("html_rewriter::pages_stream_both_ways", |harness| Box::pin(streaming(harness))),
    ("html_rewriter::responses_keep_what_they_have", |harness| Box::pin(responses(harness))),
    ("html_rewriter::other_encodings", |harness| Box::pin(encodings(harness))),
    ("html_rewriter::guests_may_patch_anything", |harness| Box::pin(patched(harness))),
    ("html_rewriter::memory_is_bounded", |harness| Box::pin(memory(harness))),
    ("html_rewriter::any_input_passes_unchanged", |harness| Box::pin(generated::generated(harness))),
];

/// What a Worker with `cases` gives: an object of functions, each called with helpers.
async fn results(harness: &Harness, cases: &str) -> Value {
    let source = format!(
        r#"
        const html = (text, init) => new Response(text, init ?? {{ headers: {{ "content-type": "text/html" }} }});
        const rewrite = (text, ...on) => {{
            const rewriter = new HTMLRewriter();
            for (const [selector, handlers] of on) {{
                if (selector === null) rewriter.onDocument(handlers); else rewriter.on(selector, handlers);
            }}
            return rewriter.transform(html(text)).text();
        }};
        const element = (text, selector, element) => rewrite(text, [selector, {{ element }}]);
        const thrown = async (work) => {{
            try {{ await work(); return "nothing"; }} catch (error) {{ return `${{error.name}}: ${{error.message}}`; }}
        }};
        const cases = {{ {cases} }};
        export default {{ async fetch() {{
            const results = {{}};
            for (const [name, work] of Object.entries(cases)) {{
                try {{ results[name] = await work(); }} catch (error) {{ results[name] = `threw ${{error.stack}}`; }}
            }}
            return Response.json(results);
        }} }};
        "#
    );
    let worker = harness.worker_with(&source, |options| options.limits.cpu = Duration::from_secs(120));
    serde_json::from_str(&worker.text("/").await).unwrap()
}

#[track_caller]
fn assert_results(found: &Value, expected: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (name, expected) in expected {
        let found = &found[name];
        let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        if text != *expected {
            wrong.push(format!("{name}\n  found:    {text}\n  expected: {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found.as_object().unwrap().len(), expected.len());
}

async fn tokens(harness: Harness) {
    let cases = r#"
        attributes: () => element("<a HREF=/x id=1 data-b='&amp;'>t</a>", "a", (e) => {
            const before = [...e.attributes].map((pair) => pair.join("=")).join();
            e.setAttribute("Href", e.getAttribute("href") + "y\"z").removeAttribute("ID").setAttribute("new", 5);
            const seen = [before, e.getAttribute("id"), e.hasAttribute("NEW"), e.getAttribute("href"), e.tagName,
                e.namespaceURI, e.removed, Object.prototype.toString.call(e)];
            e.after(JSON.stringify(seen));
        }),
        content: () => element("<p>in</p>", "p", (e) => {
            e.before("<b>", { html: true }).before("1<").after("2", {}).after("3").prepend("4").prepend("5")
                .append("6").append("7");
        }),
        replaced: () => element("<i>a<u>b</u></i>c", "i", (e) => { e.replace("<x>").after("d"); }),
        inner: () => element("<i>a<u>b</u></i>c", "i", (e) => { e.setInnerContent("<hr>", { html: true }); }),
        removed: () => rewrite("<i>a<u>b</u></i>c<u>d</u>", ["i", { element(e) { e.remove(); } }],
            ["u", { element(e) { e.setAttribute("r", e.removed); } }]),
        removedWithin: async () => {
            const seen = [];
            await rewrite("<i><u>1</u></i><u>2</u>", ["i", { element(e) { e.remove(); seen.push(e.removed); } }],
                ["u", { element(e) { seen.push(e.removed); }, text(t) { seen.push(t.text, t.removed); } }]);
            return seen.join();
        },
        unwrapped: () => element("<i>a<u>b</u></i>c", "i", (e) => { e.removeAndKeepContent(); }),
        renamed: () => element("<i>a</i><br>", "i, br", (e) => { e.tagName = e.tagName === "i" ? "Em" : "hr"; }),
        endTags: () => element("<div><p>a</div>b<p>c</p>", "div, p", (e) => {
            e.tagName += "x";
            e.onEndTag((tag) => { tag.before("dropped"); });
            e.onEndTag((tag) => { tag.before(`[${tag.name}`).after("]"); tag.name = tag.name + "y"; });
        }),
        endTagRemoved: () => element("<p>a</p>b", "p", (e) => { e.onEndTag((tag) => { tag.remove(); }); }),
        text: () => rewrite("<p>one<b>two</b></p>three", ["p", { text(t) {
            if (t.lastInTextNode) t.after(`(${t.text.length})`); else t.before("<").replace(t.text.toUpperCase());
        } }]),
        textRemoved: () => rewrite("<p>one</p>two", ["p", { text(t) { const was = t.removed; t.remove();
            if (t.lastInTextNode) t.after(`${was},${t.removed}`); } }]),
        comments: () => rewrite("<!--a--><p><!--b--></p>", ["p", { comments(c) { c.text += "!"; c.after("x", { html: true }); } }],
            [null, { comments(c) { if (c.text === "a") c.replace("A").before("1"); else c.before(c.text + c.removed); } }]),
        commentRemoved: () => rewrite("<!--a-->b", [null, { comments(c) { c.remove(); } }]),
        doctype: async () => {
            const seen = [];
            const keep = ({ name, publicId, systemId }) => seen.push([name, publicId, systemId]);
            await rewrite("<!DOCTYPE html>", [null, { doctype: keep }]);
            await rewrite('<!doctype HTML PUBLIC "-//W3C" "">', [null, { doctype: keep }]);
            await rewrite("<!doctype>", [null, { doctype: keep }]);
            return JSON.stringify(seen);
        },
        end: () => rewrite("a", [null, { end(end) { end.append("<b>").append("<i>", { html: true }); } }]),
        empty: () => rewrite("", [null, { end(end) { end.append("all"); } }]),
        order: async () => {
            const seen = [];
            await rewrite("<!doctype html><a b><!--c-->t</a>",
                ["a", { element(e) { seen.push("a"); e.onEndTag(() => seen.push("/a")); }, comments() { seen.push("c"); }, text(t) { seen.push("t:" + t.text); } }],
                [null, { doctype() { seen.push("d"); }, comments() { seen.push("C"); }, text(t) { seen.push("T:" + t.text); }, end() { seen.push("end"); } }],
                ["*", { element(e) { seen.push("*"); } }]);
            return seen.join(" ");
        },
        shared: () => rewrite("<a x=1></a>", ["a", { element(e) { e.setAttribute("x", "2").setAttribute("y", "3"); e.tagName = "b"; } }],
            ["a", { element(e) { e.append([e.tagName, ...[...e.attributes].flat()].join()); } }]),
        receivers: async () => {
            class Handler { seen = ""; element(e) { this.seen += e.tagName; } end() { this.seen += "!"; } }
            const handler = new Handler();
            await rewrite("<a></a><b></b>", ["a, b", handler], [null, handler]);
            return handler.seen;
        },
        svg: () => element("<svg><a/></svg>", "svg a", (e) => {
            e.after(e.namespaceURI); e.prepend("in");
        }),
        selectors: () => element('<ul><li class="x y">1<li id=k>2<li lang=en-US>3</ul>', "ul > .y, li#k, [lang|=en], li:nth-child(2), p:not(.z)", (e) => { e.setAttribute("m", ""); }),
        void: () => element("<br>a", "br", (e) => { e.prepend("no").append("no").setInnerContent("no").after("yes"); }),
        noHandlers: () => rewrite("<p>a</p>", ["p", {}], [null, {}]),
    "#;
    assert_results(
        &results(&harness, cases).await,
        &[
            (
                "attributes",
                "<a HREF=\"/xy&quot;z\" data-b='&amp;' new=\"5\">t</a>[\"href=/x,id=1,data-b=&amp;amp;\",null,true,\
                 \"/xy\\\"z\",\"a\",\"http://www.w3.org/1999/xhtml\",false,\"[object Element]\"]",
            ),
            ("content", "<b>1&lt;<p>54in67</p>32"),
            ("replaced", "&lt;x&gt;dc"),
            ("inner", "<i><hr></i>c"),
            ("removed", "c<u r=\"false\">d</u>"),
            ("removedWithin", "true,true,1,false,,false,false,2,false,,false"),
            ("unwrapped", "a<u>b</u>c"),
            ("renamed", "<Em>a</Em><hr>"),
            ("endTags", "<divx><px>a[px[divx</divxy>]]b<px>c[px</pxy>]"),
            ("endTagRemoved", "<p>ab"),
            ("text", "<p>&lt;ONE(0)<b>&lt;TWO(0)</b></p>three"),
            ("textRemoved", "<p>false,true</p>two"),
            ("comments", "1A<p>b!false<!--b!-->x</p>"),
            ("commentRemoved", "b"),
            ("doctype", r#"[["html",null,null],["html","-//W3C",""],[null,null,null]]"#),
            ("end", "a&lt;b&gt;<i>"),
            ("empty", "all"),
            ("order", "d a * c C t:t T:t t: T: /a end"),
            ("shared", r#"<b x="2" y="3">b,x,2,y,3</b>"#),
            ("receivers", "ab!"),
            ("svg", "<svg><a/>http://www.w3.org/2000/svg</svg>"),
            ("selectors", "<ul><li class=\"x y\" m=\"\">1<li id=k m=\"\">2<li lang=en-US m=\"\">3</ul>"),
            ("void", "<br>yesa"),
            ("noHandlers", "<p>a</p>"),
        ],
    );
}

async fn asynchronous(harness: Harness) {
    let cases = r#"
        inOrder: async () => {
            const seen = [];
            const text = await rewrite("<a></a><b></b>", ["a", { async element(e) {
                seen.push("a"); await scheduler.wait(5); e.setAttribute("x", "1"); seen.push("A");
                e.onEndTag(async (tag) => { await null; tag.before("end"); seen.push("/a"); });
            } }], ["a", { element(e) { seen.push("second " + e.getAttribute("x")); } }],
                ["b", { async element(e) { seen.push("b"); } }], [null, { async end(end) { await scheduler.wait(1); end.append("."); } }]);
            return seen.join() + " " + text;
        },
        thenables: () => element("<a></a>", "a", (e) => ({ then(done) { e.append("x"); done(); } })),
        streams: () => element("<a>t</a>", "a", (e) => {
            const stream = new ReadableStream({ async pull(c) { await scheduler.wait(1); c.enqueue(new TextEncoder().encode("<i>")); c.close(); } });
            e.before("1").before(stream).append(new Response("<u>"), { html: true }).after(new Response(null)).after("2");
        }),
        lockedStream: () => element("<a></a>", "a", async (e) => {
            const { body } = new Response("x"); body.getReader();
            e.append(await thrown(() => e.before(body)));
        }),
        failedStream: () => thrown(() => element("<a></a>", "a", (e) => {
            e.before(new ReadableStream({ pull(c) { c.error(new Error("mine")); } }));
        })),
        fetching: () => element("<a></a>", "a", async (e) => { e.append(await new Response("inner").text()); }),
        onceRejected: () => thrown(() => element("<a></a>", "a", async () => { await null; throw new RangeError("late"); })),
        notRead: async () => {
            let seen = 0;
            new HTMLRewriter().on("a", { element() { seen++; } }).transform(html("<a></a>"));
            await scheduler.wait(1);
            return seen;
        },
    "#;
    assert_results(
        &results(&harness, cases).await,
        &[
            ("inOrder", "a,A,second 1,/a,b <a x=\"1\">end</a><b></b>."),
            ("thenables", "<a>x</a>"),
            ("streams", "1&lt;i&gt;<a>t<u></a>2"),
            ("lockedStream", "<a>TypeError: This ReadableStream is currently locked to a reader.</a>"),
            ("failedStream", "Error: mine"),
            ("fetching", "<a>inner</a>"),
            ("onceRejected", "RangeError: late"),
            ("notRead", "1"),
        ],
    );
}

async fn errors(harness: Harness) {
    let cases = r#"
        selector: () => thrown(() => new HTMLRewriter().on("a[", {})),
        emptySelector: () => thrown(() => new HTMLRewriter().on("", {})),
        pseudo: () => thrown(() => new HTMLRewriter().on("a:hover", {})),
        handler: () => thrown(() => new HTMLRewriter().on("a", { element: 5 })),
        handlers: () => thrown(() => new HTMLRewriter().on("a", 5)),
        document: () => thrown(() => new HTMLRewriter().onDocument()),
        noResponse: () => thrown(() => new HTMLRewriter().transform("<a>")),
        used: async () => { const response = html("a"); await response.text(); return thrown(() => new HTMLRewriter().transform(response)); },
        throws: () => thrown(() => element("<a></a>", "a", () => { throw new RangeError("mine"); })),
        stale: async () => {
            let kept, iterator;
            await element("<a b></a>", "a", (e) => { kept = e; iterator = e.attributes; });
            return [await thrown(() => kept.tagName), await thrown(() => kept.before("x")), await thrown(() => iterator.next())].join("|");
        },
        staleText: async () => { let kept; await rewrite("<a>b</a>", ["a", { text(t) { kept = t; } }]); return thrown(() => kept.remove()); },
        tagNames: () => element("<a></a>", "a", async (e) => {
            const set = (name) => thrown(() => { e.tagName = name; });
            e.append([await set(""), await set("1"), await set("a b")].join("|"));
        }),
        attributes: () => element("<a></a>", "a", async (e) => {
            e.append([await thrown(() => e.setAttribute("", "")), await thrown(() => e.setAttribute("a=", "")), await thrown(() => e.setAttribute("a"))].join("|"));
        }),
        comment: () => rewrite("<!--a-->", [null, { async comments(c) { c.after(await thrown(() => { c.text = "x-->"; })); } }]),
        endTag: () => element("<br>", "br", async (e) => { e.after(await thrown(() => e.onEndTag(() => {}))); }),
        charset: () => thrown(() => new HTMLRewriter().transform(html("a", { headers: { "content-type": "text/html; charset=klingon" } }))),
        ambiguous: async () => (await thrown(() => element("<select><xmp><script>x</script></select>", "a", () => {}))).slice(0, 80),
        constructors: () => element("<a b></a>", "a", async (e) => {
            e.append([await thrown(() => new e.constructor()), await thrown(() => new e.constructor(Symbol("internal"), {})),
                await thrown(() => new e.attributes.constructor()), await thrown(() => HTMLRewriter())].join("|"));
        }),
        receiver: async () => (await thrown(() => HTMLRewriter.prototype.on.call({}, "a", {}))).split(":")[0],
    "#;
    let stale = "TypeError: This content token is no longer valid. Content tokens are only valid during the execution \
        of the relevant content handler.";
    assert_results(
        &results(&harness, cases).await,
        &[
            ("selector", "TypeError: Parser error: Unexpected end of selector."),
            ("emptySelector", "TypeError: Parser error: The selector is empty."),
            ("pseudo", "TypeError: Parser error: Unsupported pseudo-class or pseudo-element in selector."),
            (
                "handler",
                "TypeError: Incorrect type for the 'element' field on 'ElementContentHandlers': the provided value is \
                 not of type 'function'.",
            ),
            (
                "handlers",
                "TypeError: Failed to execute 'on' on 'HTMLRewriter': parameter 2 is not of type \
                 'ElementContentHandlers'.",
            ),
            (
                "document",
                "TypeError: Failed to execute 'onDocument' on 'HTMLRewriter': 1 argument required, but only 0 present.",
            ),
            (
                "noResponse",
                "TypeError: Failed to execute 'transform' on 'HTMLRewriter': parameter 1 is not of type 'Response'.",
            ),
            (
                "used",
                "TypeError: Body has already been used. It can only be used once. Use tee() first if you need to read \
                 it twice.",
            ),
            ("throws", "RangeError: mine"),
            ("stale", &[stale; 3].join("|")),
            ("staleText", stale),
            (
                "tagNames",
                "<a>TypeError: Parser error: Tag name can't be empty.|TypeError: Parser error: The first character of \
                 the tag name should be an ASCII alphabetical character.|TypeError: Parser error: ` ` character is \
                 forbidden in the tag name</a>",
            ),
            (
                "attributes",
                "<a>TypeError: Parser error: Attribute name can't be empty.|TypeError: Parser error: `=` character is \
                 forbidden in the attribute name|TypeError: Failed to execute 'setAttribute' on 'Element': 2 arguments \
                 required, but only 1 present.</a>",
            ),
            ("comment", "<!--a-->TypeError: Parser error: Comment text shouldn't contain a comment-closing sequence."),
            ("endTag", "<br>TypeError: Parser error: No end tag."),
            ("charset", "TypeError: Parser error: Unknown character encoding has been provided."),
            ("ambiguous", "TypeError: Parser error: The parser has encountered a text content tag (`<xmp>`)"),
            (
                "constructors",
                "<a b>TypeError: Illegal constructor|TypeError: Illegal constructor|TypeError: Illegal constructor|\
                 TypeError: Class constructor HTMLRewriter cannot be invoked without 'new'</a>",
            ),
            ("receiver", "TypeError"),
        ],
    );
}

async fn streaming(harness: Harness) {
    let cases = r#"
        piecewise: async () => {
            // Each chunk is asked for when the one before has been read, and comes out rewritten.
            const asked = [];
            const chunks = ["<p>a</", "p><p", ">b</p>", "<p>c"];
            const body = new ReadableStream({ pull(c) {
                asked.push(chunks.length);
                if (chunks.length === 0) c.close(); else c.enqueue(new TextEncoder().encode(chunks.shift()));
            } }, { highWaterMark: 0 });
            const reader = new HTMLRewriter().on("p", { element(e) { e.setAttribute("n", asked.length); } })
                .transform(html(body)).body.pipeThrough(new TextDecoderStream()).getReader();
            const out = [];
            for (;;) { const { done, value } = await reader.read(); if (done) break; out.push(value); }
            return out.join("|");
        },
        backpressure: async () => {
            let pulled = 0;
            const body = new ReadableStream({ pull(c) { pulled++; c.enqueue(new TextEncoder().encode("<p>x</p>")); } }, { highWaterMark: 0 });
            const reader = new HTMLRewriter().on("p", { element() {} }).transform(html(body)).body.getReader();
            await reader.read(); await scheduler.wait(5);
            return pulled < 5;
        },
        cancelled: async () => {
            let reason;
            const body = new ReadableStream({ pull(c) { c.enqueue(new TextEncoder().encode("<p>x</p>")); }, cancel(r) { reason = r; } });
            const reader = new HTMLRewriter().on("p", { element() {} }).transform(html(body)).body.getReader();
            await reader.read(); await reader.cancel("enough");
            return reason;
        },
        cancelledByError: async () => {
            let reason;
            const body = new ReadableStream({ pull(c) { c.enqueue(new TextEncoder().encode("<p>x</p>")); }, cancel(r) { reason = r.message; } });
            await thrown(() => new HTMLRewriter().on("p", { element() { throw new Error("mine"); } }).transform(html(body)).text());
            return reason;
        },
        failing: () => thrown(() => new HTMLRewriter().transform(html(new ReadableStream({ pull(c) { c.error(new Error("source")); } }))).text()),
        noBytes: () => thrown(() => new HTMLRewriter().transform(html(new ReadableStream({ pull(c) { c.enqueue("text"); } }))).text()),
        big: async () => {
            const item = '<li class="x"><a href="/y">text</a></li>';
            const source = item.repeat(5_000);
            let links = 0;
            const out = await element(source, "a[href]", (e) => { links++; e.setAttribute("href", "/z"); });
            return [links, out === source.replaceAll('"/y"', '"/z"')];
        },
        chained: () => {
            let response = html("<a></a>");
            for (let i = 0; i < 5; i++) response = new HTMLRewriter().on("a", { element(e) { e.append(i); } }).transform(response);
            return response.text();
        },
        again: async () => {
            const rewriter = new HTMLRewriter().on("a", { element(e) { e.append("x"); } });
            return (await Promise.all([1, 2].map((n) => rewriter.transform(html(`<a>${n}</a>`)).text()))).join();
        },
    "#;
    assert_results(
        &results(&harness, cases).await,
        &[
            ("piecewise", "<p n=\"1\">a|</p>|<p n=\"3\">b</p>|<p n=\"4\">c"),
            ("backpressure", "true"),
            ("cancelled", "enough"),
            ("cancelledByError", "mine"),
            ("failing", "Error: source"),
            ("noBytes", "TypeError: This ReadableStream did not return bytes."),
            ("big", "[5000,true]"),
            ("chained", "<a>01234</a>"),
            ("again", "<a>1x</a>,<a>2x</a>"),
        ],
    );
}

async fn responses(harness: Harness) {
    let cases = r#"
        kept: () => {
            const from = new Response("<a></a>", { status: 404, statusText: "Gone", headers: { "x-a": "1", "content-length": "7" }, cf: { a: 1 } });
            const to = new HTMLRewriter().transform(from);
            return [to.status, to.statusText, to.headers.get("x-a"), to.headers.get("content-length"), to.cf.a, from.bodyUsed, to.bodyUsed, to === from];
        },
        noBody: () => { const from = new Response(null, { status: 204 }); return new HTMLRewriter().transform(from) === from; },
        mutable: () => { const to = new HTMLRewriter().transform(Response.redirect("http://a.test")); to.headers.set("a", "b"); return to.headers.get("a"); },
    "#;
    let found = results(&harness, cases).await;
    assert_eq!(found["kept"].to_string(), r#"[404,"Gone","1",null,1,true,false,false]"#);
    assert_eq!(found["noBody"].to_string(), "true");
    assert!(found["mutable"].to_string().contains("immutable"), "a response without a body is given back as it is");

    let worker = harness.worker(
        "const rewriter = new HTMLRewriter().on('p', { element(e) { e.setInnerContent('new'); } });
         export default { fetch: (request) => rewriter.transform(new Response(request.body, { headers: { 'content-length': '12' } })) };",
    );
    let response = worker.post("/", "<p>old</p>..").await.unwrap();
    assert!(response.headers().get("content-length").is_none());
    assert_eq!(crate::harness::text(response).await, "<p>new</p>..");

    let worker = harness.worker("new HTMLRewriter().transform(new Response('a')); export default {}");
    let error = worker.worker.start().await.unwrap_err().to_string();
    assert!(error.contains("Disallowed operation called within global scope"), "{error}");
}

async fn encodings(harness: Harness) {
    let cases = r#"
        latin: async () => {
            const response = html(new Uint8Array([0x3c, 0x70, 0x20, 0x61, 0x3d, 0xe9, 0x3e, 0xe9]), { headers: { "content-type": 'text/html; charset="ISO-8859-1"' } });
            const seen = [];
            const rewritten = new HTMLRewriter().on("p", { async element(e) {
                seen.push(e.getAttribute("a"), await thrown(() => { e.tagName = "p\u4e00"; }));
                e.after("\u00e8\u4e00");
            }, text(t) { seen.push(t.text); } }).transform(response);
            return [seen, [...await rewritten.bytes()].map((b) => b.toString(16)).join(" ")].flat();
        },
        utf8: () => element("<p t='\u00e9\ud83d\ude00'>\ud83d\ude00</p>", "p", (e) => { e.append(e.getAttribute("t") + "\ud800"); }),
    "#;
    let found = results(&harness, cases).await;
    // An end tag that never comes: what is put behind it is lost, as on hosted.
    let expected = [
        "\u{e9}",
        "TypeError: Parser error: The tag name contains a character that can't be represented in the document's \
         character encoding.",
        "\u{e9}",
        "",
        "3c 70 20 61 3d e9 3e e9",
    ];
    assert_eq!(found["latin"], serde_json::json!(expected));
    assert_eq!(found["utf8"], "<p t='\u{e9}\u{1f600}'>\u{1f600}\u{e9}\u{1f600}\u{fffd}</p>");
}

async fn patched(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch() {
        const never = () => { throw new Error("a patched method was called"); };
        for (const C of [Map, Array, Uint8Array, Response, Headers, Promise, ReadableStream, String, RegExp, HTMLRewriter]) {
            for (const key of ["get", "set", "delete", "has", "push", "then", "subarray", "slice", "replace", "substring", "includes", "toLowerCase", "startsWith", "getReader", "exec"]) {
                if (key in C.prototype) C.prototype[key] = never;
            }
        }
        Object.defineProperty(Response.prototype, "body", { get: never });
        Object.prototype.html = true; Object.prototype.element = never; Object.prototype.pull = never;
        const rewriter = new HTMLRewriter();
        rewriter.on("a", { element(e) { e.tagName = "B"; e.setAttribute("C", "d"); e.append("<x>", { __proto__: null, html: false }); e.onEndTag((t) => { t.after("e"); }); } });
        return rewriter.transform(new Response("<a>t</a>", { headers: { "content-length": "8" } }));
    } }"#,
    );
    assert_eq!(worker.text("/").await, "<B c=\"d\">t&lt;x&gt;</B>e");
}

async fn memory(harness: Harness) {
    let cases = r#"
        attribute: () => thrown(() => element("<a x='" + "y".repeat(4 << 20), "a", () => {})),
        nested: () => thrown(() => element("<a>".repeat(200_000), "a b", () => {})),
        inserted: () => thrown(() => { const big = "x".repeat(33 << 20); return element("<a></a>", "a", (e) => { e.before(big).before(big); }); }),
        many: () => thrown(() => {
            const all = [];
            for (let i = 0; i < 1000; i++) all.push(new HTMLRewriter().transform(html("a")));
        }),
    "#;
    assert_results(
        &results(&harness, cases).await,
        &[
            ("attribute", "TypeError: Parser error: The memory limit has been exceeded."),
            ("nested", "TypeError: Parser error: The memory limit has been exceeded."),
            ("inserted", "RangeError: Worker exceeded its memory limit."),
            ("many", "RangeError: Worker exceeded its memory limit."),
        ],
    );
}
