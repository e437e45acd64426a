//! node:crypto, node:zlib and node:fs show what Node.js shows.
//!
//! `node_native/NAME.mjs` is a script that shows values, `node_native/NAME.txt` what Node.js 20 makes of it
//! (`node node.mjs ./NAME.mjs`, in that folder).

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::Project;

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/node_native")
}

/// What Node.js shows.
fn expected(script: &str) -> String {
    std::fs::read_to_string(scripts().join(format!("{script}.txt"))).unwrap()
}

/// A project of the scripts.
fn project() -> Project {
    let mut project = Project::worker("").config(json!({
        "main": "src/worker.mjs",
        "compatibility_flags": ["nodejs_compat"],
    }));
    for file in std::fs::read_dir(scripts()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "mjs") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        project = project.file(&format!("src/{name}"), std::fs::read(&path).unwrap());
    }
    project
}

async fn compare(scripts: &[&str]) {
    let project = project();
    let server = project.dev().await;
    for script in scripts {
        let response = server.get(&format!("/{script}")).await;
        let shown = response.assert_status(200).text();
        let expected = expected(script);
        assert!(expected.lines().count() > 30, "{script}");
        for (line, (ours, theirs)) in shown.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "line {} of {script}", line + 1);
        }
        assert_eq!(shown.lines().count(), expected.lines().count(), "{script}");
    }
}

#[tokio::test]
async fn crypto_is_that_of_node() {
    compare(&["digests", "ciphers", "keys", "exchange"]).await;
}

#[tokio::test]
async fn zlib_is_that_of_node() {
    compare(&["zlib"]).await;
}

#[tokio::test]
async fn files_are_those_of_node() {
    compare(&["files"]).await;
}

#[tokio::test]
async fn bundle_has_the_modules_and_each_event_its_own_tmp() {
    let project = Project::worker(
        "import fs from 'node:fs';
         import text from './poem.txt';
         let atStart;
         try { fs.writeFileSync('/tmp/start', 'x'); atStart = fs.readFileSync('/tmp/start', 'utf8'); } catch (error) { atStart = error.code; }
         const failing = (body) => { try { body(); return 'nothing'; } catch (error) { return error.code; } };
         export default {
           async fetch(request) {
             const names = fs.readdirSync('/bundle');
             const poem = names.find((name) => name.endsWith('poem.txt'));
             const before = fs.readdirSync('/tmp');
             fs.writeFileSync('/tmp/mine', 'x');
             await scheduler.wait(1);
             return Response.json({
               atStart, before, after: fs.readdirSync('/tmp'), root: fs.readdirSync('/'), dev: fs.readdirSync('/dev'),
               poem: fs.readFileSync('/bundle/' + poem, 'utf8') === text,
               relative: fs.readFileSync(poem, 'utf8') === text,
               entry: names.some((name) => fs.readFileSync('/bundle/' + name).length > 500),
               refused: [
                 failing(() => fs.writeFileSync('/bundle/x', '')), failing(() => fs.writeFileSync('/bundle/' + poem, '')),
                 failing(() => fs.unlinkSync('/bundle/' + poem)), failing(() => fs.mkdirSync('/x')), failing(() => fs.rmSync('/tmp', { recursive: true })),
                 failing(() => fs.renameSync('/bundle/' + poem, '/tmp/poem')), failing(() => fs.truncateSync('/bundle/' + poem)),
                 failing(() => fs.linkSync('/bundle/' + poem, '/tmp/linked') || fs.writeFileSync('/tmp/linked', 'changed')),
               ],
             });
           },
         };",
    )
    .file("src/poem.txt", "roses")
    .config(json!({ "compatibility_flags": ["nodejs_compat"] }));
    let server = project.dev().await;
    for _ in 0..2 {
        let answer = server.get("/").await;
        let answer = answer.assert_status(200).json();
        let expected = json!({
            "atStart": "x", "before": [], "after": ["mine"], "root": ["bundle", "dev", "tmp"],
            "dev": ["full", "null", "random", "zero"],
            "poem": true, "relative": true, "entry": true,
            "refused": ["EPERM", "EPERM", "EPERM", "EPERM", "EPERM", "EPERM", "EPERM", "EPERM"],
        });
        assert_eq!(answer, expected);
    }
}

