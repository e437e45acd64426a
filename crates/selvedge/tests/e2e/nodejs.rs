//! `nodejs_compat`: the modules show what Node.js shows, and packages that need them run.
//!
//! `nodejs/NAME.mjs` is a script that shows values, `nodejs/NAME.txt` what Node.js 20 makes of it
//! (`node node.mjs ./NAME.mjs`, in that folder).

use serde_json::json;

use crate::support::Project;

macro_rules! scripts {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("nodejs/", $name, ".mjs")), include_str!(concat!("nodejs/", $name, ".txt")))),*]
    };
}

const SCRIPTS: [(&str, &str, &str); 7] = scripts!["assert", "buffer", "context", "events", "path", "stream", "util"];

fn worker(source: &str) -> Project {
    Project::worker(source).config(json!({ "compatibility_flags": ["nodejs_compat"] }))
}

#[tokio::test]
async fn the_modules_show_what_nodejs_shows() {
    let mut project = worker("export { default } from './worker.mjs';")
        .file("src/worker.mjs", include_str!("nodejs/worker.mjs"))
        .file("src/run.mjs", include_str!("nodejs/run.mjs"));
    for (name, script, _) in SCRIPTS {
        project = project.file(&format!("src/{name}.mjs"), script);
    }
    let server = project.dev().await;
    for (name, _, expected) in SCRIPTS {
        let answer = server.get(&format!("/{name}")).await;
        let shown = answer.assert_status(200).text();
        assert!(expected.lines().count() > 30, "{name}");
        for (line, (ours, theirs)) in shown.lines().zip(expected.lines()).enumerate() {
            assert_eq!(ours, theirs, "{name}, line {}", line + 1);
        }
        assert_eq!(shown.lines().count(), expected.lines().count(), "{name}");
    }
}

#[tokio::test]
async fn npm_packages_that_need_nodejs() {
    let packages = json!({ "private": true, "dependencies": {
        "async": "3.2.6", "csv-parse": "6.2.1", "debug": "4.4.3", "iconv-lite": "0.7.3", "logform": "2.7.0",
        "nanoid": "5.1.16", "pg-protocol": "1.16.1", "split2": "4.2.0", "triple-beam": "1.4.1",
    }});
    let project = worker(include_str!("nodejs/packages.mjs"))
        .file("package.json", packages.to_string())
        .config(json!({ "vars": { "DEBUG": "app:*" } }))
        .installed();
    let server = project.dev().await;
    let expected = json!({
        "rows": [{ "a": "1", "b": "2" }, { "a": "3", "b": "4" }],
        "lines": ["ONE", "TWO", "THREE"],
        "order": [2, 3, 1, [9, 4, 1]],
        "query": "510000000d53454c454354203100",
        "messages": [{ "name": "readyForQuery", "length": 5, "status": "I" }],
        "latin": "gr\u{fc}\u{df} \u{20ac}",
        "utf16": "fffe68006900",
        "id": 21,
        "log": "info: hi there",
    });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
    server.prints(&["app:main rows"]).await;
}

#[tokio::test]
async fn globals_follow_the_date() {
    let source = "import { Buffer as imported } from 'node:buffer';
        const of = (name) => typeof globalThis[name];
        export default { fetch: () => Response.json([of('Buffer'), of('process'), of('global'), typeof imported]) };";
    let all = json!(["function", "object", "object", "function"]);
    let server = worker(source);
    assert_eq!(server.dev().await.get("/").await.json(), all);
    let old = worker(source).config(json!({ "compatibility_date": "2024-09-22" }));
    let none = json!(["undefined", "undefined", "undefined", "function"]);
    assert_eq!(old.dev().await.get("/").await.json(), none);
}

#[tokio::test]
async fn every_way_to_a_module_gives_the_same() {
    let project = worker(
        "import buffer, { Buffer as named } from 'buffer';
         import { createRequire, builtinModules, isBuiltin } from 'node:module';
         import required from './old.cjs';
         const require = createRequire(import.meta.url);
         export default {
           async fetch() {
             const later = await import('node:buffer');
             const same = [later.default, required, require('buffer'), process.getBuiltinModule('node:buffer')];
             let missing;
             try { require('nothing'); } catch (error) { missing = error.message; }
             return Response.json([
               same.every((one) => one === buffer), named === Buffer, builtinModules.includes('stream/promises'),
               isBuiltin('node:path'), isBuiltin('nothing'), process.getBuiltinModule('nothing') === undefined, missing,
             ]);
           },
         };",
    )
    .file("src/old.cjs", "module.exports = require('buffer');");
    let answer = project.dev().await.get("/").await.json();
    let text = answer[6].as_str().unwrap_or_default();
    assert!(text.starts_with("No such module \"nothing\"."), "{text}");
    assert_eq!(answer.as_array().unwrap()[..6], json!([true, true, true, true, false, true]).as_array().unwrap()[..]);
}

