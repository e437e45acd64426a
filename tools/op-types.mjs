// Writes types/ops.d.ts, the declaration of "selvedge:ops", from the Rust functions marked `#[op]`: so a call of
// an op that does not exist, or with other arguments than it takes, is a type error.
//
// It reads signatures as text. That needs no compiler and no build, and it is enough: ops are free functions of a
// few types that cross to JavaScript (crates/ops/src/convert.rs). A type that is not known here is an error.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Types that are the same whichever way they cross. */
const TYPES = {
  "()": "void",
  bool: "boolean",
  String: "string",
  "&'static str": "string",
  ByteString: "string",
  "Local<Value>": "any",
  "Local<Object>": "object",
  "Local<Array>": "any[]",
  "Local<Function>": "Function",
  "Local<Promise>": "Promise<any>",
  "Local<String>": "string",
  "Local<Uint8Array>": "Uint8Array",
  ...Object.fromEntries(["u8", "u16", "i32", "u32", "i64", "u64", "usize", "f64"].map((name) => [name, "number"])),
};

const BYTES = "ArrayBuffer | ArrayBufferView";

/** Types of arguments only. */
const ARGUMENTS = {
  AnalyticsField: `null | undefined | string | ${BYTES}`,
  Bytes: BYTES,
  BufferRef: BYTES,
  BufferMut: BYTES,
  D1Values: "(null | number | string | Uint8Array)[]",
  ContentType: "string | number",
  BodyArgument: `null | undefined | string | number | ${BYTES}`,
  TakenBody: `null | undefined | string | number | ${BYTES}`,
};

/** Types of results only. */
const RESULTS = {
  Arrival: "[kind: number, payload?: any, reason?: string]",
  Buffer: "Uint8Array<ArrayBuffer>",
  Bytes: "Uint8Array<ArrayBuffer>",
  KvAnswer: "any",
  KvText: "string",
  D1Reply:
    "[failure: string | null, place: number, answers: [columns: string[], cells: any[], figures: number[]][], bookmark: string | null]",
};

/** The names that `type` items give to tuples, filled while reading. @type {Map<string, string>} */
const aliases = new Map();

/**
 * Splits at the commas that no bracket encloses.
 * @param {string} text
 */
function splitList(text) {
  const parts = [""];
  let depth = 0;
  for (const token of text.match(/->|[\s\S]/g) ?? []) {
    if ("<([".includes(token)) depth++;
    if (">)]".includes(token)) depth--;
    if (token === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/**
 * A Rust type without what does not matter here: lifetimes, paths, spaces.
 * @param {string} rust
 */
function normalize(rust) {
  return rust
    .replace(/\s*\+ use<[^>]*>/, "")
    .replace(/'(?!static)\w+\s*,?\s*/g, "")
    .replace(/\b\w+::/g, "")
    .replace(/<\s*>/g, "")
    .trim();
}

/**
 * @param {string} rust
 * @param {Record<string, string>} special those of its direction
 * @returns {string}
 */
function translate(rust, special) {
  const name = normalize(rust);
  const known = special[name] ?? TYPES[/** @type {keyof typeof TYPES} */ (name)];
  if (known !== undefined) return known;
  const alias = aliases.get(name);
  if (alias !== undefined) return translate(alias, special);
  if (name.startsWith("(")) {
    return `[${splitList(name.slice(1, -1))
      .map((part) => translate(part, special))
      .join(", ")}]`;
  }
  const [, outer, inner] = /^([\w ]+)<([\s\S]*)>$/.exec(name) ?? [];
  const first = () => translate(splitList(inner)[0], special);
  switch (outer) {
    case "Option":
      return special === ARGUMENTS ? `${first()} | null | undefined` : `${first()} | null`;
    case "Vec":
      return `Array<${first()}>`;
    case "Result":
      return first();
    case "impl Future":
      return `Promise<${translate(inner.replace(/^Output = /, ""), special)}>`;
    case "Json":
      return "any";
  }
  throw new Error(`no JavaScript type is known for ${name}: add it to tools/op-types.mjs`);
}

/** @param {string} list a parameter list: the arguments that JavaScript passes */
function translateParameters(list) {
  return splitList(list)
    .filter((parameter) => !parameter.startsWith("#[context]") && !/:\s*&mut .*PinScope</.test(parameter))
    .map((parameter) => {
      const [, name, type] = /^(?:mut\s+)?(\w+)\s*:\s*([\s\S]+)$/.exec(parameter) ?? [];
      if (name === undefined) throw new Error(`cannot read the parameter ${parameter}`);
      return `${name.replace(/^_/, "")}: ${translate(type, ARGUMENTS)}`;
    })
    .join(", ");
}

const OP =
  /((?:^[ \t]*\/\/\/.*\n)*)^[ \t]*#\[op(?:\(async\))?\]\n(?:[ \t]*#\[.*\]\n)*[ \t]*(?:pub(?:\([^)]*\))? )?(async )?fn (op_\w+)(?:<[^(]*>)?\(([\s\S]*?)\)\s*(?:->\s*([^{]*?)\s*)?\{/gm;

/** @param {string} source a Rust file, which may have tests at its end */
function declarations(source) {
  const code = source.split(/^#\[cfg\(test\)\]/m)[0];
  return [...code.matchAll(OP)].map(([, comment, async, name, parameters, result]) => {
    const text = comment.replace(/^[ \t]*\/\/\/ ?/gm, " * ").trimEnd();
    try {
      const value = translate(result ?? "()", RESULTS);
      const type = async === undefined ? value : `Promise<${value}>`;
      return `/**\n${text}\n */\nexport function ${name}(${translateParameters(parameters)}): ${type};\n`;
    } catch (error) {
      throw new Error(`${name}: ${/** @type {Error} */ (error).message}`, { cause: error });
    }
  });
}

const sources = ["crates", "tests"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /^[^/\\]+[/\\](src|runner)[/\\].*\.rs$/.test(path))
    .sort()
    .map((path) => readFileSync(join(root, folder, path), "utf8")),
);
for (const source of sources) {
  for (const [, name, type] of source.matchAll(/^(?:pub(?:\([^)]*\))? )?type (\w+)(?:<'\w+>)? = (\([\s\S]*?\));$/gm)) {
    aliases.set(name, type);
  }
}
const found = sources.flatMap(declarations);
mkdirSync(join(root, "types"), { recursive: true });
writeFileSync(join(root, "types/ops.d.ts"), `// Made by tools/op-types.mjs.\n\n${found.join("\n")}`);
