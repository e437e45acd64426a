// The file system of a Worker (https://developers.cloudflare.com/workers/runtime-apis/nodejs/fs/): /bundle with its
// modules, /dev, and /tmp, which every event has for itself. All of it is in memory.

import {
  op_crypto_random_fill,
  op_invocation_id,
  op_node_fs_is_alive,
  op_node_fs_module,
  op_node_fs_modules,
  op_now,
} from "selvedge:ops";
import { core } from "../process/core.js";
import { systemError } from "./errors.js";

/** How many symbolic links a path may lead through. */
const MOST_LINKS = 40;

/** The longest path and name, in characters. */
const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;

let nextInode = 1;

/** What a path leads to. */
export class Node {
  ino = nextInode++;
  nlink = 1;
  uid = 0;
  gid = 0;
  atime = op_now();
  mtime = this.atime;
  ctime = this.atime;
  birthtime = this.atime;

  /** @param {number} mode with the kind */
  constructor(mode) {
    this.mode = mode;
  }

  touch() {
    this.mtime = this.ctime = op_now();
  }
}

/** A file. Its bytes are at the beginning of a buffer that grows by doubling. */
export class File extends Node {
  /** @type {Uint8Array} */ buffer;
  size;

  /** @param {Uint8Array} [bytes] @param {number} [mode] */
  constructor(bytes = new Uint8Array(0), mode = 0o666) {
    super(0o100000 | mode);
    this.buffer = bytes;
    this.size = bytes.length;
  }

  get bytes() {
    return this.buffer.subarray(0, this.size);
  }

  /** @param {number} size */
  resize(size) {
    if (size > this.buffer.length) {
      const larger = new Uint8Array(Math.max(size, Math.min(this.buffer.length * 2, this.buffer.length + (1 << 24))));
      larger.set(this.bytes);
      this.buffer = larger;
    } else if (size < this.size) {
      this.buffer.fill(0, size, this.size);
    }
    this.size = size;
    this.touch();
  }

  /** @param {Uint8Array} bytes @param {number} position */
  write(bytes, position) {
    if (position + bytes.length > this.size) this.resize(position + bytes.length);
    this.buffer.set(bytes, position);
    this.touch();
    return bytes.length;
  }

  /** @param {Uint8Array} into @param {number} position */
  read(into, position) {
    const part = this.buffer.subarray(Math.min(position, this.size), Math.min(position + into.length, this.size));
    into.set(part);
    return part.length;
  }
}

/** A module, whose bytes come when they are asked for. */
class ModuleFile extends File {
  /** @type {string | undefined} */ #name;

  /** @param {string} name */
  constructor(name) {
    super(undefined, 0o444);
    this.#name = name;
  }