#[tokio::test]
async fn what_would_take_all_memory_or_time_is_refused() {
    let project = Project::worker(
        "import fs from 'node:fs';
         import zlib from 'node:zlib';
         import crypto from 'node:crypto';
         const bomb = zlib.gzipSync(Buffer.alloc(4 << 20));
         const failing = async (body) => { try { await body(); return 'nothing'; } catch (error) { return `${error.name} ${error.code ?? ''}`.trim(); } };
         export default {
           async fetch(request) {
             if (new URL(request.url).pathname === '/fill') {
               for (let i = 0; ; i++) fs.writeFileSync(`/tmp/${i}`, Buffer.alloc(8 << 20));
             }
             return Response.json([
               await failing(() => zlib.gunzipSync(bomb, { maxOutputLength: 1 << 20 })),
               await failing(() => crypto.scryptSync('a', 'b', 8, { N: 1 << 20, r: 64, maxmem: 2 ** 40 })),
               await failing(() => crypto.pbkdf2Sync('a', 'b', 1000000, 8, 'sha256')),
               await failing(() => crypto.generateKeyPairSync('rsa', { modulusLength: 8192 })),
               await failing(() => crypto.generatePrimeSync(4096, { safe: true })),
             ]);
           },
         };",
    )
    .config(json!({ "compatibility_flags": ["nodejs_compat"] }));
    let server = project.dev().await;
    let answer = server.get("/").await;
    let answer = answer.assert_status(200).json();
    let expected = json!([
        "RangeError ERR_BUFFER_TOO_LARGE",
        "RangeError ERR_CRYPTO_INVALID_SCRYPT_PARAMS",
        "RangeError ERR_OUT_OF_RANGE",
        "RangeError ERR_OUT_OF_RANGE",
        "RangeError ERR_OUT_OF_RANGE",
    ]);
    assert_eq!(answer, expected);
    server.get("/fill").await.assert_status(500);
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}

/// npm packages that stand on these modules.
#[tokio::test]
async fn packages_from_npm() {
    let packages = json!({ "private": true, "dependencies": {
        "bcryptjs": "3.0.2", "jsonwebtoken": "9.0.2", "pako": "2.1.0", "uuid": "11.1.0",
    }});
    let project = Project::worker(
        "import jwt from 'jsonwebtoken';
         import bcrypt from 'bcryptjs';
         import { v4, v5 } from 'uuid';
         import pako from 'pako';
         import zlib from 'node:zlib';
         import crypto from 'node:crypto';
         export default {
           async fetch() {
             const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
             const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
             const tokens = [
               [jwt.sign({ a: 1 }, 'secret', { noTimestamp: true }), 'secret'],
               [jwt.sign({ a: 1 }, privateKey, { algorithm: 'RS256' }), publicKey],
               [jwt.sign({ a: 1 }, privateKey.export({ type: 'pkcs8', format: 'pem' }), { algorithm: 'PS384' }), publicKey.export({ type: 'spki', format: 'pem' })],
               [jwt.sign({ a: 1 }, ec.privateKey, { algorithm: 'ES256' }), ec.publicKey],
             ];
             let refused;
             try { jwt.verify(tokens[0][0], 'other'); } catch (error) { refused = error.message; }
             const hash = await bcrypt.hash('password', 4);
             return Response.json({
               token: tokens[0][0], verified: tokens.map(([token, key]) => jwt.verify(token, key).a), refused,
               bcrypt: [await bcrypt.compare('password', hash), bcrypt.compareSync('other', hash)],
               uuid: [v4().length, v5('hello', v5.DNS)],
               pako: pako.inflate(zlib.deflateSync('text'), { to: 'string' }) + zlib.gunzipSync(pako.gzip('text')).toString(),
             });
           },
         };",
    )
    .file("package.json", packages.to_string())
    .config(json!({ "compatibility_flags": ["nodejs_compat"] }))
    .installed();
    let server = project.dev().await;
    let expected = json!({
        "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.57TF7smP9XDhIexBqPC-F1toZReYZLWb_YRU5tv0sxM",
        "verified": [1, 1, 1, 1],
        "refused": "invalid signature",
        "bcrypt": [true, false],
        "uuid": [36, "9342d47a-1bab-5709-9869-c840b2eac501"],
        "pako": "texttext",
    });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}
