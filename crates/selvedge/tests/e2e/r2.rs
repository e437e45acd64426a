//! R2 buckets through the binary: the binding, the commands, large objects, sudden ends.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Answer, Project, Server, within};

/// A Worker that runs what it is sent against its bucket: the body of a POST is a function's.
const WORKER: &str = r#"
const Cases = {
  async basics(env) {
    const put = await env.B.put("a/1", "hello", {
      httpMetadata: { contentType: "text/plain", cacheExpiry: new Date(5000) },
      customMetadata: { name: "value", __proto__x: "1" },
      sha1: "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
    });
    const got = await env.B.get("a/1");
    const headers = new Headers();
    got.writeHttpMetadata(headers);
    const text = await got.text();
    return {
      kinds: [put.constructor.name, got.constructor.name, String(env.B)],
      keys: Object.keys(put), json: JSON.parse(JSON.stringify(got)), text, used: got.bodyUsed,
      headers: [...headers], date: got.uploaded instanceof Date, etag: got.httpEtag,
      head: (await env.B.head("a/1")).size, none: [await env.B.head("x"), await env.B.get("x")],
    };
  },
  async values(env) {
    await env.B.put("view", new Uint16Array([0x6161, 0x6262]).subarray(1));
    await env.B.put("blob", new Blob(["bl", "ob"]));
    await env.B.put("null", null);
    const { readable, writable } = new FixedLengthStream(6);
    const writer = writable.getWriter();
    writer.write(new TextEncoder().encode("fix")); writer.write(new TextEncoder().encode("ed!")); writer.close();
    await env.B.put("fixed", readable);
    await env.B.put("copy", (await env.B.get("fixed")).body);
    const read = async (key) => await (await env.B.get(key)).text();
    const out = {};
    for (const key of ["view", "blob", "null", "fixed", "copy"]) out[key] = await read(key);
    out.range = await (await env.B.get("fixed", { range: { offset: 1, length: 3 } })).text();
    out.suffix = await (await env.B.get("fixed", { range: { suffix: 2 } })).text();
    out.header = (await env.B.get("fixed", { range: new Headers({ range: "bytes=2-3" }) })).range;
    return out;
  },
  async conditions(env) {
    const { etag, httpEtag } = await env.B.put("c", "1");
    const not = await env.B.get("c", { onlyIf: { etagDoesNotMatch: etag } });
    return {
      not: ["body" in not, not.constructor.name],
      header: "body" in (await env.B.get("c", { onlyIf: new Headers({ "if-none-match": `W/"x", ${httpEtag}` }) })),
      put: [
        await env.B.put("c", "2", { onlyIf: { etagMatches: "no" } }),
        await env.B.put("c", "2", { onlyIf: new Headers({ "if-none-match": "*" }) }),
        (await env.B.put("c", "2", { onlyIf: { etagMatches: etag } })) !== null,
      ],
    };
  },
  async errors(env) {
    const attempts = {
      long: () => env.B.put("k".repeat(1025), ""),
      metadata: () => env.B.put("k", "", { customMetadata: { a: "x".repeat(8192) } }),
      digest: () => env.B.put("k", "x", { md5: "0".repeat(32) }),
      two: () => env.B.put("k", "x", { md5: "0".repeat(32), sha1: "0".repeat(40) }),
      hex: () => env.B.put("k", "x", { md5: "z".repeat(32) }),
      short: () => env.B.put("k", "x", { sha256: "00" }),
      stream: () => env.B.put("k", new ReadableStream({ type: "bytes" })),
      value: () => env.B.put("k", 5),
      quoted: () => env.B.get("c", { onlyIf: { etagMatches: '"a"' } }),
      range: () => env.B.get("r", { range: { offset: 9 } }),
      negative: () => env.B.get("r", { range: { offset: -1 } }),
      both: () => env.B.get("r", { range: { offset: 1, suffix: 1 } }),
      limit: () => env.B.list({ limit: 1001 }),
      include: () => env.B.list({ include: ["x"] }),
      ssec: () => env.B.get("r", { ssecKey: "00" }),
      many: () => env.B.delete(Array.from({ length: 1001 }, (_, n) => `${n}`)),
      part: () => env.B.resumeMultipartUpload("r", "x").uploadPart(0, ""),
      upload: () => env.B.resumeMultipartUpload("r", "x").uploadPart(1, ""),
      complete: () => env.B.resumeMultipartUpload("r", "x").complete([]),
      failing: () => {
        const { readable, writable } = new FixedLengthStream(9);
        writable.abort(new Error("no more"));
        return env.B.put("k", readable);
      },
    };
    await env.B.put("r", "123");
    const out = {};
    for (const [name, attempt] of Object.entries(attempts)) {
      out[name] = await attempt().then(() => "fulfilled", (error) => `${error.name}: ${error.message}`);
    }
    out.nothing = await env.B.head("k");
    return out;
  },
  async lists(env) {
    for (const key of ["l/a", "l/b/1", "l/b/2", "l/c"]) await env.B.put(key, "x", { customMetadata: { key } });
    const page = await env.B.list({ prefix: "l/", delimiter: "/", limit: 2, include: ["customMetadata"] });
    const rest = await env.B.list({ prefix: "l/", delimiter: "/", cursor: page.cursor });
    await env.B.delete(["l/a", "l/c", "nothing"]);
    return {
      first: page.objects.map(({ key, customMetadata, httpMetadata }) => [key, customMetadata, httpMetadata === undefined]),
      prefixes: page.delimitedPrefixes, truncated: page.truncated,
      rest: rest.objects.map(({ key }) => key), end: [rest.truncated, "cursor" in rest],
      left: (await env.B.list({ prefix: "l/" })).objects.map(({ key }) => key),
    };
  },
  async parts(env) {
    const upload = await env.B.createMultipartUpload("m", { httpMetadata: { contentType: "x/y" } });
    const again = env.B.resumeMultipartUpload("m", upload.uploadId);
    const size = 5 * 1024 * 1024;
    const parts = [await again.uploadPart(1, new Uint8Array(size).fill(65)), await again.uploadPart(2, "end")];
    const object = await upload.complete(parts);
    const got = await env.B.get("m", { range: { offset: size - 2 } });
    const small = await env.B.createMultipartUpload("n");
    const tiny = [await small.uploadPart(1, "1"), await small.uploadPart(2, "2")];
    const error = await small.complete(tiny).catch((error) => error.message);
    await small.abort();
    return { part: Object.keys(parts[0]), size: object.size, etag: object.etag.length, text: await got.text(),
      type: got.httpMetadata.contentType, md5: object.checksums.toJSON().md5 ?? null, error };
  },
};
export default {
  async fetch(request, env) {
    const key = new URL(request.url).pathname.slice(1);
    if (request.method === "PUT") return Response.json(await env.B.put(key, request.body));
    if (request.method === "POST") return Response.json(await Cases[key](env));
    const object = await env.B.get(key);
    return object === null ? new Response("none", { status: 404 }) : new Response(object.body, { headers: { etag: object.httpEtag } });
  },
};
"#;

