// What the fuzz targets share: numbers that a seed determines, what can be done to good input to make it bad, and the
// judgement of exceptions. `../fuzz.rs` sends each target a first seed and how many to try.

/** A property that does not hold. */
class Broken extends Error {}

/** The words of the engine's own door, which no guest may see. */
const OURS = /\bop_[a-z]|internal error|argument \d+:|panick|selvedge:/i;

/** Texts that parsers stumble over. */
const PIECES = [
  ..."\0\t\n\r !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ09",
  "\x7f",
  "\x80",
  "\xad",
  "\xff",
  "\u0130",
  "\u200d",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\uff0e",
  "\uffff",
  "\ud800",
  "\udfff",
  "\ud83d\ude00",
  "%",
  "%0",
  "%00",
  "%0d%0a",
  "%2e",
  "%C3%28",
  "\r\n",
  "//",
  "..",
  "xn--",
];

export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
    this.next();
  }

  /** 32 bits (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  }

  /** @param {number} bound */
  below(bound) {
    return this.next() % bound;
  }

  /** True once in so many times. @param {number} times */
  once(times) {
    return this.below(times) === 0;
  }

  /** @template T @param {ArrayLike<T>} list @returns {T} */
  pick(list) {
    return list[this.below(list.length)];
  }

  /** @template T @param {number} most @param {(index: number) => T} make @returns {T[]} */
  list(most, make) {
    return Array.from({ length: this.below(most + 1) }, (_, index) => make(index));
  }

  /** @param {number} most */
  bytes(most) {
    return Uint8Array.from(this.list(most, () => this.below(256)));
  }

  /** @param {number} most pieces */
  text(most) {
    return this.list(most, () => this.pick(PIECES)).join("");
  }

  /** @param {number} most letters */
  word(most) {
    return this.list(most, () => this.pick("abcdefghijklmnopqrstuvwxyz0123456789-")).join("");
  }

  /** A text with a few changes. @param {string} text */
  mutateText(text) {
    for (let left = 1 + this.below(3); left > 0; left--) {
      const at = this.below(text.length + 1);
      const end = at + this.below(4);
      const insert = this.pick(["", "", this.text(2), this.pick(PIECES), text.slice(at, at + this.below(9))]);
      text = text.slice(0, at) + insert + text.slice(end);
    }
    return text;
  }

  /** Bytes with a few changes. @param {Uint8Array} bytes @returns {Uint8Array<ArrayBuffer>} */
  mutateBytes(bytes) {
    let list = [...bytes];
    for (let left = 1 + this.below(3); left > 0; left--) {
      const at = this.below(list.length + 1);
      const change = this.below(6);
      if (change === 0) list[at] = this.below(256);
      else if (change === 1) list[at] ^= 1 << this.below(8);
      else if (change === 2) list.splice(at, this.below(9));
      else if (change === 3) list.splice(at, 0, ...this.bytes(8));
      else if (change === 4) list.splice(at, 0, ...list.slice(at, at + this.below(64)));
      else if (this.once(3)) list = list.slice(0, at);
      else list[at] = this.pick([0, 1, 0x7f, 0x80, 0xff]);
    }
    return Uint8Array.from(list);
  }
}

/** Bytes as a person can read them. @param {BufferSource} bytes */
export const hex = (bytes) => new Uint8Array(bytes.buffer ?? bytes).toHex?.() ?? [...new Uint8Array(bytes)].join();

/** A value as a person can read it. @param {unknown} value @returns {string} */
export function show(value) {
  if (value instanceof Uint8Array) return `bytes(${[...value].map((b) => b.toString(16).padStart(2, "0")).join("")})`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{ ${Object.entries(value).map(([key, one]) => `${key}: ${show(one)}`)} }`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** @param {unknown} holds @param {string} what @param {...unknown} about */
export function check(holds, what, ...about) {
  if (!holds) throw new Broken(`${what}: ${about.map(show).join(" | ")}`);
}

/** @param {unknown} actual @param {unknown} expected @param {string} what @param {...unknown} about */
export function same(actual, expected, what, ...about) {
  const equal = Object.is(actual, expected) || (typeof actual === "object" && show(actual) === show(expected));
  check(equal, `${what}: ${show(actual)} instead of ${show(expected)}`, ...about);
}

/**
 * Whether an exception is of one of the kinds that the standard names: "TypeError" and the like are the language's own
 * classes, every other name is a DOMException's.
 * @param {any} error @param {string[]} names @param {unknown[]} about
 */
function judge(error, names, about) {
  if (error instanceof Broken) throw error;
  const native = { TypeError, RangeError, SyntaxError: undefined }[error?.name];
  const kind =
    native !== undefined && Object.getPrototypeOf(error) === native.prototype
      ? error.name
      : error instanceof DOMException
        ? error.name
        : `no ${error?.name}`;
  check(names.includes(kind), "the exception is none that the standard names", names, error?.stack ?? error, ...about);
  check(!OURS.test(error.message), "the message is the engine's own", error.message, ...about);
  check(error.message !== "", "the exception says nothing", kind, ...about);
}

/**
 * The result of an action that may throw exceptions of these names, which give undefined.
 * @template T @param {string[]} names @param {() => T} action @param {...unknown} about
 * @returns {T | undefined}
 */
export function attempt(names, action, ...about) {
  try {
    return action();
  } catch (error) {
    judge(error, names, about);
    return undefined;
  }
}

/**
 * The same of an action that gives a promise; it must not throw.
 * @template T @param {string[]} names @param {() => Promise<T>} action @param {...unknown} about
 * @returns {Promise<T | undefined>}
 */
export async function attemptAsync(names, action, ...about) {
  let promise;
  try {
    promise = action();
  } catch (error) {
    throw new Broken(`it throws instead of rejecting: ${error?.stack} ${about.map(show).join(" | ")}`, {
      cause: error,
    });
  }
  check(promise instanceof Promise, "it gives a promise", typeof promise, ...about);
  try {
    return await promise;
  } catch (error) {
    judge(error, names, about);
    return undefined;
  }
}

/**
 * A Worker that tries `?seed=` and the `&count=` after it, and answers with the first that breaks a property.
 * @param {(random: Random) => unknown} iteration
 */
export const target = (iteration) => ({
  /** @param {Request} request */
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const first = Number(searchParams.get("seed"));
    const count = Number(searchParams.get("count"));
    for (let seed = first; seed < first + count; seed++) {
      try {
        await iteration(new Random(seed));
      } catch (error) {
        return new Response(`${seed} ${error?.stack ?? error}`);
      }
    }
    return new Response("fine");
  },
});
