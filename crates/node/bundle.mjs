// Makes the modules of Node.js from js/ and the packages in package-lock.json. Run by build.rs:
//
//   node bundle.mjs SOURCES PACKAGES OUT
//
// SOURCES is js/, PACKAGES a folder with node_modules, OUT the folder that gets the result: an ES module for each file
// under js/node (node:NAME is node/NAME.js), js/globals.js, and what they share under chunks/. Imports of one another
// are written as `selvedge:node/node/NAME.js`, which is what the runtime calls them.

import { createRequire } from "node:module";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const [sources, packages, out] = process.argv.slice(2);
const { build } = createRequire(join(packages, "package.json"))("esbuild");

/** @param {string} folder @returns {string[]} */
const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : path.endsWith(".js") ? [path] : [];
  });

const entries = files(join(sources, "node"));
const modules = new Set(
  entries.map((file) => relative(join(sources, "node"), file).slice(0, -3).replaceAll("\\", "/")),
);

/** Lets packages require what is one of our modules, and everything import what the runtime provides. */
const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^selvedge:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
    onResolve({ filter: /^\.\/validators\.js$/ }, ({ importer }) =>
      importer.includes("path-unified") ? { path: join(sources, "internal/path-validators.js") } : undefined,
    );
    // readable-stream asks for these by other names.
    onResolve({ filter: /^(process\/|abort-controller)$/ }, () => ({ path: join(sources, "internal/packages.js") }));
    // A package that brings the same thing is asked for with a slash at its end, and means ours all the same.
    onResolve({ filter: /^(node:)?[a-z_0-9]+(\/[a-z_]*)?$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, "").replace(/\/$/, "");
      if (!modules.has(name)) {
        return path.startsWith("node:") ? { errors: [{ text: `js/node/${name}.js is missing` }] } : undefined;
      }
      if (kind === "require-call") return { path: name, namespace: "required" };
      return { path: `selvedge:node/node/${name}.js`, external: true, sideEffects: false };
    });
    // A CommonJS module's require() gives the default export, by way of a module that is one and a module that is not.
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `module.exports = require("default:${path}").default;`,
    }));
    onResolve({ filter: /^default:/ }, ({ path }) => ({ path: path.slice(8), namespace: "default" }));
    onLoad({ filter: /.*/, namespace: "default" }, ({ path }) => ({
      contents: `export { default } from "node:${path}";`,
    }));
  },
};

const { metafile } = await build({
  // Those beside the modules are loaded by name (op_node_internal).
  entryPoints: [...entries, join(sources, "globals.js"), join(sources, "internal/process/streams.js")],
  outbase: sources,
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "esnext",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import", "default"],
  nodePaths: [join(packages, "node_modules")],
  chunkNames: "chunks/[name]-[hash]",
  charset: "ascii",
  legalComments: "none",
  // What packages take for global is not the guest's.
  inject: [join(sources, "internal/packages.js"), join(sources, "internal/package-buffer.js")],
  define: {
    "process.env.NODE_ENV": '"production"',
    "globalThis.AbortController": "AbortController",
    "globalThis.AbortSignal": "AbortSignal",
    "globalThis.Blob": "Blob",
    "globalThis.EventTarget": "EventTarget",
    global: "globalThis",
    "globalThis.Buffer": "PackageBuffer",
    // path-unified looks for it, and puts a process on it.
    window: "undefined",
  },
  plugins: [builtins],
  metafile: true,
  logLevel: "warning",
  absWorkingDir: packages,
});

// Which packages are in the result, for the list of licences.
const used = new Set();
for (const output of Object.values(metafile.outputs)) {
  for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
    if (name && bytesInOutput > 0) used.add(name);
  }
}
const lines = [...used].sort().map((name) => {
  const folder = join(packages, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `## ${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(join(out, "NOTICE.md"), lines.join("\n"));