fn project() -> Project {
    Project::worker(&format!("// @ts-nocheck\n{WORKER}"))
        .config(json!({ "r2_buckets": [{ "binding": "B", "bucket_name": "bucket" }] }))
}

async fn case(server: &Server<'_>, name: &str) -> serde_json::Value {
    server.post(&format!("/{name}"), "").await.assert_status(200).json()
}

async fn put(server: &Server<'_>, key: &str, body: impl Into<reqwest::Body>) -> Answer {
    Answer::of(server.request(Method::PUT, key).body(body)).await
}

#[tokio::test]
async fn objects_have_what_hosted_gives_them() {
    let project = project();
    let server = project.dev().await;
    let got = case(&server, "basics").await;
    assert_eq!(got["kinds"], json!(["R2Object", "R2ObjectBody", "[object R2Bucket]"]));
    assert_eq!(got["text"], "hello");
    assert_eq!(got["used"], true);
    assert_eq!(got["etag"], "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(got["headers"], json!([["content-type", "text/plain"], ["expires", "Thu, 01 Jan 1970 00:00:05 GMT"]]));
    assert_eq!(got["json"]["customMetadata"], json!({ "name": "value", "__proto__x": "1" }));
    assert_eq!(
        got["json"]["checksums"],
        json!({ "md5": "5d41402abc4b2a76b9719d911017c592", "sha1": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d" })
    );
    assert_eq!(got["json"]["range"], json!({ "offset": 0, "length": 5 }));
    assert_eq!(got["json"]["storageClass"], "Standard");
    assert_eq!((&got["head"], &got["none"], &got["date"]), (&json!(5), &json!([null, null]), &json!(true)));
}

#[tokio::test]
async fn values_ranges_conditions_lists_and_parts() {
    let project = project();
    let server = project.dev().await;
    assert_eq!(
        case(&server, "values").await,
        json!({ "view": "bb", "blob": "blob", "null": "", "fixed": "fixed!", "copy": "fixed!", "range": "ixe",
            "suffix": "d!", "header": { "offset": 2, "length": 2 } })
    );
    assert_eq!(
        case(&server, "conditions").await,
        json!({ "not": [false, "R2Object"], "header": false, "put": [null, null, true] })
    );
    assert_eq!(
        case(&server, "lists").await,
        json!({ "first": [["l/a", { "key": "l/a" }, true]], "prefixes": ["l/b/"], "truncated": true,
            "rest": ["l/c"], "end": [false, false], "left": ["l/b/1", "l/b/2"] })
    );
    let parts = case(&server, "parts").await;
    assert_eq!(parts["part"], json!(["partNumber", "etag"]));
    assert_eq!((&parts["text"], &parts["type"], &parts["md5"]), (&json!("AAend"), &json!("x/y"), &json!(null)));
    assert_eq!((&parts["size"], &parts["etag"]), (&json!(5 * 1024 * 1024 + 3), &json!(34)));
    assert_eq!(
        parts["error"],
        "completeMultipartUpload: Your proposed upload is smaller than the minimum allowed object size. (10011)"
    );
}

#[tokio::test]
async fn errors_are_in_hosteds_words() {
    let project = project();
    let server = project.dev().await;
    let got = case(&server, "errors").await;
    for (name, words) in [
        ("long", "Error: put: The specified object name is not valid. (10020)"),
        ("metadata", "Error: put: Your metadata headers exceed the maximum allowed metadata size. (10012)"),
        ("digest", "Actual MD5 was: 9dd4e461268c8034f5c8564e155c67a6 (10037)"),
        ("two", "TypeError: You cannot specify multiple hashing algorithms."),
        ("hex", "TypeError: Provided MD5 wasn't a valid hex string"),
        ("short", "TypeError: SHA-256 is 64 hex characters, not 2"),
        ("stream", "TypeError: Provided readable stream must have a known length"),
        ("value", "TypeError: Failed to execute 'put' on 'R2Bucket': parameter 2 is not of type"),
        ("quoted", "TypeError: Conditional ETag should not be wrapped in quotes (\"a\")."),
        ("range", "Error: get: The requested range is not satisfiable (10039)"),
        ("negative", "RangeError: Invalid range. Starting offset (-1) must be greater than or equal to 0."),
        ("both", "TypeError: Suffix is incompatible with offset."),
        ("limit", "Error: list: MaxKeys params must be positive integer <= 1000. (10022)"),
        ("include", "RangeError: Unsupported include value x"),
        ("ssec", "not available in this version of Selvedge"),
        ("many", "delete: You can delete at most 1000 keys at once."),
        ("part", "TypeError: Part number must be between 1 and 10000 (inclusive). Actual value was: 0"),
        ("upload", "Error: uploadPart: The specified multipart upload does not exist. (10024)"),
        ("complete", "Error: completeMultipartUpload: We encountered an internal error. Please try again. (10001)"),
        ("failing", "Error: no more"),
    ] {
        assert!(got[name].as_str().unwrap().contains(words), "{name}: {}", got[name]);
    }
    assert_eq!(got["nothing"], json!(null));
}

/// The resident memory of a server, in bytes.
fn resident(server: &Server<'_>) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn large_objects_stream_both_ways() {
    const PIECE: usize = 1 << 20;
    const PIECES: usize = 300;
    let project = project();
    let server = project.serve_with(&["--max-body-size", "1GB"]).await;
    put(&server, "/small", "x").await.assert_status(200);
    let before = resident(&server);
    let piece = Bytes::from(vec![7; PIECE]);
    let body = stream::iter((0..PIECES).map({
        let piece = piece.clone();
        move |_| Ok::<_, std::io::Error>(piece.clone())
    }));
    let size = (PIECE * PIECES).to_string();
    let request = server.request(Method::PUT, "/large").header("content-length", &size);
    Answer::of(request.body(reqwest::Body::wrap_stream(body))).await.assert_status(200);
    let grown = |what: &str| {
        let grown = resident(&server).saturating_sub(before);
        assert!(grown < 150 << 20, "{what}: {grown} bytes more");
    };
    grown("after the upload");
    let response = within("an answer", server.request(Method::GET, "/large").send()).await.unwrap();
    assert_eq!(response.headers()["content-length"], size.as_str());
    let (mut read, mut stream) = (0, response.bytes_stream());
    while let Some(bytes) = within("more of the object", stream.next()).await {
        let bytes = bytes.unwrap();
        assert!(bytes.iter().all(|&byte| byte == 7));
        read += bytes.len();
    }
    assert_eq!(read, PIECE * PIECES);
    grown("after the download");
}

#[tokio::test]
async fn what_was_acknowledged_survives_and_half_an_upload_does_not() {
    let project = project();
    let server = project.serve().await;
    put(&server, "/kept", "kept").await.assert_status(200);
    // An upload that has begun, and never ends.
    let mut connection = server.connect().await;
    connection.send("PUT /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n").await;
    connection.send(vec![1; 2_000_000]).await;
    let incoming = project.path().join(".selvedge/state/r2/bucket/incoming");
    crate::support::eventually("a file of the upload", || async {
        (std::fs::read_dir(&incoming).unwrap().count() > 0).then_some(())
    })
    .await;
    kill_process(Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap(), Signal::KILL).unwrap();
    server.ended().await;
    assert!(std::fs::read_dir(&incoming).unwrap().count() > 0);
    let server = project.serve().await;
    assert_eq!(server.get("/kept").await.assert_status(200).text(), "kept");
    server.get("/half").await.assert_status(404);
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
}

#[tokio::test]
async fn commands_work_on_the_same_objects() {
    let project = project();
    let run = async |arguments: &[&str]| project.run(&[&["r2"], arguments].concat()).await;
    project.write("in.txt", "from a file");
    run(&["bucket", "info", "bucket"]).await.assert_refused(&["does not exist", "r2 bucket create bucket"]);
    run(&["bucket", "create", "No"]).await.assert_refused(&["The bucket name \"No\" is invalid."]);
    run(&["bucket", "create", "bucket"]).await.assert_succeeded();
    run(&["bucket", "create", "bucket"]).await.assert_refused(&["already exists"]);
    let put = ["object", "put", "bucket/dir/a.txt", "--file", "in.txt", "--content-type", "text/plain", "--local"];
    run(&put).await.assert_succeeded();
    let server = project.dev().await;
    assert_eq!(server.get("/dir/a.txt").await.assert_status(200).text(), "from a file");
    run(&["object", "list", "bucket"]).await.assert_refused(&["in use by another process"]);
    server.terminate();
    server.ended().await;
    let listed = run(&["object", "list", "bucket", "--json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!((&listed["objects"][0]["key"], &listed["objects"][0]["size"]), (&json!("dir/a.txt"), &json!(11)));
    let folders = run(&["object", "list", "bucket", "--delimiter", "/"]).await;
    assert!(folders.stdout.contains("dir/") && !folders.stdout.contains("a.txt"), "{}", folders.stdout);
    assert_eq!(run(&["object", "get", "bucket/dir/a.txt", "--pipe"]).await.stdout, "from a file");
    run(&["object", "get", "bucket/dir/a.txt", "--file", "out/b.txt"]).await.assert_succeeded();
    assert_eq!(project.read("out/b.txt"), "from a file");
    run(&["object", "get", "bucket/none"]).await.assert_refused(&["The specified key does not exist."]);
    run(&["object", "get", "bucket"]).await.assert_refused(&["{bucket}/{key}"]);
    project.write("bulk.json", r#"[{"key":"x","file":"in.txt"},{"key":"y","file":"in.txt"}]"#);
    run(&["bulk", "put", "bucket", "--filename", "bulk.json"]).await.assert_succeeded();
    let info = run(&["bucket", "info", "bucket", "--json"]).await;
    let info: serde_json::Value = serde_json::from_str(&info.stdout).unwrap();
    assert_eq!((&info["object_count"], &info["bucket_size"]), (&json!(3), &json!(33)));
    run(&["bucket", "delete", "bucket"]).await.assert_refused(&["is not empty"]);
    for key in ["dir/a.txt", "x", "y"] {
        run(&["object", "delete", &format!("bucket/{key}")]).await.assert_succeeded();
    }
    run(&["bucket", "delete", "bucket"]).await.assert_succeeded();
    assert!(!run(&["bucket", "list", "--json"]).await.stdout.contains("bucket"));
}

#[tokio::test]
async fn the_example_answers_ranges_and_conditions() {
    let project = Project::example("r2-files");
    let server = project.dev().await;
    let request = server.request(Method::PUT, "/clips/a.txt").header("content-type", "text/x").body("0123456789");
    let put = Answer::of(request).await;
    put.assert_status(201);
    assert_eq!(server.get("/").await.text(), "clips/\n");
    assert_eq!(server.get("/clips/").await.text(), "clips/a.txt 10\n");
    let whole = server.get("/clips/a.txt").await;
    assert_eq!((whole.text().as_str(), whole.header("content-type")), ("0123456789", "text/x"));
    let part = Answer::of(server.request(Method::GET, "/clips/a.txt").header("range", "bytes=2-4")).await;
    assert_eq!((part.assert_status(206).text().as_str(), part.header("content-range")), ("234", "bytes 2-4/10"));
    let known = server.request(Method::GET, "/clips/a.txt").header("if-none-match", put.header("etag"));
    Answer::of(known).await.assert_status(304);
    Answer::of(server.request(Method::DELETE, "/clips/a.txt")).await.assert_status(204);
    server.get("/clips/a.txt").await.assert_status(404);
}
