// Makes one script of the JavaScript of the crates web and platform, for the startup snapshot. Run by build.rs:
//
//   node bundle.mjs PACKAGES OUT
//
// PACKAGES is a folder with node_modules, OUT one that gets the script, platform.js: an expression, a function that takes
// the ops and gives what js/main.js exports, and a function that gives, by specifier, what modules outside of the snapshot
// import of those in it.
// OUT/groups gets the scripts of deferred modules (deferred.mjs), by number.
//
// Hundreds of ES modules in a heap are half of its size: V8 keeps an object for each import and export, and the code of
// each module's top level, which never runs again. A function's top level goes once it has run.

import { createRequire } from "node:module";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFERRED, LOAD, deferGroups, groups, reach, withCalls } from "./deferred.mjs";
import { once } from "./once.mjs";

const [packages, out] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const { build, transform } = require("esbuild");
const acorn = require("acorn");
const crates = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} folder @returns {string[]} */
const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : path.endsWith(".js") ? [path] : [];
  });

/** @param {string} crate @returns {string} all of its JavaScript */
const textOf = (crate) =>
  files(join(crates, crate, "js"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");

/** @param {string} text @param {RegExp} pattern @returns {string[]} */
const found = (text, pattern) => [...new Set(text.match(pattern))].sort();

/** A file as esbuild's metafile names it. @param {string} specifier */
const inputOf = (specifier) => specifier.replace(/^selvedge:(web|platform)\//, "$1/js/");

/** @param {string} specifier */
const fileOf = (specifier) => specifier.replace(/^selvedge:(web|platform)\//, (_, crate) => join(crates, crate, "js/"));

const ops = [...found(textOf("web") + textOf("platform"), /\bop_\w+/g), LOAD];
const shared = found(textOf("node"), /\bselvedge:(web|platform)\/[\w/-]+\.js/g);

const resolver = {
  name: "resolver",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^selvedge:ops$/ }, ({ path }) => ({ path, namespace: "ops" }));
    onResolve({ filter: /^selvedge:(web|platform)\// }, ({ path }) => ({ path: fileOf(path) }));
    onResolve({ filter: /^deferred:/ }, ({ path }) => ({ path: path.slice(DEFERRED.length), namespace: "deferred" }));
    onLoad({ filter: /\.js$/, namespace: "file" }, ({ path }) => ({ contents: withCalls(acorn, path) }));
    onLoad({ filter: /.*/, namespace: "deferred" }, async ({ path }) => {
      const { statement, expression } = await objectOf(`selvedge:${path}`, "");
      return { contents: `${statement}\nexport const load = () => (${expression});`, resolveDir: crates };
    });
    onLoad({ filter: /.*/, namespace: "ops" }, () => ({
      contents: ops.map((op) => `export const ${op} = __ops.${op};`).join("\n"),
    }));
  },
};

const options = {
  bundle: true,
  write: false,
  metafile: true,
  absWorkingDir: crates,
  outdir: packages,
  format: "esm",
  target: "esnext",
  platform: "neutral",
  charset: "ascii",
  legalComments: "none",
  plugins: [resolver],
  logLevel: "warning",
};

/** @param {string} specifier @returns {Promise<string[]>} the names that a module exports */
async function exportsOf(specifier) {
  const own = { entryPoints: [fileOf(specifier)], external: ["selvedge:*", `${DEFERRED}*`], plugins: [] };
  const { metafile } = await build({ ...options, ...own });
  return Object.values(metafile.outputs)[0].exports;
}

/** An expression of a module's exports. Properties rather than a namespace, whose every name would be a function. */
async function objectOf(specifier, index) {
  const names = await exportsOf(specifier);
  const imported = names.map((name) => `${name} as $${index}_${name}`).join(", ");
  const members = names.map((name) => `${name}: $${index}_${name}`).join(", ");
  return { statement: `import { ${imported} } from "${specifier}";`, expression: `{ ${members} }` };
}

/**
 * Builds the script without its frame.
 * @param {string[]} others modules whose exports are given out, by specifier
 * @param {(specifier: string) => boolean} isDeferred whether these are made when they are first asked for
 */
async function bundle(others, isDeferred) {
  const main = await objectOf("selvedge:platform/main.js", "main");
  const given = await Promise.all(
    others.map(async (specifier, index) => {
      if (isDeferred(specifier)) {
        const statement = `import { load as $${index} } from "${specifier.replace("selvedge:", DEFERRED)}";`;
        return { statement, member: `get "${specifier}"() { return $${index}(); },` };
      }
      const { statement, expression } = await objectOf(specifier, index);
      return { statement, member: `"${specifier}": ${expression},` };
    }),
  );
  const statements = [main.statement, ...given.map(({ statement }) => statement)];
  // Few Workers import any of these: so many objects of exports are made when one does.
  const share = ["let given;", "const share = () => (given ??= {", ...given.map(({ member }) => member), "});"];
  const contents = [...statements, ...share, `__result = [${main.expression}, share];`];
  const { metafile, outputFiles } = await build({
    ...options,
    stdin: { contents: contents.join("\n"), resolveDir: crates },
  });
  return { inputs: metafile.inputs, text: outputFiles[0].text };
}

// What node's modules import is no reason to have it in the core.
const { inputs: needed } = await bundle([], () => false);
const core = reach(needed, "<stdin>");
const { inputs, text: script } = await bundle(shared, (specifier) => !core.has(inputOf(specifier)));
const groupOf = groups(inputs, "<stdin>");

/**
 * What is constant in a file is so in the script: esbuild makes `var` of all at a file's top level, which V8's compilers
 * cannot take for constant.
 * @param {string} text the file's part of the script
 * @param {string} source
 */
function constant(text, source) {
  const changing = new Set([...source.matchAll(/^(?:export )?let (\w+)/gm)].map(([, name]) => name));
  return text.replace(/^var (?=(?:(\w+?)\d* =|\{))/gm, (_, name) => (changing.has(name) ? "let " : "const "));
}

/** The parts of the script, each of which begins with a comment that names its file. */
const parts = script.split(/^(?=\/\/ [^\n]*(?:\.js|<stdin>|:ops)$)/m).map((text) => {
  const [, input] = /^\/\/ (\S+)$/m.exec(text) ?? [];
  const isFile = input?.endsWith(".js") && !input.startsWith(DEFERRED);
  const source = isFile ? readFileSync(join(crates, input), "utf8") : "";
  const [, all, named] = /^\/\/# (?:(allFunctionsCalledOnLoad)|functionsCalledOnLoad: (.*))$/m.exec(source) ?? [];
  const names = named?.replaceAll(", ", "|");
  const eager = all ? /\(/g : names && new RegExp(`\\b(?:${names})\\d*(?: = )?(?=\\()`, "g");
  return { input, text: constant(text, source), eager };
});

/** A number as source maps have it: base 64, the sign last. @param {number} value */
function vlq(value) {
  let text = "";
  for (let rest = value * 2; ;) {
    const digit = rest & 31;
    rest >>>= 5;
    text += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[rest > 0 ? digit | 32 : digit];
    if (rest === 0) return text;
  }
}

/**
 * V8 is told which functions to compile at once, so that an isolate from the snapshot need not compile what every
 * Worker's start and first event call: those of the files that begin with `//# allFunctionsCalledOnLoad`, or those that
 * `//# functionsCalledOnLoad: a, b` names. It wants the places where functions' parameters begin, each from the one
 * before, the first from the comment's end; other places do no harm.
 */
function hints(head, parts) {
  let [place, last, text] = [head.length, 0, ""];
  for (const part of parts) {
    if (part.eager) {
      for (const { 0: name, index } of part.text.matchAll(part.eager)) {
        const at = place + index + (name === "(" ? 0 : name.length);
        text += vlq(at - last);
        last = at;
      }
    }
    place += part.text.length;
  }
  return `//# functionsCalledOnLoad=${text}`;
}

const head = '\n((__ops) => {\n"use strict";\nlet __result;\n';
const deferred = deferGroups(acorn, once(acorn, parts), groupOf);
const body = `${head}${deferred.core.map(({ text }) => text).join("")}return __result;\n})\n`;
// A name that is called constant and is not would throw when its function first runs.
for (const text of [body, ...deferred.groups]) {
  const { warnings } = await transform(text, { logLevel: "warning" });
  if (warnings.length > 0) process.exit(1);
}
writeFileSync(join(out, "platform.js"), hints(head, deferred.core) + body);
const folder = join(out, "groups");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
deferred.groups.forEach((text, place) => {
  // Its two functions are called at once.
  const eager = /(?<=^\(|^return )\(/gm;
  writeFileSync(join(folder, `${String(place).padStart(2, "0")}.js`), `${hints("\n", [{ text, eager }])}\n${text}`);
});
