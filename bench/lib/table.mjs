/**
 * A Markdown table, its columns as wide as their widest cell; the first is aligned left, the others right.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column].length)));
  const cell = (text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]));
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** @param {number} value */
export const count = (value) => Math.round(value).toLocaleString("en-US");

/** @param {number} value @param {number} [digits] */
export const fixed = (value, digits = 2) => value.toFixed(digits);

/** @param {number} bytes @param {number} [digits] */
export const megabytes = (bytes, digits = 1) => `${(bytes / 1e6).toFixed(digits)} MB`;

/** @param {number} value */
export const times = (value) => `${value.toFixed(2)} x`;

/**
 * The value below which a share of the sorted sample lies.
 *
 * @param {number[]} sample
 * @param {number} share between 0 and 1
 */
export function quantile(sample, share) {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** @param {number[]} sample */
export const median = (sample) => quantile(sample, 0.5);
