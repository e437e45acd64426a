// node:process (https://nodejs.org/api/process.html), as hosted has it: a version, an environment, a clock, streams that
// are the log. There is no process to speak of, so what would change one says so.

import { op_node_internal, op_node_load, op_now } from "selvedge:ops";
import { performance } from "selvedge:web/performance/index.js";
import { EventEmitter } from "../internal/events.js";
import { invalidArgType, nodeError, outOfRange, validateFunction, validateString } from "../internal/errors.js";
import { core } from "../internal/process/core.js";
import { env as environmentVariables } from "../internal/process/env.js";
import { emitWarning, warnings } from "../internal/process/warning.js";

const { defineProperties, defineProperty, setPrototypeOf } = Object;

/** The release of Node.js whose interfaces these are, as hosted says. */
export const version = "v22.19.0";
/** The names that Node.js has, as packages look for them; but of itself they have no versions. @type {Record<string, string>} */
export const versions = { node: "22.19.0" };
for (const name of [
  "v8",
  "modules",
  "zlib",
  "brotli",
  "ares",
  "napi",
  "llhttp",
  "nghttp2",
  "acorn",
  "ada",
  "simdutf",
]) {
  versions[name] = "";
}
for (const name of ["uvwasi", "uv", "openssl", "sqlite", "icu", "undici", "simdjson", "unicode", "cldr", "tz"]) {
  versions[name] = "";
}
export const release = { name: "node", lts: true, sourceUrl: "", headersUrl: "" };
export const title = "workerd";
/** @type {string[]} */
export const argv = ["workerd"];
export const argv0 = "workerd";
/** @type {string[]} */
export const execArgv = [];
export const execPath = "";
export const arch = "x64";
export const platform = "linux";
export const pid = 1;
export const ppid = 0;
export const exitCode = undefined;
export const features = {
  inspector: false,
  debug: false,
  uv: true,
  ipv6: true,
  tls_alpn: true,
  tls_sni: true,
  tls_ocsp: true,
  tls: true,
  cached_builtins: true,
  openssl_is_boringssl: true,
  require_module: false,
  typescript: false,
};
export const config = { target_defaults: { default_configuration: "Release" }, variables: {} };
export const allowedNodeEnvironmentFlags = new Set();
export const env = environmentVariables;
export const { cwd, nextTick } = core;
export { emitWarning };

/** @param {string} directory */
export function chdir(directory) {
  validateString(directory, "directory");
  const { resolve } = /** @type {any} */ (op_node_internal("selvedge:node/node/path.js")).default;
  core.setDirectory(resolve(directory));
}

/** The clock stands still within a turn, as all of a Worker's do. @param {[number, number]} [time] */
export function hrtime(time = undefined) {
  const now = op_now();
  const seconds = Math.trunc(now / 1000);
  const nanoseconds = Math.trunc((now % 1000) * 1e6);
  if (time === undefined) return [seconds, nanoseconds];
  if (!Array.isArray(time)) throw invalidArgType("time", "Array", time);
  if (time.length !== 2) throw outOfRange("time", "2", /** @type {any} */ (time).length);
  const [s, n] = [seconds - time[0], nanoseconds - time[1]];
  return n < 0 ? [s - 1, n + 1e9] : [s, n];
}
hrtime.bigint = () => BigInt(Math.trunc(op_now())) * 1_000_000n;

/** Seconds of the instance's clock. */
export const uptime = () => performance.now() / 1000;

/** Hosted tells nothing of memory. */
export function memoryUsage() {
  return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
}
memoryUsage.rss = () => 0;
export const cpuUsage = () => ({ user: 0, system: 0 });
export const resourceUsage = () => ({
  userCPUTime: 0,
  systemCPUTime: 0,
  maxRSS: 0,
  sharedMemorySize: 0,
  unsharedDataSize: 0,
  unsharedStackSize: 0,
  minorPageFault: 0,
  majorPageFault: 0,
  swappedOut: 0,
  fsRead: 0,
  fsWrite: 0,
  ipcSent: 0,
  ipcReceived: 0,
  signalsCount: 0,
  voluntaryContextSwitches: 0,
  involuntaryContextSwitches: 0,
});
export const constrainedMemory = () => 0;
export const availableMemory = () => 0;
/** @type {() => string[]} */
export const getActiveResourcesInfo = () => [];
/** @param {number} [mask] */
export const umask = (mask = undefined) => 0o22;
export const getuid = () => 0;
export const getgid = () => 0;
export const geteuid = () => 0;
export const getegid = () => 0;
export const getgroups = () => [0];

/** The exports of a built-in module, as require() gives them. @param {string} id */
export function getBuiltinModule(id) {
  validateString(id, "id");
  return /** @type {any} */ (op_node_load(id))?.default;
}

/** Ends nothing but the request: a Worker has no process that could exit. @param {number} [code] */
export function exit(code = undefined) {
  throw new Error(`The Node.js process.exit(${code ?? 0}) API was called. Canceling the request.`);
}
/** @param {number} [code] */
export const reallyExit = (code = undefined) => exit(code);

export function abort() {
  throw new Error("The Node.js process.abort() API was called. Canceling the request.");
}