  load() {
    if (this.#name === undefined) return this;
    this.buffer = op_node_fs_module(this.#name);
    this.size = this.buffer.length;
    this.#name = undefined;
    return this;
  }
}

/** A device. */
class Device extends Node {
  /** @param {"null" | "zero" | "full" | "random"} name */
  constructor(name) {
    super(0o020666);
    this.name = name;
  }

  get size() {
    return 0;
  }

  /** @param {Uint8Array} into */
  read(into) {
    if (this.name === "null") return 0;
    if (this.name === "random") op_crypto_random_fill(into);
    else into.fill(0);
    return into.length;
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    if (this.name === "full") throw systemError("ENOSPC", "write");
    return bytes.length;
  }
}

/** A symbolic link. */
export class Link extends Node {
  /** @param {string} target */
  constructor(target) {
    super(0o120777);
    this.target = target;
  }

  get size() {
    return this.target.length;
  }
}

/** A directory. */
export class Directory extends Node {
  /** @type {Map<string, any>} */ entries = new Map();

  /** @param {boolean} writable @param {number} [mode] */
  constructor(writable, mode = writable ? 0o777 : 0o555) {
    super(0o040000 | mode);
    this.writable = writable;
  }

  get size() {
    return 0;
  }
}

/** @param {any} node @returns {node is File} */
export const isFile = (node) => node instanceof File;
/** @param {any} node @returns {node is Directory} */
export const isDirectory = (node) => node instanceof Directory;
/** @param {any} node @returns {node is Link} */
export const isLink = (node) => node instanceof Link;

/** @returns {[Directory, Directory]} what all events see of /bundle and /dev */
function readOnly() {
  const bundle = new Directory(false);
  for (const name of op_node_fs_modules()) {
    const parts = name.split("/").filter((/** @type {string} */ part) => part !== "" && part !== "." && part !== "..");
    let folder = bundle;
    for (const part of parts.slice(0, -1)) {
      let next = folder.entries.get(part);
      if (!isDirectory(next)) folder.entries.set(part, (next = new Directory(false)));
      folder = next;
    }
    const last = parts.at(-1);
    if (last !== undefined && !folder.entries.has(last)) folder.entries.set(last, new ModuleFile(name));
  }
  const dev = new Directory(false);
  for (const name of /** @type {const} */ (["null", "zero", "full", "random"])) dev.entries.set(name, new Device(name));
  return [bundle, dev];
}

/** @type {[Directory, Directory] | undefined} */
let shared;

/** The files that are open. */
export class OpenFile {
  position = 0;

  /**
   * @param {any} node
   * @param {number} flags
   * @param {string} path
   * @param {boolean} own whether the node is the event's own, and not seen by others
   */
  constructor(node, flags, path, own) {
    this.node = node;
    this.own = own;
    this.flags = flags;
    this.path = path;
  }
}

/** What one event sees. */
export class Tree {
  root = new Directory(false);
  /** @type {Map<number, OpenFile>} */ open = new Map();

  constructor() {
    const [bundle, dev] = (shared ??= readOnly());
    const tmp = new Directory(true);
    this.root.entries.set("bundle", bundle).set("tmp", tmp).set("dev", dev);
  }
}

/** @type {Map<number, Tree>} by the numbers of events; that of global scope is 0 */
const trees = new Map();

/** The tree of the current event. */
export function tree() {
  let id = 0;
  try {
    id = op_invocation_id();
  } catch {
    // At global scope there is none.
  }
  let found = trees.get(id);
  if (found === undefined) {
    for (const other of trees.keys()) if (other !== 0 && !op_node_fs_is_alive(other)) trees.delete(other);
    trees.set(id, (found = new Tree()));
  }
  return found;
}

/**
 * A path's names, made absolute.
 * @param {string} path
 * @param {string} syscall
 * @returns {string[]}
 */
export function split(path, syscall) {
  if (path === "") throw systemError("ENOENT", syscall, path);
  if (path.length > LONGEST_PATH) throw systemError("ENAMETOOLONG", syscall, path);
  const absolute = path[0] === "/" ? path : `${core.cwd()}/${path}`;
  const names = absolute.split("/").filter((name) => name !== "" && name !== ".");
  if (names.some((name) => name.length > LONGEST_NAME)) throw systemError("ENAMETOOLONG", syscall, path);
  return names;
}

/**
 * Where a path leads: the directory that has the last name, the name, and what is there.
 * @param {string} path
 * @param {string} syscall
 * @param {boolean} [follow] whether a link at the end is followed
 * @returns {{ parent: Directory, name: string, node: any, names: string[] }}
 */
export function walk(path, syscall, follow = true) {
  const { root } = tree();
  let pending = split(path, syscall);
  const mustBeDirectory = /\/$/.test(path);
  /** @type {{ directory: Directory, name: string }[]} */
  const trail = [];
  let directory = root;
  let links = 0;
  /** @type {any} */
  let node = root;
  let name = "";
  while (pending.length > 0) {
    const [next, ...rest] = pending;
    if (!isDirectory(node)) throw systemError(node === undefined ? "ENOENT" : "ENOTDIR", syscall, path);
    pending = rest;
    if (next === "..") {
      const last = trail.pop();
      node = last?.directory ?? root;
      name = trail.at(-1)?.name ?? "";
      directory = trail.at(-1)?.directory ?? root;
      continue;
    }
    directory = node;
    name = next;
    trail.push({ directory, name });
    node = directory.entries.get(next);
    if (isLink(node) && (follow || rest.length > 0 || mustBeDirectory)) {
      if (++links > MOST_LINKS) throw systemError("ELOOP", syscall, path);
      const target = node.target.split("/").filter((part) => part !== "" && part !== ".");
      pending = [...target, ...rest];
      trail.pop();
      if (node.target[0] === "/") {
        trail.length = 0;
        node = root;
      } else {
        node = directory;
      }
      name = trail.at(-1)?.name ?? "";
      directory = trail.at(-1)?.directory ?? root;
    }
  }
  if (mustBeDirectory && node !== undefined && !isDirectory(node)) throw systemError("ENOTDIR", syscall, path);
  if (node instanceof ModuleFile) node.load();
  return { parent: directory, name, node, names: trail.map((step) => step.name) };
}

/**
 * As `walk`, of something that has to be there.
 * @param {string} path
 * @param {string} syscall
 * @param {boolean} [follow]
 */
export function find(path, syscall, follow = true) {
  const found = walk(path, syscall, follow);
  if (found.node === undefined) throw systemError("ENOENT", syscall, path);
  return found;
}

/** Whether a file's bytes may be changed: modules' may not. @param {any} node */
export const isReadOnly = (node) => node instanceof ModuleFile;

/** The lowest number that no open file has. @param {OpenFile} file */
export function descriptor(file) {
  const { open } = tree();
  // 0, 1 and 2 are the standard streams'.
  for (let fd = 3; ; fd++) {
    if (fd > 4096) throw systemError("EMFILE", "open", file.path);
    if (!open.has(fd)) {
      open.set(fd, file);
      return fd;
    }
  }
}
