//! The web platform inside a Worker: that each piece is there and works together with the engine.

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("web::standards_are_there", |h| Box::pin(standards_are_there(h))),
    ("web::functions_have_their_own_names", |h| Box::pin(functions_have_their_own_names(h))),
    ("web::console_prints_as_node_does", |h| Box::pin(console_prints_as_node_does(h))),
    ("web::libraries_learn_where_they_run", |h| Box::pin(libraries_learn_where_they_run(h))),
    ("web::a_dom_exceptions_stack_has_its_message", |h| Box::pin(a_dom_exceptions_stack_has_its_message(h))),
    ("web::a_dom_exception_is_cloned_wherever_it_is", |h| Box::pin(a_dom_exception_is_cloned_wherever_it_is(h))),
    ("web::keys_of_broken_text_are_data_errors", |h| Box::pin(keys_of_broken_text_are_data_errors(h))),
    ("web::form_names_end_with_no_backslash", |h| Box::pin(form_names_end_with_no_backslash(h))),
    ("web::what_is_set_in_a_url_parses_again", |h| Box::pin(what_is_set_in_a_url_parses_again(h))),
    ("web::crypto_works", |h| Box::pin(crypto_works(h))),
    ("web::clocks_stand_still_within_a_turn", |h| Box::pin(clocks_stand_still_within_a_turn(h))),
    ("web::global_scope_does_no_io", |h| Box::pin(global_scope_does_no_io(h))),
];

async fn standards_are_there(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch() {
        const form = new FormData(); form.set("a", "b"); form.set("file", new File(["text"], "a.txt"));
        const parsed = await new Response(form).formData();
        const zipped = new Response("zip me").body.pipeThrough(new CompressionStream("gzip"));
        const abort = new AbortController(); abort.abort();
        const results = {
            url: new URL("../b?x=1", "https://a.test/c/d").href,
            encoding: new TextDecoder("utf-16le").decode(new Uint8Array([104, 0, 105, 0])),
            base64: atob(btoa("round trip")),
            clone: structuredClone(new Map([[1, { two: [3n] }]])).get(1).two[0] === 3n,
            form: [parsed.get("a"), await parsed.get("file").text()].join(),
            gzip: await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text(),
            abort: abort.signal.reason.name,
            intl: new Intl.NumberFormat("de-AT").format(1234.5),
            agent: navigator.userAgent,
            timer: await new Promise((resolve) => setTimeout(resolve, 1, "timer")),
            self: self === globalThis && typeof addEventListener,
            sab: typeof SharedArrayBuffer,
        };
        return Response.json(results);
    } }"#,
    );
    let found: serde_json::Value = serde_json::from_str(&worker.text("/").await).unwrap();
    assert_eq!(
        found,
        serde_json::json!({
            "url": "https://a.test/b?x=1", "encoding": "hi", "base64": "round trip", "clone": true, "form": "b,text",
            "gzip": "zip me", "abort": "AbortError", "intl": "1\u{a0}234,5", "agent": "Cloudflare-Workers",
            "timer": "timer", "self": "function", "sab": "undefined",
        })
    );
}

/// Our JavaScript is bundled, which gives a number to one of two functions of the same name in different files.
async fn functions_have_their_own_names(harness: Harness) {
    let worker = harness.worker(
        r#"import * as workers from "cloudflare:workers";
        import * as sockets from "cloudflare:sockets";
        const seen = new Set(), renamed = [];
        const check = (name, key, path) => {
            if (name !== key && name.replace(/^_|\d+$/g, "") === key) renamed.push(`${path} is called ${name}`);
        };
        const visit = (value, path) => {
            if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
            seen.add(value);
            for (const key of Reflect.ownKeys(value)) {
                const at = `${path}.${String(key)}`;
                const { get, set, value: found } = Reflect.getOwnPropertyDescriptor(value, key);
                if (typeof found === "function") check(found.name, key, at);
                if (get) check(get.name, `get ${String(key)}`, at);
                if (set) check(set.name, `set ${String(key)}`, at);
                for (const next of [found, get, set]) visit(next, at);
            }
            visit(Reflect.getPrototypeOf(value), `${path}.__proto__`);
        };
        export default { async fetch() {
            visit(globalThis, "globalThis");
            visit({ ...workers, ...sockets, a: new Headers().entries(), b: new Response("").body.values() }, "modules");
            return Response.json([seen.size > 1000, renamed]);
        } }"#,
    );
    assert_eq!(worker.text("/").await, "[true,[]]");
}

async fn console_prints_as_node_does(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        console.log("a %s", "b", { c: [1, new Map([["k", null]])] }); console.error(new TypeError("bad").message);
        return new Response("");
    } }"#,
    );
    worker.text("/").await;
    assert_eq!(worker.log.lines(), ["log: a b { c: [ 1, Map(1) { 'k' => null } ] }", "error: bad"]);
}

async fn libraries_learn_where_they_run(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        let error; try { new WorkerGlobalScope() } catch (e) { error = e.message }
        addEventListener("x", () => { error += "!" }); dispatchEvent(new Event("x"));
        return Response.json([self instanceof ServiceWorkerGlobalScope, self instanceof WorkerGlobalScope,
            self instanceof EventTarget, Object.prototype.toString.call(self), error]);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"[true,true,true,"[object ServiceWorkerGlobalScope]","Illegal constructor!"]"#
    );
}

