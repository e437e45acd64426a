import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Requests under way at once on each connection. */
const STREAMS = 10;

/**
 * Loads `url` over HTTP/2 connections without TLS for some seconds, by the program `http2-load` of this package. An
 * answer that is not hello world has failed.
 *
 * @param {string} url
 * @param {{connections: number, seconds: number, http2Load: string, mayFail?: boolean}} load with `mayFail`, requests that
 *   fail are only counted
 * @returns {Promise<{requests: number, failed: number, seconds: number, p50: number, p99: number}>} latencies in milliseconds
 */
export async function load(url, { connections, seconds, http2Load, mayFail = false }) {
  const { stdout } = await run(http2Load, [url, String(connections), String(STREAMS), String(seconds)]);
  const result = JSON.parse(stdout);
  if (result.failed > 0 && !mayFail) throw new Error(`${url}: ${result.failed} of ${result.requests} requests failed`);
  return result;
}