/** @param {string} name */
const unsupported = (name) => () => {
  throw nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", `The process.${name} method is not implemented`);
};
export const kill = unsupported("kill");
export const dlopen = unsupported("dlopen");
export const binding = unsupported("binding");
export const _linkedBinding = unsupported("_linkedBinding");
export const setuid = unsupported("setuid");
export const setgid = unsupported("setgid");
export const seteuid = unsupported("seteuid");
export const setegid = unsupported("setegid");
export const setgroups = unsupported("setgroups");
export const initgroups = unsupported("initgroups");
export const loadEnvFile = unsupported("loadEnvFile");
export const openStdin = unsupported("openStdin");
export const execve = unsupported("execve");

/** @type {((error: any) => void) | null} */
let captured = null;
/** @param {((error: any) => void) | null} callback */
export function setUncaughtExceptionCaptureCallback(callback) {
  if (callback !== null) validateFunction(callback, "fn");
  captured = callback;
}
export const hasUncaughtExceptionCaptureCallback = () => captured !== null;
export const addUncaughtExceptionCaptureCallback = setUncaughtExceptionCaptureCallback;
/** @param {boolean} enabled */
export function setSourceMapsEnabled(enabled) {}
export const sourceMapsEnabled = false;
/** @param {any} value */
export const ref = (value) => value?.ref?.();
/** @param {any} value */
export const unref = (value) => value?.unref?.();
export const permission = { has: () => true };
export const finalization = { register() {}, registerBeforeExit() {}, unregister() {} };
export const report = {
  compact: false,
  directory: "",
  filename: "",
  getReport: () => ({}),
  reportOnFatalError: false,
  reportOnSignal: false,
  reportOnUncaughtException: false,
  signal: "SIGUSR2",
  writeReport: () => "",
};
export const noDeprecation = false;
export const throwDeprecation = false;
export const traceDeprecation = false;
export const debugPort = 9229;
export const connected = false;
export const channel = undefined;
export const domain = undefined;
/** @type {string[]} */
export const moduleLoadList = [];

/** A process is an EventEmitter without being made by its constructor. @returns {void} */
function ProcessConstructor() {
  throw new TypeError("Illegal constructor");
}
defineProperty(ProcessConstructor, "name", { value: "process" });
setPrototypeOf(ProcessConstructor.prototype, EventEmitter.prototype);

/** @type {any} */
const process = Object.create(ProcessConstructor.prototype);
EventEmitter.init.call(process);
Object.assign(process, {
  version,
  versions,
  arch,
  platform,
  release,
  title,
  argv,
  argv0,
  execArgv,
  execPath,
  pid,
  ppid,
  exitCode,
  features,
  config,
  allowedNodeEnvironmentFlags,
  env,
  cwd,
  chdir,
  nextTick,
  emitWarning,
  hrtime,
  uptime,
  memoryUsage,
  cpuUsage,
  resourceUsage,
  constrainedMemory,
  availableMemory,
  getActiveResourcesInfo,
  umask,
  getuid,
  getgid,
  geteuid,
  getegid,
  getgroups,
  getBuiltinModule,
  exit,
  reallyExit,
  abort,
  kill,
  dlopen,
  binding,
  _linkedBinding,
  setuid,
  setgid,
  seteuid,
  setegid,
  setgroups,
  initgroups,
  loadEnvFile,
  openStdin,
  execve,
  setUncaughtExceptionCaptureCallback,
  hasUncaughtExceptionCaptureCallback,
  addUncaughtExceptionCaptureCallback,
  setSourceMapsEnabled,
  sourceMapsEnabled,
  ref,
  unref,
  permission,
  finalization,
  report,
  noDeprecation,
  throwDeprecation,
  traceDeprecation,
  debugPort,
  connected,
  moduleLoadList,
});
defineProperty(process, Symbol.toStringTag, { value: "process", configurable: true });

/** @type {Record<string, any>} */
const streams = {};
/** @param {string} name @param {string} maker */
const lazyStream = (name, maker) => ({
  get() {
    streams[name] ??= /** @type {any} */ (op_node_internal("selvedge:node/internal/process/streams.js"))[maker]();
    return streams[name];
  },
  enumerable: true,
  configurable: true,
});
defineProperties(process, {
  stdin: lazyStream("stdin", "makeStdin"),
  stdout: lazyStream("stdout", "makeStdout"),
  stderr: lazyStream("stderr", "makeStderr"),
});
warnings.emit = (warning) => process.emit("warning", warning);

// Named exports cannot wait: they stand for the stream and hand everything on.
/** @param {"stdin" | "stdout" | "stderr"} name @returns {any} */
const standIn = (name) =>
  new Proxy(
    {},
    {
      get(_, key) {
        const value = process[name][key];
        return typeof value === "function" ? value.bind(process[name]) : value;
      },
      set(_, key, value) {
        process[name][key] = value;
        return true;
      },
      has: (_, key) => key in process[name],
    },
  );
export const stdin = standIn("stdin");
export const stdout = standIn("stdout");
export const stderr = standIn("stderr");

/** @param {string} name */
const method = (name) => process[name].bind(process);
export const addListener = method("addListener");
export const emit = method("emit");
export const eventNames = method("eventNames");
export const getMaxListeners = method("getMaxListeners");
export const listenerCount = method("listenerCount");
export const listeners = method("listeners");
export const off = method("off");
export const on = method("on");
export const once = method("once");
export const prependListener = method("prependListener");
export const prependOnceListener = method("prependOnceListener");
export const rawListeners = method("rawListeners");
export const removeAllListeners = method("removeAllListeners");
export const removeListener = method("removeListener");
export const setMaxListeners = method("setMaxListeners");

export default process;