#[tokio::test]
async fn the_environment_is_in_process_env() {
    let source = "export default { fetch() { process.env.SET = 5; return Response.json({ ...process.env }); } };";
    let vars = json!({ "vars": { "TEXT": "t", "LIST": [1, { "a": 2 }] } });
    let with = worker(source).config(vars.clone());
    let expected = json!({ "TEXT": "t", "LIST": "[1,{\"a\":2}]", "SET": "5" });
    assert_eq!(with.dev().await.get("/").await.json(), expected);
    let flags = json!({ "compatibility_flags": ["nodejs_compat", "nodejs_compat_do_not_populate_process_env"] });
    let without = worker(source).config(vars).config(flags);
    assert_eq!(without.dev().await.get("/").await.json(), json!({ "SET": "5" }));
}

#[tokio::test]
async fn async_local_storage_alone() {
    let source = "import { AsyncLocalStorage } from 'node:async_hooks';
        const storage = new AsyncLocalStorage();
        const later = async () => { await scheduler.wait(1); return storage.getStore(); };
        export default {
          async fetch() {
            const stores = await Promise.all([1, 2, 3].map((n) => storage.run(n, later)));
            return Response.json([stores, storage.getStore() ?? null, typeof Buffer]);
          },
        };";
    let project = Project::worker(source).config(json!({ "compatibility_flags": ["nodejs_als"] }));
    assert_eq!(project.dev().await.get("/").await.json(), json!([[1, 2, 3], null, "undefined"]));
    let refused = Project::worker("import 'node:buffer'; export default {};")
        .config(json!({ "compatibility_flags": ["nodejs_als"] }));
    refused.run(&["check"]).await.assert_refused(&["Could not resolve \"node:buffer\"", "nodejs_compat"]);
}

#[tokio::test]
async fn our_own_modules_are_out_of_reach() {
    let project = worker(
        "export default {
           async fetch() {
             const outcomes = [];
             for (const name of ['selvedge:ops', 'selvedge:web/webidl.js', 'selvedge:node/node/buffer.js', 'node:nothing']) {
               outcomes.push(await import(name).then(() => 'imported', (error) => error.message.split('\\n')[0]));
             }
             return Response.json(outcomes);
           },
         };",
    );
    let expected = ["selvedge:ops", "selvedge:web/webidl.js", "selvedge:node/node/buffer.js", "node:nothing"]
        .map(|name| format!("No such module \"{name}\"."));
    assert_eq!(project.dev().await.get("/").await.json(), json!(expected));
}

#[tokio::test]
async fn a_module_may_be_imported_while_it_is_evaluated() {
    let project = Project::worker(
        "export const name = 'index';
         const own = import('./index.ts').then((module) => module.name);
         const other = import('./other.ts').then((module) => module.seen);
         export default { fetch: async () => Response.json([await own, await other]) };",
    )
    .file("src/other.ts", "import { name } from './index.ts'; export const seen = `saw ${name}`;")
    .config(json!({ "no_bundle": true, "main": "src/index.js", "find_additional_modules": true }));
    let source = project.read("src/index.ts").replace(".ts", ".js");
    let other = project.read("src/other.ts").replace(".ts", ".js");
    project.write("src/index.js", source);
    project.write("src/other.js", other);
    let project = project.config(json!({ "rules": [{ "type": "ESModule", "globs": ["**/*.js"] }] }));
    assert_eq!(project.dev().await.get("/").await.assert_status(200).json(), json!(["index", "saw index"]));
}

#[tokio::test]
async fn a_patched_global_cannot_come_back_into_the_loading() {
    let project = worker(
        "let inside = false;
         const outcomes = new Set();
         for (const name of ['assign', 'create', 'defineProperty', 'entries', 'freeze', 'keys']) {
           const original = Object[name];
           Object[name] = (...args) => {
             if (!inside) {
               inside = true;
               try { outcomes.add(typeof process.getBuiltinModule('util')); } catch (error) { outcomes.add(error.message); }
               inside = false;
             }
             return original(...args);
           };
         }
         process.getBuiltinModule('stream');
         export default { fetch: () => Response.json([[...outcomes], typeof process.getBuiltinModule('assert')]) };",
    );
    let answer = project.dev().await.get("/").await.assert_status(200).json();
    let refused = "selvedge:node/node/util.js is asked for while another module is being loaded";
    assert!(answer[0].as_array().unwrap().contains(&json!(refused)), "{answer}");
    assert_eq!(answer[1], "function");
}
