// From what crosses the door to what a Worker gets (https://developers.cloudflare.com/d1/worker-api/return-object/).

const { create, defineProperty } = Object;

/**
 * An answer as the native side gives it: names, all cells row by row, figures.
 * @typedef {[columns: string[], cells: any[], figures: number[]]} Answer
 */

/**
 * @typedef {{ success: true, meta: Record<string, any>, results: Record<string, any>[] }} D1Result
 */

/**
 * An object with all columns, to be copied for each row. Its properties are its own, so that assigning to them meets
 * no setter of a prototype; all copies have one shape.
 * @param {string[]} columns
 * @returns {Record<string, any>}
 */
function templateOf(columns) {
  /** @type {Record<string, any>} */
  const template = {};
  const descriptor = create(null);
  descriptor.value = null;
  descriptor.writable = descriptor.enumerable = descriptor.configurable = true;
  for (let i = 0; i < columns.length; i++) defineProperty(template, columns[i], descriptor);
  return template;
}

/**
 * @param {Answer} answer
 * @param {number} [most] how many rows at most
 * @returns {Record<string, any>[]}
 */
export function toObjects(answer, most = Infinity) {
  const { 0: columns, 1: cells } = answer;
  const width = columns.length;
  /** @type {Record<string, any>[]} */
  const rows = [];
  if (width === 0 || cells.length === 0) return rows;
  const template = templateOf(columns);
  for (let place = 0, row = 0; place < cells.length && row < most; row++) {
    const object = { ...template };
    for (let i = 0; i < width; i++) object[columns[i]] = cells[place++];
    rows[row] = object;
  }
  return rows;
}

/**
 * @param {Answer} answer
 * @param {boolean} named whether the names of the columns come first
 * @returns {any[][]}
 */
export function toArrays(answer, named) {
  const { 0: columns, 1: cells } = answer;
  const width = columns.length;
  /** @type {any[][]} */
  const rows = [];
  let count = 0;
  if (named) rows[count++] = columns;
  if (width === 0) return rows;
  for (let place = 0; place < cells.length;) {
    /** @type {any[]} */
    const row = [];
    for (let i = 0; i < width; i++) row[i] = cells[place++];
    rows[count++] = row;
  }
  return rows;
}

/**
 * @param {Answer} answer
 * @returns {Record<string, any>}
 */
export function toMeta(answer) {
  const figures = answer[2];
  return {
    served_by: "selvedge",
    served_by_region: "LOCAL",
    served_by_primary: true,
    timings: { sql_duration_ms: figures[0] },
    duration: figures[0],
    changes: figures[1],
    last_row_id: figures[2],
    changed_db: figures[3] === 1,
    size_after: figures[4],
    rows_read: figures[5],
    rows_written: figures[6],
    total_attempts: 1,
  };
}

/**
 * @param {Answer} answer
 * @returns {D1Result}
 */
export function toResult(answer) {
  return { success: true, meta: toMeta(answer), results: toObjects(answer) };
}