async fn a_dom_exceptions_stack_has_its_message(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        const error = new DOMException("is gone", "NotFoundError");
        console.error(error);
        return Response.json([error.stack.split("\n")[0], String(error), Object.keys(error), Object.hasOwn(error, "message")]);
    } }"#,
    );
    assert_eq!(worker.text("/").await, r#"["NotFoundError: is gone","NotFoundError: is gone",[],false]"#);
    let lines = worker.log.lines();
    assert!(lines[0].starts_with("error: DOMException [NotFoundError]: is gone\n    at Object.fetch"), "{lines:?}");
}

async fn a_dom_exception_is_cloned_wherever_it_is(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        const error = new DOMException("is gone", "NotFoundError");
        const results = [error, { error }, [error], new Map([[error, new Error("outer", { cause: error })]])].map((value) => {
            const clone = structuredClone(value);
            return clone instanceof Map ? [...clone.keys()][0] : clone.error ?? clone[0] ?? clone;
        });
        const cause = structuredClone(new Error("outer", { cause: error })).cause;
        return Response.json([...results, cause].map((clone) => [
            clone !== error && clone instanceof DOMException && clone.stack === error.stack,
            clone.name, clone.message, clone.code, Error.isError(clone), Object.prototype.toString.call(clone),
        ].join()));
    } }"#,
    );
    let expected = "true,NotFoundError,is gone,8,true,[object DOMException]";
    assert_eq!(worker.text("/").await, serde_json::json!(vec![expected; 5]).to_string());
}

async fn keys_of_broken_text_are_data_errors(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch() {
        const jwk = { kty: "RSA", n: "AQ\ud800", e: "AQAB" };
        const key = crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, true, ["verify"]);
        const error = await key.catch((error) => error);
        return new Response(`${error.name}: ${error.message}`);
    } }"#,
    );
    assert_eq!(
        worker.text("/").await,
        r#"DataError: Invalid "n" member in JSON Web Key: it is not base64url without padding."#
    );
}

/// What follows such a name in the body would be taken for its end.
async fn form_names_end_with_no_backslash(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        const attempt = (form) => { try { return typeof new Response(form) } catch (error) { return String(error) } };
        const [name, file] = [new FormData(), new FormData()];
        name.append("a\\", "b"); file.append("a", new File(["b"], "c\\"));
        return Response.json([attempt(name), attempt(file)]);
    } }"#,
    );
    let refused = "TypeError: Name or filename can't end with backslash";
    assert_eq!(worker.text("/").await, serde_json::json!([refused, refused]).to_string());
}

async fn what_is_set_in_a_url_parses_again(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        const path = new URL("a:/b?c#d"); path.pathname = "//x//";
        const back = new URL(path); back.pathname = "/y";
        const host = new URL("a://user@host/b"); host.host = "?";
        return Response.json([path.href, path.pathname, new URL(path.href).pathname, back.href, host.href]);
    } }"#,
    );
    assert_eq!(worker.text("/").await, r#"["a:/.//x//?c#d","//x//","//x//","a:/y?c#d","a://user@host/b"]"#);
}

async fn crypto_works(harness: Harness) {
    let worker = harness.worker(r#"export default { async fetch() {
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"));
        const key = await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
        const signature = await crypto.subtle.sign("HMAC", key, new Uint8Array(3));
        const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
        const ecdsa = { name: "ECDSA", hash: "SHA-256" };
        const signed = await crypto.subtle.sign(ecdsa, pair.privateKey, digest);
        const aes = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const secret = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, aes, digest);
        const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, aes, secret);
        return Response.json([
            [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("").slice(0, 8),
            await crypto.subtle.verify("HMAC", key, signature, new Uint8Array(3)),
            await crypto.subtle.verify(ecdsa, pair.publicKey, signed, digest),
            open.byteLength, crypto.randomUUID().length,
        ]);
    } }"#);
    assert_eq!(worker.text("/").await, r#"["ba7816bf",true,true,32,36]"#);
}

async fn clocks_stand_still_within_a_turn(harness: Harness) {
    let worker = harness.worker(r#"export default { async fetch() {
        const start = Date.now(); for (let i = 0; i < 1e7; i++); const same = Date.now() === start && +new Date() === start;
        await scheduler.wait(30);
        return Response.json([same, Date.now() > start, new Date() instanceof Date, new Date(0).toISOString()]);
    } }"#);
    assert_eq!(worker.text("/").await, r#"[true,true,true,"1970-01-01T00:00:00.000Z"]"#);
}

async fn global_scope_does_no_io(harness: Harness) {
    for call in [
        "fetch('http://a.test')",
        "setTimeout(() => {}, 1)",
        "crypto.getRandomValues(new Uint8Array(1))",
        "crypto.randomUUID()",
    ] {
        let worker = harness.worker(&format!("await {call}; export default {{ fetch() {{}} }}"));
        let error = worker.worker.start().await.unwrap_err().to_string();
        assert!(
            error.contains("Disallowed operation called within global scope. Asynchronous I/O (ex: fetch()"),
            "{call}: {error}"
        );
    }
}
