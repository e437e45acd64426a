// The performance timeline (https://w3c.github.io/performance-timeline/#performance-timeline): what script marked and
// measured, in the order of their start.

/** @typedef {import("./entries.js").PerformanceEntry} PerformanceEntry */

/** How many entries are kept: a Worker that marks every request must not grow for ever. */
const MOST_ENTRIES = 1000;

/**
 * Puts an entry behind those that start no later.
 * @param {PerformanceEntry[]} entries
 * @param {PerformanceEntry} entry
 */
export function insertByStart(entries, entry) {
  let at = entries.length;
  for (; at > 0 && entries[at - 1].startTime > entry.startTime; at--) entries[at] = entries[at - 1];
  entries[at] = entry;
}

/**
 * @param {readonly PerformanceEntry[]} entries
 * @param {string} [type]
 * @param {string} [name]
 * @returns {PerformanceEntry[]}
 */
export function filterEntries(entries, type = undefined, name = undefined) {
  /** @type {PerformanceEntry[]} */
  const found = [];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (type !== undefined && entry.entryType !== type) continue;
    if (name !== undefined && entry.name !== name) continue;
    found[found.length] = entry;
  }
  return found;
}

export class Timeline {
  /** @type {PerformanceEntry[]} */ #entries = [];
  /** @type {Record<string, number>} how many were given up, by type */ dropped = {
    __proto__: /** @type {any} */ (null),
    mark: 0,
    measure: 0,
  };

  /** @param {PerformanceEntry} entry */
  add(entry) {
    if (this.#entries.length >= MOST_ENTRIES) {
      this.dropped[this.#entries[0].entryType] += 1;
      this.#entries.shift();
    }
    insertByStart(this.#entries, entry);
  }

  /**
   * @param {string} [type]
   * @param {string} [name]
   */
  entries(type = undefined, name = undefined) {
    return filterEntries(this.#entries, type, name);
  }

  /**
   * @param {string} name
   * @returns {number | undefined} when the last mark of that name was made
   */
  startOfMark(name) {
    const marks = this.entries("mark", name);
    return marks.length === 0 ? undefined : marks[marks.length - 1].startTime;
  }

  /**
   * @param {string} type
   * @param {string | undefined} name undefined: all
   */
  clear(type, name) {
    /** @type {PerformanceEntry[]} */
    const left = [];
    for (let index = 0; index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry.entryType !== type || (name !== undefined && entry.name !== name)) left[left.length] = entry;
    }
    this.#entries = left;
  }
}

/** That of the isolate. */
export const timeline = new Timeline();
