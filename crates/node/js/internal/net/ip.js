// IP addresses as text (https://nodejs.org/api/net.html#netisipinput).

const v4Part = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const v4 = `(?:${v4Part}\\.){3}${v4Part}`;
const group = "[0-9a-fA-F]{1,4}";
const v4Pattern = new RegExp(`^${v4}$`);
const v6Pattern = new RegExp(
  "^(?:" +
    `(?:${group}:){7}(?:${group}|:)|` +
    `(?:${group}:){6}(?:${v4}|:${group}|:)|` +
    `(?:${group}:){5}(?::${v4}|(?::${group}){1,2}|:)|` +
    `(?:${group}:){4}(?:(?::${group}){0,1}:${v4}|(?::${group}){1,3}|:)|` +
    `(?:${group}:){3}(?:(?::${group}){0,2}:${v4}|(?::${group}){1,4}|:)|` +
    `(?:${group}:){2}(?:(?::${group}){0,3}:${v4}|(?::${group}){1,5}|:)|` +
    `(?:${group}:){1}(?:(?::${group}){0,4}:${v4}|(?::${group}){1,6}|:)|` +
    `(?::(?:(?::${group}){0,5}:${v4}|(?::${group}){1,7}|:))` +
    ")(?:%[0-9a-zA-Z-.:]{1,})?$",
);

/** @param {any} input */
export const isIPv4 = (input) => v4Pattern.test(`${input}`);

/** @param {any} input */
export const isIPv6 = (input) => v6Pattern.test(`${input}`);

/** @param {any} input */
export const isIP = (input) => (isIPv4(input) ? 4 : isIPv6(input) ? 6 : 0);

/**
 * An address as a number.
 * @param {string} address a valid one
 * @param {"ipv4" | "ipv6"} family
 * @returns {bigint}
 */
export function addressNumber(address, family) {
  if (family === "ipv4") return address.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  let text = address.split("%")[0];
  const dotted = /[^:]*\.[^:]*$/.exec(text);
  if (dotted !== null) {
    const number = addressNumber(dotted[0], "ipv4");
    text = `${text.slice(0, dotted.index)}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
  }
  const [before, after] = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = after === undefined ? [] : Array(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...(after ?? [])].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}
