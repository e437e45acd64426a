// The errors of system calls as Node has them (https://nodejs.org/api/errors.html#class-systemerror).

const ERRORS = /** @type {Record<string, [number, string]>} */ ({
  EACCES: [-13, "permission denied"],
  EBADF: [-9, "bad file descriptor"],
  EEXIST: [-17, "file already exists"],
  EINVAL: [-22, "invalid argument"],
  EISDIR: [-21, "illegal operation on a directory"],
  ELOOP: [-40, "too many symbolic links encountered"],
  EMFILE: [-24, "too many open files"],
  ENAMETOOLONG: [-36, "name too long"],
  ENOENT: [-2, "no such file or directory"],
  ENOSPC: [-28, "no space left on device"],
  ENOTDIR: [-20, "not a directory"],
  ENOTEMPTY: [-39, "directory not empty"],
  EPERM: [-1, "operation not permitted"],
  EXDEV: [-18, "cross-device link not permitted"],
});

/**
 * @param {string} code
 * @param {string} syscall
 * @param {string} [path]
 * @param {string} [dest]
 */
export function systemError(code, syscall, path = undefined, dest = undefined) {
  const [errno, words] = ERRORS[code];
  let message = `${code}: ${words}, ${syscall}`;
  if (path !== undefined) message += ` '${path}'`;
  if (dest !== undefined) message += ` -> '${dest}'`;
  const error = /** @type {any} */ (new Error(message));
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  if (dest !== undefined) error.dest = dest;
  return error;
}
