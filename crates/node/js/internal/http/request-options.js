// The arguments of http.request(url[, options][, callback]) as one form.

import { Buffer } from "node:buffer";
import { URL } from "selvedge:web/url/index.js";
import { invalidArgType, nodeError, optionNotImplemented } from "../net/errors.js";
import { isIP } from "../net/ip.js";
import { isToken, validateHeaderName, validateHeaderValue } from "./validate.js";

/** What would lead a request another way than fetch() goes. */
const REFUSED = [
  "createConnection",
  "socketPath",
  "insecureHTTPParser",
  "localAddress",
  "lookup",
  "ca",
  "cert",
  "key",
  "pfx",
];
// eslint-disable-next-line no-control-regex
const badPath = /[\x00-\x20]|[^\x00-\xff]/;

/**
 * https://nodejs.org/api/url.html#urlurltohttpoptionsurl
 * @param {any} url a URL
 */
function fromUrl(url) {
  const { hash, hostname, href, password, pathname, port, protocol, search, username } = url;
  /** @type {any} */
  const options = {
    protocol,
    hostname: hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
    hash,
    search,
    pathname,
    path: `${pathname}${search}`,
    href,
  };
  if (port !== "") options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

/** @param {any} value */
const isUrl = (value) => typeof value === "object" && value !== null && "searchParams" in value && "href" in value;

/**
 * @param {any} input
 * @param {any} options
 * @param {any} callback
 * @returns {[options: any, callback: Function | undefined]}
 */
function merge(input, options, callback) {
  if (typeof input === "string") input = fromUrl(new URL(input));
  else if (isUrl(input)) input = fromUrl(input);
  else [callback, options, input] = [options, input, null];
  if (typeof options === "function") [callback, options] = [options, {}];
  return [{ ...input, ...options }, callback];
}

/**
 * @typedef {object} ClientOptions
 * @property {string} url
 * @property {string} protocol
 * @property {string} host
 * @property {string} path
 * @property {string} method
 * @property {[string, any][]} headers
 * @property {number} timeout
 * @property {any} agent
 * @property {any} signal
 */

/**
 * @param {any[]} args
 * @param {any} defaultAgent
 * @returns {[options: ClientOptions, callback: Function | undefined]}
 */
export function clientOptions(args, defaultAgent) {
  const [given, callback] = merge(args[0], args[1], args[2]);
  for (const name of REFUSED) if (given[name]) throw optionNotImplemented(`options.${name}`);
  if (given.rejectUnauthorized === false) throw optionNotImplemented("options.rejectUnauthorized = false");
  const agent = given.agent || given._defaultAgent || defaultAgent;
  const protocol = given.protocol ?? agent.protocol ?? defaultAgent.protocol;
  const expected = agent.protocol ?? defaultAgent.protocol;
  if (protocol !== expected) {
    throw nodeError(TypeError, "ERR_INVALID_PROTOCOL", `Protocol "${protocol}" not supported. Expected "${expected}"`);
  }
  const host = given.hostname ?? given.host ?? "localhost";
  if (typeof host !== "string") throw invalidArgType("options.host", "string", host);
  const path = given.path === undefined || given.path === null ? "/" : `${given.path}`;
  if (badPath.test(path)) {
    throw nodeError(TypeError, "ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters");
  }
  const { method = "GET", timeout = 0 } = given;
  if (typeof method !== "string") throw invalidArgType("options.method", "string", method);
  if (!isToken(method)) {
    throw nodeError(TypeError, "ERR_INVALID_HTTP_TOKEN", `Method must be a valid HTTP token ["${method}"]`);
  }
  const defaultPort = given.defaultPort ?? agent.defaultPort ?? defaultAgent.defaultPort;
  const port = given.port ? Number(given.port) : defaultPort;
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  const authority = port === defaultPort ? shown : `${shown}:${port}`;
  const headers = headerList(given.headers);
  const has = (/** @type {string} */ wanted) => headers.some(([name]) => name.toLowerCase() === wanted);
  if (!has("host") && given.setHost !== false) headers.unshift(["Host", authority]);
  if (given.auth && !has("authorization")) {
    headers.push(["Authorization", `Basic ${Buffer.from(`${given.auth}`).toString("base64")}`]);
  }
  const options = {
    url: `${protocol}//${shown}:${port}${path.startsWith("/") ? path : `/${path}`}`,
    protocol,
    host: shown,
    path,
    method: method.toUpperCase(),
    headers,
    timeout,
    agent,
    signal: given.signal,
  };
  return [options, callback];
}

/**
 * @param {any} headers an object, a list of pairs, or a flat list
 * @returns {[string, any][]}
 */
function headerList(headers) {
  if (headers === undefined || headers === null) return [];
  /** @type {[string, any][]} */
  let pairs;
  if (!Array.isArray(headers)) pairs = typeof headers.entries === "function" ? [...headers] : Object.entries(headers);
  else if (Array.isArray(headers[0])) pairs = headers.map(([name, value]) => [name, value]);
  else {
    pairs = [];
    for (let index = 0; index + 1 < headers.length; index += 2) pairs.push([headers[index], headers[index + 1]]);
  }
  const defined = pairs.filter(([, value]) => value !== undefined);
  for (const [name, value] of defined) {
    validateHeaderName(name);
    for (const each of [value].flat()) validateHeaderValue(name, each);
  }
  return defined;
}
