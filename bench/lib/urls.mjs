import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/**
 * Real URLs, as pages link to them: those in the compatibility data of MDN (in the public domain by CC0), evenly taken.
 *
 * @param {number} count
 * @returns {Promise<string[]>} each once
 */
export async function realUrls(count) {
  const path = createRequire(import.meta.url).resolve("@mdn/browser-compat-data");
  const data = JSON.parse(await readFile(path, "utf8"));
  const found = new Set();
  collect(data, found);
  const urls = [...found];
  if (urls.length < count) throw new Error(`only ${urls.length} URLs were found in ${path}`);
  return Array.from({ length: count }, (_, index) => urls[Math.floor((index * urls.length) / count)]);
}

/** @param {unknown} value @param {Set<string>} found */
function collect(value, found) {
  if (typeof value === "string" && /^https?:\/\/\S+$/.test(value)) found.add(value);
  if (typeof value === "object" && value !== null) for (const one of Object.values(value)) collect(one, found);
}
