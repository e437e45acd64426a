import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./temp.mjs";

/** The module that every Worker of the fleet runs. */
export const SCRIPT = fileURLToPath(new URL("../workers/hello/index.js", import.meta.url));

/** What every Worker of the fleet answers. */
export const ANSWER = "Hello World";

/** The name of the Worker that warms up the server and the client, and that no figure counts. */
export const WARM_UP = "warm-up";

/** @param {number} size */
export const names = (size) => Array.from({ length: size }, (_, index) => `w${index}`);

/** @param {string} name */
export const hostOf = (name) => `${name}.test`;

/**
 * Writes a folder of Workers, each routed by its own host name.
 *
 * @param {string[]} workers their names
 * @param {string} [script] the module that they run
 * @returns {Promise<string>} the folder
 */
export async function fleet(workers, script = SCRIPT) {
  const folder = temporaryFolder();
  for (const name of workers) {
    const manifest = {
      name,
      main: "index.js",
      compatibility_date: "2026-11-01",
      routes: [`${hostOf(name)}/*`],
    };
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "wrangler.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    await copyFile(script, join(folder, name, "index.js"));
  }
  return folder;
}
