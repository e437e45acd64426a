import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("./wrk.lua", import.meta.url));
const run = promisify(execFile);

/**
 * Loads `url` over keep-alive connections for some seconds.
 *
 * @param {string} url
 * @param {{connections: number, seconds: number, mayFail?: boolean}} load with `mayFail`, requests that fail are only counted
 * @param {{method?: string, body?: string, headers?: Record<string, string>}} [ask]
 * @returns {Promise<{requests: number, failed: number, seconds: number, p50: number, p99: number}>} latencies in milliseconds
 */
export async function load(
  url,
  { connections, seconds, mayFail = false },
  { method = "GET", body = "", headers = {} } = {},
) {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", SCRIPT, url];
  args.push("--", method, body, ...Object.entries(headers).flat());
  const { stdout } = await run("wrk", args).catch((error) => {
    if (error.code === "ENOENT") {
      throw new Error("wrk is not installed: install the package `wrk` (Debian, Homebrew)");
    }
    throw error;
  });
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`wrk printed no result:\n${stdout}`);
  const result = JSON.parse(line);
  if (result.failed > 0 && !mayFail) throw new Error(`${url}: ${result.failed} of ${result.requests} requests failed`);
  return result;
}
