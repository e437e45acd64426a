import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @type {string[]} */
const made = [];

process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/**
 * A folder that is removed when this program ends.
 *
 * @returns {string} its path
 */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "selvedge-bench-"));
  made.push(folder);
  return folder;
}
