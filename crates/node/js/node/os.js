// node:os (https://nodejs.org/api/os.html): a machine of which nothing is told, with hosted's values.

import * as base from "unenv/node/os";

export const {
  EOL,
  constants,
  devNull,
  endianness,
  freemem,
  getPriority,
  loadavg,
  platform,
  release,
  setPriority,
  totalmem,
  type,
  uptime,
  version,
} = base;
export const arch = () => "x64";
export const machine = () => "x86_64";
export const hostname = () => "localhost";
export const homedir = () => "/tmp/";
export const tmpdir = () => "/tmp/";
/** @type {() => object[]} */
export const cpus = () => [];
export const availableParallelism = () => 1;
export const networkInterfaces = () => ({});
export const userInfo = () => ({});

export default {
  EOL,
  arch,
  availableParallelism,
  constants,
  cpus,
  devNull,
  endianness,
  freemem,
  getPriority,
  homedir,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  platform,
  release,
  setPriority,
  tmpdir,
  totalmem,
  type,
  uptime,
  userInfo,
  version,
};
