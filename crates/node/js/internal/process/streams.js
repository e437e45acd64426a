// process.stdout and its kin: whole lines go to the Worker's log.

import { Readable, Writable } from "node:stream";
import { console } from "selvedge:web/console/index.js";

/** @param {number} fd @param {(text: string) => void} log */
function output(fd, log) {
  let rest = "";
  const stream = /** @type {any} */ (
    new Writable({
      decodeStrings: false,
      write(/** @type {any} */ chunk, /** @type {string} */ encoding, /** @type {() => void} */ callback) {
        rest += typeof chunk === "string" ? chunk : chunk.toString("utf8");
        const end = rest.lastIndexOf("\n");
        if (end >= 0) {
          log(rest.slice(0, end));
          rest = rest.slice(end + 1);
        }
        callback();
      },
    })
  );
  stream.fd = fd;
  stream._type = "fs";
  stream._isStdio = true;
  stream.isTTY = false;
  stream.destroySoon = stream.destroy;
  return stream;
}

export const makeStdout = () => output(1, (text) => console.log("%s", text));
export const makeStderr = () => output(2, (text) => console.error("%s", text));

export function makeStdin() {
  const stream = /** @type {any} */ (new Readable({ read() {} }));
  stream.push(null);
  stream.fd = 0;
  stream.isTTY = false;
  return stream;
}
