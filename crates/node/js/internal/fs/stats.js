// What `stat` and `readdir` give (https://nodejs.org/api/fs.html#class-fsstats).

import { constants } from "./constants.js";

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR } = /** @type {any} */ (constants);

/** The kinds of `Dirent`, by libuv's numbers. */
const KINDS = /** @type {Record<number, number>} */ ({ [S_IFREG]: 1, [S_IFDIR]: 2, [S_IFLNK]: 3, [S_IFCHR]: 6 });

/** What all descriptions of a file tell. */
class Kinds {
  /** @param {number} _kind @returns {boolean} */
  _is(_kind) {
    return false;
  }

  isFile() {
    return this._is(S_IFREG);
  }

  isDirectory() {
    return this._is(S_IFDIR);
  }

  isSymbolicLink() {
    return this._is(S_IFLNK);
  }

  isCharacterDevice() {
    return this._is(S_IFCHR);
  }

  isBlockDevice() {
    return false;
  }

  isFIFO() {
    return false;
  }

  isSocket() {
    return false;
  }
}

export class Stats extends Kinds {
  /** @param {any} node */
  constructor(node) {
    super();
    this.dev = 0;
    this.mode = node.mode;
    this.nlink = node.nlink;
    this.uid = node.uid;
    this.gid = node.gid;
    this.rdev = 0;
    this.blksize = 4096;
    this.ino = node.ino;
    this.size = node.size;
    this.blocks = Math.ceil(node.size / 512);
    this.atimeMs = node.atime;
    this.mtimeMs = node.mtime;
    this.ctimeMs = node.ctime;
    this.birthtimeMs = node.birthtime;
    this.atime = new Date(node.atime);
    this.mtime = new Date(node.mtime);
    this.ctime = new Date(node.ctime);
    this.birthtime = new Date(node.birthtime);
  }

  /** @param {number} kind */
  _is(kind) {
    return (Number(this.mode) & S_IFMT) === kind;
  }
}

/** As `Stats`, with big integers. */
export class BigIntStats extends Kinds {
  /** @param {any} node */
  constructor(node) {
    super();
    const plain = /** @type {any} */ (new Stats(node));
    for (const [key, value] of Object.entries(plain)) {
      /** @type {any} */ (this)[key] = typeof value === "number" ? BigInt(Math.floor(value)) : value;
    }
    for (const name of ["atime", "mtime", "ctime", "birthtime"]) {
      /** @type {any} */ (this)[`${name}Ns`] = BigInt(Math.floor(plain[`${name}Ms`])) * 1_000_000n;
    }
  }

  /** @param {number} kind */
  _is(kind) {
    return (Number(/** @type {any} */ (this).mode) & S_IFMT) === kind;
  }
}

/** An entry of a directory. */
export class Dirent extends Kinds {
  #mode;

  /** @param {any} name @param {string} path @param {any} node */
  constructor(name, path, node) {
    super();
    this.name = name;
    this.parentPath = path;
    this.path = path;
    this.#mode = node.mode & S_IFMT;
  }

  /** @param {number} kind */
  _is(kind) {
    return this.#mode === kind;
  }

  get _type() {
    return KINDS[this.#mode];
  }
}
